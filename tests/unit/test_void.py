"""Voiding, for every aggregate: what may be void, until when, by whom; and that a void fact is absent."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.codes import VoidReason
from shared.contracts.entry import EntryVoided
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.decider import ALWAYS, LAST, Decider, Row
from shared.eventsourcing.event import Aggregate, Context, Event, Recorded
from shared.eventsourcing.void import VoidEntry, voiding
from shared.http.difference import difference

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STREAM, A, B = UUID(int=1), UUID(int=2), UUID(int=3)


class Opened(Event, type="opened"):
    pass


class Noted(Event, type="noted"):
    text: str


class Moved(Event, type="moved"):
    bed: str


class Staged(Event, type="staged"):
    item: UUID
    stage: str


@dataclass(frozen=True, slots=True)
class State:
    notes: tuple[str, ...] = ()
    bed: str | None = None
    closed: bool = False


def evolve(state: State, event: Event) -> State:
    match event:
        case Noted(text=text):
            return replace(state, notes=(*state.notes, text), closed=text == "the end")
        case Moved(bed=bed):
            return replace(state, bed=bed)
    return state


def rows(stream_id: UUID, state: State, event: Event) -> Iterable[Row]:
    if isinstance(event, Moved):
        yield Row("claim", "bed", event.bed)
        if state.bed:
            yield Row("release", "bed", state.bed)


def check_void(state: State) -> None:
    if state.closed:
        raise Rejected("client-erased")


THING: Decider[Any, State] = Decider(
    aggregate=Aggregate("intake", "thing", Opened, Noted, Moved, Staged, EntryVoided),
    initial=State(),
    decide=lambda command, state: [command],
    evolve=evolve,
    rows=rows,
    voidable={Noted: ALWAYS, Moved: LAST, Staged: "item"},
    check_void=check_void,
)
VOIDING = voiding(THING)


def stream(*events: Event) -> list[Recorded[Any]]:
    """Facts of one author, an hour apart; the event id of the n-th is n."""
    ctx = Context(centre="PH-ANT-01", actor="stf-w1", role="caseworker", purpose="CASE_MANAGEMENT")
    return [
        Recorded(
            stream_id=STREAM, version=n, event_id=UUID(int=n), event=event, ctx=ctx, occurred_at=NOON,
            recorded_at=NOON + timedelta(hours=n), command_id=UUID(int=100 + n),
        )
        for n, event in enumerate(events, 1)
    ]  # fmt: skip


def void(n: int, **changes: Any) -> VoidEntry:
    members = {"reason": VoidReason.ENTERED_IN_ERROR, "now": NOON + timedelta(hours=n + 1), "actor": "stf-w1"}
    return VoidEntry(event_id=UUID(int=n), **{**members, **changes})


def decided(facts: list[Recorded[Any]], command: VoidEntry) -> list[Event]:
    return VOIDING.decide(command, VOIDING.state_of(facts))


def refused(facts: list[Recorded[Any]], command: VoidEntry) -> tuple[str, Any]:
    with pytest.raises(Rejected) as refusal:
        decided(facts, command)
    return refusal.value.code, refusal.value.members.get("rule")


def gone(n: int, event: Event) -> EntryVoided:
    return EntryVoided(event_id=UUID(int=n), voided_type=event.event_type, reason=VoidReason.ENTERED_IN_ERROR)


NOTE, MOVE, OTHER_MOVE = Noted(text="x"), Moved(bed="b1"), Moved(bed="b2")


def test_a_void_fact_is_named_with_its_type_and_reason() -> None:
    assert decided(stream(Opened(), NOTE), void(2, replaced_by=B)) == [gone(2, NOTE).model_copy(update={"replaced_by": B})]


def test_a_void_fact_is_absent_for_the_fold_wherever_it_stood() -> None:
    facts = stream(Opened(), Noted(text="a"), Noted(text="b"), MOVE, gone(2, NOTE))
    assert THING.state_of(facts) == State(notes=("b",), bed="b1")


def test_void_twice_changes_nothing() -> None:
    assert decided(stream(Opened(), NOTE, gone(2, NOTE)), void(2)) == []


def test_what_is_not_listed_cannot_be_void_and_neither_can_a_correction() -> None:
    facts = stream(Opened(), NOTE, gone(2, NOTE))
    assert refused(facts, void(1)) == ("not-voidable", "type")
    assert refused(facts, void(3)) == ("not-voidable", "type")


def test_a_fact_of_another_stream_is_not_found() -> None:
    with pytest.raises(OutOfScope):
        decided(stream(Opened(), NOTE), void(9))


def test_what_only_the_last_may_be_void_waits_until_what_followed_is() -> None:
    facts = stream(Opened(), MOVE, OTHER_MOVE)
    assert refused(facts, void(2)) == ("not-voidable", "last")
    assert decided(facts, void(3)) == [gone(3, OTHER_MOVE)]
    assert decided(stream(Opened(), MOVE, OTHER_MOVE, gone(3, OTHER_MOVE)), void(2)) == [gone(2, MOVE)]


def test_of_an_item_only_its_last_stage_may_be_void() -> None:
    facts = stream(Opened(), Staged(item=A, stage="one"), Staged(item=B, stage="one"), Staged(item=A, stage="two"))
    assert refused(facts, void(2)) == ("not-voidable", "last")
    assert decided(facts, void(3))
    assert decided(facts, void(4))


def test_the_author_may_for_a_day_and_nobody_else() -> None:
    facts = stream(Opened(), NOTE)
    day = facts[1].recorded_at + timedelta(hours=24)
    assert decided(facts, void(2, now=day))
    assert refused(facts, void(2, now=day + timedelta(seconds=1))) == ("not-voidable", "author")
    assert refused(facts, void(2, actor="stf-w2")) == ("not-voidable", "author")
    assert refused(facts, void(2, actor=None)) == ("not-voidable", "author")


def test_later_a_supervisor_whom_somebody_asked() -> None:
    facts, later = stream(Opened(), NOTE), NOON + timedelta(days=90)
    signed = void(2, now=later, actor="stf-s1", supervisor=True, requested_by="stf-w1")
    assert decided(facts, signed)
    assert refused(facts, replace(signed, requested_by=None)) == ("validation", None)
    assert refused(facts, replace(signed, supervisor=False)) == ("not-voidable", "author")


def test_a_fact_does_not_replace_itself() -> None:
    assert refused(stream(Opened(), NOTE), void(2, replaced_by=UUID(int=2))) == ("validation", None)


def test_a_stream_that_takes_no_correction_says_so_first() -> None:
    assert refused(stream(Opened(), Noted(text="the end")), void(2))[0] == "client-erased"


def test_what_a_void_fact_claimed_is_free_again_and_what_it_freed_is_claimed_again() -> None:
    facts = stream(Opened(), MOVE, OTHER_MOVE)
    undone = VOIDING.rows_of(STREAM, VOIDING.state_of(facts), [gone(3, OTHER_MOVE)])
    assert undone == [Row("release", "bed", "b2"), Row("claim", "bed", "b1")]


def test_a_412_says_what_a_void_changed() -> None:
    facts = stream(Opened(), MOVE, OTHER_MOVE, gone(3, OTHER_MOVE))
    told = difference(THING, facts, 3, MOVE)
    assert [(each["path"], each["version"]) for each in told["changes"]] == [("/bed", 4)]
    assert difference(VOIDING, facts, 3, void(2))["conflicting"] == []
