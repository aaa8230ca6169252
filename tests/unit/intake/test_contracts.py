"""The published shapes: every member says what it is and how large it may be."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.eventsourcing.event import Event

EVENTS = [*CLIENT.events.values(), *ENCOUNTER.events.values()]


def schemas(event: type[Event]) -> Iterator[tuple[str, dict[str, Any]]]:
    models = [event, *(event.sealed_model(which) for which in event.sealed_classes)]
    for model in models:
        schema = model.model_json_schema()
        for owner, part in [(model.__name__, schema), *schema.get("$defs", {}).items()]:
            for name, member in part.get("properties", {}).items():
                if name not in event.sealed_classes:
                    yield f"{owner}.{name}", member


def described(member: dict[str, Any]) -> bool:
    """By itself, by one of its types, or by the code list that it names (which has a description of its own)."""
    return "description" in member or "$ref" in member or any(map(described, member.get("anyOf", ())))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_type)
def test_every_member_is_described(event: type[Event]) -> None:
    assert not [path for path, member in schemas(event) if not described(member)]


def unbounded(member: dict[str, Any]) -> Iterator[str]:
    for option in member.get("anyOf", [member]):
        kind = option.get("type")
        if kind == "string" and not {"maxLength", "format", "enum", "const", "pattern"} & set(option):
            yield "string"
        elif kind in ("integer", "number") and not {"minimum", "maximum"} <= set(option):
            yield kind
        elif kind == "array":
            if "maxItems" not in option:
                yield kind
            yield from unbounded(option.get("items", {}))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_type)
def test_every_member_is_bounded(event: type[Event]) -> None:
    assert not {path: kinds for path, member in schemas(event) if (kinds := list(unbounded(member)))}


def test_the_types_are_those_of_the_catalogue() -> None:
    assert CLIENT.topic == "intake.client.v1"
    assert ENCOUNTER.topic == "intake.encounter.v1"
    assert CLIENT.ce_type("client-registered") == "gabay.intake.client-registered.v1"
    assert CLIENT.ce_type("entry-voided") == "gabay.intake.entry-voided.v1"
