"""The rules of feedback: a form that does not contradict itself, and a complaint that somebody else handles."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.casework.complaints.projection import complaints
from services.casework.feedback.decisions import FEEDBACK
from services.casework.timers import timers
from shared.codes import ComplaintOutcome, ComplaintStage, FeedbackKind, ServiceCode, VoidReason
from shared.contracts.casework import feedback as facts
from shared.contracts.casework.feedback import FEEDBACK as AGGREGATE
from shared.contracts.entry import EntryVoided
from shared.eventsourcing.event import Context, Event
from shared.eventsourcing.projection import Op
from shared.eventsourcing.timer import Due
from shared.region import load_region
from tests.unit.casework.cases import CENTRE
from tests.unit.casework.feedbacks import (
    ANSWERS,
    DAY,
    DUE,
    KNOWS_NOTHING,
    a_complaint,
    a_form,
    a_step,
    given_feedback,
    stepped,
)
from tests.unit.casework.test_projections import apply, fact
from tests.unit.kit import given, in_every_way_forgotten, plaintexts

S = ComplaintStage
REGION = load_region(Path("deploy/regions/antique.toml"))
STREAM = UUID(int=90)


# The form


def test_a_form_stands_open_and_seals_what_is_written() -> None:
    fact = given(FEEDBACK).when(a_form(text="good coffee")).fact(facts.FeedbackRecorded)
    assert (fact.cc1, fact.sqd0, fact.sqd1, fact.due_ack) == (1, 5, None, None)
    assert plaintexts(fact)["narrative"].model_dump(exclude_none=True) == {"text": "good coffee"}
    assert given_feedback(a_form()).narrative is None


@pytest.mark.parametrize("name", ["csm_client_type", "service_code", "channel"])
def test_a_form_says_who_came_for_what(name: str) -> None:
    given(FEEDBACK).when(a_form(**{name: None})).refused_at(f"/{name}")


@pytest.mark.parametrize("name", ["cc1", "cc2", "cc3"])
def test_the_charter_is_asked_about_in_full(name: str) -> None:
    given(FEEDBACK).when(a_form(answers={k: v for k, v in ANSWERS.items() if k != name})).refused_at(f"/{name}")


def test_who_does_not_know_the_charter_cannot_say_how_it_helped() -> None:
    given(FEEDBACK).when(a_form(answers=KNOWS_NOTHING)).then_types(facts.FeedbackRecorded)
    given(FEEDBACK).when(a_form(answers={**KNOWS_NOTHING, "cc2": 1})).refused_at("/cc2")
    given(FEEDBACK).when(a_form(answers={**KNOWS_NOTHING, "cc2": 1, "cc3": 1})).refused_at("/cc2", "/cc3")


@over(st.fixed_dictionaries({"cc1": st.integers(1, 4), "cc2": st.integers(1, 5), "cc3": st.integers(1, 4)}))
def test_of_any_answers_those_are_taken_that_do_not_contradict_each_other(answers: dict[str, int]) -> None:
    outcome = given(FEEDBACK).when(a_form(answers=answers))
    contradicts = answers["cc1"] == 4 and (answers["cc2"] != 5 or answers["cc3"] != 4)
    assert (outcome.refusal is not None) is contradicts


def test_a_suggestion_has_a_text_and_no_answers() -> None:
    plain: dict[str, Any] = {"csm_client_type": None, "service_code": None, "channel": None}
    given(FEEDBACK).when(a_form(kind=FeedbackKind.SUGGESTION, answers={}, **plain)).refused_at("/text")
    given(FEEDBACK).when(a_form(kind=FeedbackKind.SUGGESTION, text="a ramp", answers={"sqd0": 1}, **plain)).refused_at("/sqd0")
    given(FEEDBACK).when(a_form(kind=FeedbackKind.SUGGESTION, text="a ramp", answers={}, **plain)).then_types(facts.FeedbackRecorded)
    given(FEEDBACK).when(a_form(about_service=ServiceCode.LEG, about_worker="stf-w1")).refused_at("/about_service", "/about_worker")


def test_feedback_is_on_what_has_been_and_given_once() -> None:
    given(FEEDBACK).when(a_form(date=date(2026, 3, 7))).rejected("date-in-future", fields=["/date"])
    given(FEEDBACK, given_feedback()).when(a_form()).rejected("already-exists")


# The complaint


def test_a_complaint_says_about_what_and_is_dated() -> None:
    given(FEEDBACK).when(a_complaint(text=None)).refused_at("/text")
    given(FEEDBACK).when(a_complaint(about_service=None)).refused_at("/about_service")
    fact = given_feedback()
    assert (fact.due_resolution, fact.about_service) == (DUE, ServiceCode.LEG)
    assert "stf-w1" not in fact.model_dump_json(exclude={"narrative"})


WAY_TO: dict[ComplaintStage, list[Event]] = {
    S.RECEIVED: [given_feedback()],
    S.ACKNOWLEDGED: [given_feedback(), stepped()],
    S.ESCALATED: [given_feedback(), stepped(), stepped(S.ESCALATED)],
    S.RESOLVED: [given_feedback(), stepped(), stepped(S.RESOLVED)],
}
ROWS = {
    (S.RECEIVED, S.ACKNOWLEDGED),
    (S.RECEIVED, S.ESCALATED),
    (S.ACKNOWLEDGED, S.ESCALATED),
    (S.ACKNOWLEDGED, S.RESOLVED),
    (S.ESCALATED, S.RESOLVED),
}


@pytest.mark.parametrize("source", list(S))
@pytest.mark.parametrize("target", list(S))
def test_a_complaint_takes_the_steps_of_the_table(source: ComplaintStage, target: ComplaintStage) -> None:
    outcome = given(FEEDBACK, *WAY_TO[source]).when(a_step(target))
    if (source, target) in ROWS:
        outcome.then(stepped(target))
    else:
        outcome.rejected("invalid-state", state=source)
        assert outcome.refusal is not None
        assert set(outcome.refusal.members["allowed"]) == {to for here, to in ROWS if here is source}


def test_a_complaint_does_not_exist_for_the_worker_complained_of() -> None:
    given(FEEDBACK, given_feedback()).when(a_step(by="stf-w1")).rejected("not-found")
    given(FEEDBACK, given_feedback()).when(a_step(handler="stf-w1")).refused_at("/handler")
    given(FEEDBACK, given_feedback()).when(a_step(handler="stf-w2")).then_types(facts.ComplaintProgressed)


def test_a_resolved_complaint_has_an_outcome_and_only_that() -> None:
    given(FEEDBACK, *WAY_TO[S.ACKNOWLEDGED]).when(a_step(S.RESOLVED, outcome=None)).refused_at("/outcome")
    given(FEEDBACK, given_feedback()).when(a_step(outcome=ComplaintOutcome.UPHELD)).refused_at("/outcome")
    given(FEEDBACK, given_feedback()).when(a_step(on=date(2026, 3, 7))).rejected("date-in-future", fields=["/on"])


def test_praise_has_no_stages() -> None:
    given(FEEDBACK, given_feedback(a_form())).when(a_step()).rejected("invalid-state", state=None, allowed=[])


# The timer (T4)

TIMERS = timers(lambda: REGION)


def started(event: Event) -> list[str]:
    told = event.model_dump(mode="json", exclude={"narrative"}, exclude_none=True, by_alias=True)
    return [op[0] for op in apply(TIMERS.projection, fact(f"gabay.casework.{event.event_type}.v1", STREAM, **told))]


def test_only_a_complaint_is_waited_for_and_only_until_it_is_resolved() -> None:
    assert started(given_feedback()) == ["start"]
    assert started(given_feedback(a_form())) == []
    assert started(stepped()) == []
    assert started(stepped(S.ESCALATED)) == ["stop"]
    assert started(stepped(S.RESOLVED)) == ["forget"]
    assert started(VOIDED) == ["forget"]


def test_an_overdue_complaint_goes_to_the_provincial_administrator() -> None:
    ctx = Context(centre=CENTRE, actor="system", role="system", purpose="CASE_MANAGEMENT")
    due = Due(stream_id=STREAM, name="T4", item="", at=DUE, rings_at=DUE, now=DUE, ctx=ctx, version=1)
    wish = TIMERS.rules["T4"].ring(due, None)
    assert wish is not None
    given(FEEDBACK, given_feedback()).when(wish.command).then(
        facts.ComplaintProgressed(stage=S.ESCALATED, on=date(2026, 3, 27), handler="system")
    )
    given(FEEDBACK, *WAY_TO[S.RESOLVED]).when(wish.command).rejected("invalid-state")


# The fold and the list

VOIDED = EntryVoided(event_id=UUID(int=1), voided_type="feedback-recorded", reason=VoidReason.DUPLICATE_ENTRY)
KNOWN: list[Any] = [given_feedback(), given_feedback(a_form()), stepped(), stepped(S.RESOLVED), VOIDED]


def test_every_fact_of_the_contract_is_folded_and_listed() -> None:
    assert {type(event) for event in KNOWN} == set(AGGREGATE.events.values())
    assert set(complaints.handlers) == {AGGREGATE.ce_type(name) for name in AGGREGATE.events}


@over(st.lists(st.sampled_from(KNOWN), max_size=6))
def test_the_fold_takes_any_facts_in_any_order_also_forgotten_ones(events: list[Event]) -> None:
    for way in in_every_way_forgotten(events):
        FEEDBACK.fold(way)


@pytest.mark.parametrize("event", KNOWN, ids=lambda event: event.event_type)
def test_a_fact_survives_the_wire(event: Event) -> None:
    assert type(event).model_validate_json(event.model_dump_json(exclude_none=True)) == event


def test_the_list_holds_no_word_of_it() -> None:
    told = given_feedback().model_dump(mode="json", exclude_none=True)
    [receive] = apply(complaints, fact("gabay.casework.feedback-recorded.v1", STREAM, **told))
    assert receive[1][2:6] == (CENTRE, "COMPLAINT", None, "LEG")
    assert receive[1][8] == "RECEIVED"
    assert "waited all day" not in str(receive)
    assert "stf-w1" not in str(receive)
    step = stepped().model_dump(mode="json", exclude_none=True)
    assert apply(complaints, fact("gabay.casework.complaint-progressed.v1", STREAM, 2, **step)) == [
        Op("progress", (str(STREAM), "ACKNOWLEDGED", "stf-s1"))
    ]
    assert DAY.isoformat() == step["on"]
