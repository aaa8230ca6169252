"""What a person asks about their own data: received, decided, answered; and what an objection or a correction does at once."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.intake.client.commands import AnswerRightsRequest, DecideRightsRequest, ReceiveRightsRequest
from services.intake.client.decisions import CLIENT
from shared.codes import ConsentEnd, ErasureBasis, Purpose, RefusalReason, Right, RightOutcome, Sex
from shared.contracts.intake.client import ClientProfileAmended, ErasureRequested
from shared.contracts.intake.consent import ConsentWithdrawn
from shared.contracts.intake.rights import RequestWords, RightsRequestAnswered, RightsRequestDecided, RightsRequestReceived
from tests.unit.intake.people import N2, TODAY, counted, registered
from tests.unit.intake.test_amendment import amend
from tests.unit.intake.test_forgetting import ask, erase
from tests.unit.kit import forgotten, given, in_every_way_forgotten

REQUEST = UUID("0199a1f4-9000-7000-8000-0000000000d1")
DUE = datetime(2026, 4, 15, 9, tzinfo=UTC)
RECEIVED = RightsRequestReceived(request_id=REQUEST, right=Right.CORRECTION, due_answer=DUE, identity=RequestWords(text="wrong year"))
ACCESS = RightsRequestReceived(request_id=REQUEST, right=Right.ACCESS, due_answer=DUE)
OBJECTS = RightsRequestReceived(request_id=REQUEST, right=Right.OBJECTION, objects_to=Purpose.STATISTICS, due_answer=DUE)
FORGET_ME = ErasureRequested(request_id=REQUEST, basis=ErasureBasis.SUBJECT_REQUEST, due_answer=DUE)
GRANTED = RightsRequestDecided(request_id=REQUEST, right=Right.ACCESS, outcome=RightOutcome.GRANTED)

PHONE = {"phones": ("+639170000002",)}


def receive(**changes: Any) -> ReceiveRightsRequest:
    said = {"request_id": REQUEST, "right": Right.CORRECTION, "due_answer": DUE, "text": "wrong year"}
    return ReceiveRightsRequest(**{**said, **changes})


def decide(outcome: RightOutcome = RightOutcome.GRANTED, **changes: Any) -> DecideRightsRequest:
    return DecideRightsRequest(**{"today": TODAY, "request_id": REQUEST, "outcome": outcome, **changes})


def refuse(**changes: Any) -> DecideRightsRequest:
    return decide(RightOutcome.REFUSED, **{"reason": RefusalReason.LEGAL_DUTY, **changes})


def told() -> AnswerRightsRequest:
    return AnswerRightsRequest(request_id=REQUEST)


def test_a_request_is_received_once_and_decided_once_and_answered() -> None:
    decided = RightsRequestDecided(request_id=REQUEST, right=Right.ACCESS, outcome=RightOutcome.GRANTED)
    answer = RightsRequestAnswered(request_id=REQUEST, right=Right.ACCESS)
    story = given(CLIENT, *registered()).when(receive(right=Right.ACCESS, text=None)).then(ACCESS)
    story = story.when(decide()).then(decided).when(told()).then(answer)
    for command in (receive(right=Right.ACCESS, text=None), decide(), told()):
        story.when(command).nothing()


def test_a_decision_is_not_turned_round() -> None:
    given(CLIENT, *registered(), ACCESS, GRANTED).when(refuse()).rejected("invalid-state", state="GRANTED")


def test_nobody_is_told_what_was_not_decided() -> None:
    given(CLIENT, *registered(), ACCESS).when(told()).rejected("invalid-state", state="RECEIVED", allowed=["DecideRightsRequest"])


def test_a_refusal_says_why_and_a_grant_does_not() -> None:
    asked = given(CLIENT, *registered(), ACCESS)
    asked.when(refuse(reason=None)).refused_at("/reason")
    asked.when(decide(reason=RefusalReason.UNFOUNDED)).refused_at("/reason")
    assert asked.when(refuse()).fact(RightsRequestDecided).reason is RefusalReason.LEGAL_DUTY


def test_an_objection_names_a_use_and_nothing_else_does() -> None:
    given(CLIENT, *registered()).when(receive(right=Right.OBJECTION)).refused_at("/objects_to")
    given(CLIENT, *registered()).when(receive(objects_to=Purpose.PHOTO)).refused_at("/objects_to")


def test_a_granted_objection_ends_the_consent_to_that_use_and_no_other() -> None:
    asked = given(CLIENT, *counted(), OBJECTS)
    ended = asked.when(decide()).fact(ConsentWithdrawn)
    assert (ended.consent_id, ended.purpose, ended.reason) == (N2, Purpose.STATISTICS, ConsentEnd.CLIENT_WISH)
    after = asked.when(decide()).after().state
    assert not after.statistics
    assert after.consent_for(Purpose.CASE_MANAGEMENT) is not None


def test_a_refused_objection_ends_nothing() -> None:
    given(CLIENT, *counted(), OBJECTS).when(refuse()).then_types(RightsRequestDecided)


def test_an_amendment_grants_the_correction_that_it_carries_out() -> None:
    asked = given(CLIENT, *registered(), RECEIVED)
    done = asked.when(amend(person=PHONE, request_id=REQUEST)).then_types(ClientProfileAmended, RightsRequestDecided)
    assert done.state.protection.rights[REQUEST].stage == "GRANTED"
    done.when(amend(facts={"sex": Sex.X}, request_id=REQUEST)).rejected("invalid-state", state="GRANTED")


def test_a_correction_that_somebody_made_before_is_granted_all_the_same() -> None:
    corrected = given(CLIENT, *registered(), RECEIVED).when(amend(person=PHONE)).then_types(ClientProfileAmended)
    granted = corrected.when(amend(person=PHONE, request_id=REQUEST)).fact(RightsRequestDecided)
    assert (granted.right, granted.outcome) == (Right.CORRECTION, RightOutcome.GRANTED)


def test_an_amendment_that_says_nothing_grants_nothing() -> None:
    asked = given(CLIENT, *registered(), RECEIVED)
    asked.when(amend(request_id=REQUEST)).refused_at("/identity")
    given(CLIENT, *registered(), ACCESS).when(amend(request_id=REQUEST)).rejected("invalid-state")


def test_an_amendment_names_a_correction_or_nothing() -> None:
    given(CLIENT, *registered(), ACCESS).when(amend(person=PHONE, request_id=REQUEST)).rejected("invalid-state")
    given(CLIENT, *registered()).when(amend(person=PHONE, request_id=REQUEST)).rejected("not-found")


def test_an_erasure_is_granted_by_carrying_it_out_and_a_refused_one_is_not_carried_out() -> None:
    asked = given(CLIENT, *registered(), FORGET_ME)
    asked.when(decide()).rejected("invalid-state", allowed=["EraseClient"])
    refused = asked.when(refuse(reason=RefusalReason.LEGAL_HOLD)).then_types(RightsRequestDecided)
    refused.when(erase(request_id=REQUEST)).rejected("invalid-state", state="REFUSED")


def test_to_be_forgotten_is_asked_for_elsewhere() -> None:
    given(CLIENT, *registered()).when(receive(right=Right.ERASURE)).refused_at("/right")


def test_nobody_decides_what_was_not_asked() -> None:
    given(CLIENT, *registered()).when(decide()).rejected("not-found")
    given(CLIENT, *registered()).when(told()).rejected("not-found")


def test_requests_fold_when_their_words_are_gone() -> None:
    assert isinstance(forgotten(RECEIVED), RightsRequestReceived)
    for way in in_every_way_forgotten([*registered(), RECEIVED, GRANTED]):
        assert CLIENT.fold(way).protection.rights[REQUEST].stage == "GRANTED"


def test_to_ask_to_be_forgotten_hides_no_other_request() -> None:
    for known in (ACCESS, RECEIVED):
        given(CLIENT, *registered(), known).when(ask(request_id=REQUEST)).rejected("already-exists")
        given(CLIENT, *registered(), known).when(ask(request_id=REQUEST, basis=ErasureBasis.COURT_ORDER)).rejected("already-exists")
