"""What a 412 tells: where the record moved, never what it says now."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Aggregate, Context, Event, Recorded
from shared.http.difference import difference, flat

NOW = datetime(2026, 3, 6, 7, 12, 44, 20_000, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)


class Set(Event, type="set"):
    name: str | None = None
    service: UUID | None = None


@dataclass(frozen=True)
class State:
    name: str = ""
    services: dict[UUID, str] = field(default_factory=dict)
    nicknames: dict[str, int] = field(default_factory=dict)


def evolve(state: State, event: Set) -> State:
    if event.service:
        state = replace(state, services={**state.services, event.service: event.name or ""})
    elif event.name is not None:
        state = replace(state, name=event.name, nicknames={event.name: 1})
    return state


DECIDER: Decider[Any, State] = Decider(
    aggregate=Aggregate("intake", "thing", Set), initial=State(), decide=lambda command, state: [command], evolve=evolve
)


def facts(*events: Set) -> list[Recorded[Any]]:
    ctx = Context(centre="PH-ANT-01", actor="stf-w1", role="caseworker", purpose="CASE_MANAGEMENT")
    return [
        Recorded(
            stream_id=ONE, version=n, event_id=uuid4(), event=event, ctx=ctx, occurred_at=NOW, recorded_at=NOW, command_id=uuid4()
        )
        for n, event in enumerate(events, 1)
    ]  # fmt: skip


def test_what_was_added_beside_does_not_conflict() -> None:
    told = difference(DECIDER, facts(Set(name="a"), Set(name="x", service=ONE)), 1, Set(name="y", service=TWO))
    assert told == {
        "changes": [{"path": f"/services/{ONE}", "version": 2, "at": "2026-03-06T07:12:44.020Z", "by": "stf-w1"}],
        "conflicting": [],
    }


def test_what_both_set_conflicts_and_the_last_fact_is_named() -> None:
    told = difference(DECIDER, facts(Set(name="a"), Set(name="b"), Set(name="c")), 1, Set(name="d"))
    assert [(change["path"], change["version"]) for change in told["changes"]] == [("/name", 3), ("/nicknames", 3)]
    assert told["conflicting"] == ["/name", "/nicknames"]


def test_what_was_changed_back_is_no_change() -> None:
    assert difference(DECIDER, facts(Set(name="a"), Set(name="b"), Set(name="a")), 1, Set(name="d"))["changes"] == []


def test_a_version_that_never_was_says_nothing_wrong() -> None:
    assert difference(DECIDER, facts(Set(name="a")), 9, Set(name="d")) == {"changes": [], "conflicting": []}


def test_no_value_and_no_typed_key_appears() -> None:
    told = difference(DECIDER, facts(Set(name="a"), Set(name="Kanaryo")), 1, Set(name="Kanaryo"))
    assert "Kanaryo" not in str(told)
    assert "/nicknames" in flat(State(nicknames={"Kanaryo": 1}))
