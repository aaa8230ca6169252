"""A case that moves to another centre: asked for here, answered there, and nobody's until it is assigned."""

from datetime import date
from typing import Any
from uuid import UUID

from services.casework.case.commands import AnswerTransfer, Consent, RequestTransfer
from services.casework.case.decisions import case_at
from shared.codes import CaseState, TransferAnswer
from shared.contracts.casework import ending
from shared.eventsourcing.decider import Row
from tests.unit.casework.cases import CASE, CASES, CENTRE, CLIENT, WAY_TO, assigned, closed, closing, ground, opened
from tests.unit.kit import given

THERE = "PH-MAS-01"
TRANSFER = UUID(int=60)
REQUESTED = ending.CaseTransferRequested(transfer_id=TRANSFER, to_centre=THERE, narrative=ending.TransferNote(reason="moves"))


def asking(**changes: Any) -> RequestTransfer:
    return RequestTransfer(
        **{"transfer_id": TRANSFER, "to_centre": THERE, "here": CENTRE, "reason": "moves", "ground": ground(), **changes}
    )


def answering(answer: TransferAnswer = TransferAnswer.ACCEPTED, **changes: Any) -> AnswerTransfer:
    return AnswerTransfer(**{"transfer_id": TRANSFER, "answer": answer, "by": "stf-s9", "asked_by": "stf-w1", **changes})


def answered(answer: TransferAnswer = TransferAnswer.ACCEPTED) -> ending.CaseTransferAnswered:
    return ending.CaseTransferAnswered(transfer_id=TRANSFER, to_centre=THERE, answer=answer)


def test_a_transfer_is_asked_of_another_centre_and_one_at_a_time() -> None:
    after = given(CASES, opened()).when(asking()).then(REQUESTED)
    after.when(asking()).nothing()
    after.when(asking(transfer_id=UUID(int=61))).rejected("invalid-state")
    given(CASES, opened()).when(asking(to_centre=CENTRE)).refused_at("/to_centre")
    given(CASES, opened()).when(asking(ground=ground(Consent.MISSING))).rejected("consent-missing")


def test_accepted_the_case_is_theirs_and_nobodys() -> None:
    before = given(CASES, *WAY_TO[CaseState.PLAN_AGREED], assigned(), REQUESTED)
    state = before.when(answering()).then(answered()).state
    assert (state.state, state.worker, state.moved_to, state.transfer) == (CaseState.OPEN, None, THERE, None)


def test_refused_it_stays_as_it_was_and_says_why() -> None:
    before = given(CASES, *WAY_TO[CaseState.PLAN_AGREED], assigned(), REQUESTED)
    before.when(answering(TransferAnswer.REFUSED)).refused_at("/reason")
    state = before.when(answering(TransferAnswer.REFUSED, reason="full")).after().state
    assert (state.state, state.worker, state.moved_to) == (CaseState.PLAN_AGREED, "stf-w1", None)


def test_the_system_refuses_what_nobody_answered() -> None:
    refused = answering(TransferAnswer.REFUSED, by=None, asked_by=None)
    given(CASES, opened(), REQUESTED).when(refused).then(answered(TransferAnswer.REFUSED)).when(refused).rejected("invalid-state")


def test_who_asked_does_not_answer() -> None:
    given(CASES, opened(), REQUESTED).when(answering(by="stf-w1")).rejected("same-person-signoff")


def test_only_what_waits_is_answered() -> None:
    given(CASES, opened()).when(answering()).rejected("not-found")
    given(CASES, opened(), REQUESTED, answered(TransferAnswer.REFUSED)).when(answering()).rejected("invalid-state")
    given(CASES, opened(), REQUESTED, closed()).when(answering()).rejected("invalid-state")


def test_an_id_names_one_transfer() -> None:
    given(CASES, opened(), REQUESTED, answered(TransferAnswer.REFUSED)).when(asking()).rejected("already-exists")


def test_the_one_open_case_of_a_client_moves_with_it() -> None:
    rows = given(CASES, opened(), REQUESTED).when(answering()).rows(CASE)
    assert rows == [Row("release", "open-case", f"{CLIENT}:{CENTRE}"), Row("claim", "open-case", f"{CLIENT}:{THERE}")]
    beside = case_at(CENTRE, beside_another=True)
    assert [row.kind for row in given(beside, opened(), REQUESTED).when(answering()).rows(CASE)] == ["release"]


def test_a_closure_takes_the_question_back() -> None:
    assert given(CASES, opened(), REQUESTED).when(closing(closed_on=date(2026, 3, 6))).after().state.transfer is None
