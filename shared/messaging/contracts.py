"""What is known of a `ce_type`: its event model and the topics that may carry it. Read from `shared/contracts` once."""

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import shared.contracts
from shared.eventsourcing.event import Aggregate, Event


@dataclass(slots=True)
class Contract:
    """One type of fact. name: kebab-case, without service and major."""

    name: str
    event: type[Event]
    topics: list[str] = field(default_factory=list)


@cache
def aggregates() -> tuple[Aggregate, ...]:
    """All aggregates that the contracts declare."""
    found: dict[str, Aggregate] = {}
    for module in pkgutil.walk_packages(shared.contracts.__path__, "shared.contracts."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Aggregate):
                found[value.topic] = value
    return tuple(found[topic] for topic in sorted(found))


@cache
def contracts() -> dict[str, Contract]:
    """`ce_type` -> contract."""
    return contracts_of(aggregates())


def contracts_of(some: Iterable[Aggregate]) -> dict[str, Contract]:
    """`ce_type` -> contract, of some aggregates only."""
    found: dict[str, Contract] = {}
    for aggregate in some:
        for name, event in aggregate.events.items():
            found.setdefault(aggregate.ce_type(name), Contract(name, event)).topics.append(aggregate.topic)
    return found
