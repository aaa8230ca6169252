"""The search rows that an append writes with a client's facts, so that a duplicate is found at once."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.intake.search.terms import of_person
from shared.contracts.intake.client import ClientErased, ClientProfileAmended, ClientRegistered
from shared.contracts.intake.person import Identity
from shared.eventsourcing.decider import Row


def rows(stream_id: UUID, state: Any, event: Any) -> Iterable[Row]:
    """What to find a client by after this fact, and what no longer. state: before it, with its identity opened."""
    match event:
        case ClientRegistered(identity=Identity() as now):
            return of_person(now)
        case ClientProfileAmended(identity=Identity() as now):
            return _moved(state.identity, now)
        case ClientErased() if isinstance(state.identity, Identity):
            return [_gone(row) for row in of_person(state.identity)]
        case _:
            return ()


def _moved(before: Any, now: Identity) -> list[Row]:
    old = of_person(before) if isinstance(before, Identity) else []
    new = of_person(now)
    return [*(_gone(row) for row in old if row not in new), *(row for row in new if row not in old)]


def _gone(row: Row) -> Row:
    return Row("unblind", row.name, row.key)
