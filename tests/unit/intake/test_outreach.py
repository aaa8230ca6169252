"""Outreach sessions: counted where they sat, or reached by a broadcast, never both."""

from typing import Any

from hypothesis import given as forall
from hypothesis import strategies as st

from services.intake.outreach.decisions import BROADCAST, OUTREACH, RecordOutreach
from shared.codes import AgeBand, OutreachKind, Sex, SubCommittee, Topic
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.outreach import Attendees, OutreachSessionHeld
from shared.errors import Rejected
from tests.unit.intake.people import C1
from tests.unit.kit import given

GIRLS = Attendees(sex=Sex.F, age_band=AgeBand("15-17"), n=24)


def record(**changes: Any) -> RecordOutreach:
    members = {
        "kind": OutreachKind.SCHOOL, "topic": Topic.INF, "place": "0600613000", "vintage": "2026-1Q",
        "sub_committee": SubCommittee.IERNA, "attendees": (GIRLS,), "minutes": 90,
    }  # fmt: skip
    return RecordOutreach(**{**members, **changes})


def test_a_session_is_one_fact() -> None:
    held = given(OUTREACH).when(record()).then_types(OutreachSessionHeld)
    held.when(record()).rejected("already-exists")


def test_a_broadcast_has_a_reach_and_no_attendees() -> None:
    given(OUTREACH).when(record(kind=OutreachKind.RADIO_TV, attendees=(), media_reach=4000)).then_types(OutreachSessionHeld)
    given(OUTREACH).when(record(kind=OutreachKind.RADIO_TV)).refused_at("/media_reach", "/attendees")


def test_whoever_sat_there_is_counted_once_and_no_reach_is_claimed() -> None:
    given(OUTREACH).when(record(media_reach=4000)).refused_at("/media_reach")
    given(OUTREACH).when(record(attendees=())).refused_at("/attendees")
    given(OUTREACH).when(record(attendees=(GIRLS, GIRLS))).refused_at("/attendees/1/age_band")
    given(OUTREACH).when(record(known_partner=False, partner="NOBODY")).refused_at("/partner")


@forall(st.sampled_from(OutreachKind), st.lists(st.just(GIRLS), max_size=1), st.one_of(st.none(), st.integers(1, 9)))
def test_people_and_reach_never_stand_in_one_session(kind: OutreachKind, attendees: list[Attendees], reach: int | None) -> None:
    try:
        [held] = OUTREACH.decide(record(kind=kind, attendees=attendees, media_reach=reach), OUTREACH.initial)
    except Rejected:
        return
    assert isinstance(held, OutreachSessionHeld)
    assert bool(held.attendees) is (kind not in BROADCAST)
    assert (held.media_reach is None) is bool(held.attendees)


def test_a_void_fact_that_is_folded_changes_nothing() -> None:
    gone = EntryVoided(event_id=C1, voided_type="outreach-session-held", reason="ENTERED_IN_ERROR")
    assert OUTREACH.fold([gone]) == OUTREACH.initial
