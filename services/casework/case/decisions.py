"""What comes of a command on a case (domain chapter, section 7): one open case per client and centre, every need an outcome."""

from collections.abc import Iterable, Mapping
from functools import cache, partial
from typing import Any, Final
from uuid import UUID

from services.casework.assistance import decisions as assistance
from shared.codes import C4_CASE_TYPES, CaseKind, NoteKind, ServiceCode, SubCommittee, TransferAnswer
from shared.contracts.casework import case as facts
from shared.contracts.casework import ending
from shared.contracts.casework import plan as plan_facts
from shared.contracts.casework.assistance import (
    ConsularRequestProgressed,
    ReintegrationMeasured,
    ReturnAssistanceProgressed,
    TracingProgressed,
)
from shared.contracts.casework.case import CASE, CaseEvent
from shared.contracts.casework.protection import ProtectionAssessed
from shared.errors import Rejected
from shared.eventsourcing.decider import ALWAYS, Decider, Row
from shared.eventsourcing.event import Event
from shared.privacy.classes import NARRATIVE, PROTECTED

from . import closing, following, planning, transfer
from .commands import (
    AgreePlan,
    AnswerTransfer,
    AssessNeeds,
    AssignCase,
    CloseCase,
    Command,
    DeliverService,
    Note,
    OpenCase,
    ProposePlan,
    RecordFollowUp,
    RecordPlanAction,
    ReopenCase,
    RequestTransfer,
    RequireReview,
    ReviewPlan,
    ScheduleFollowUp,
)
from .ground import once, permitted
from .state import State, evolve
from .table import MACHINE, invalid_state

WARN_CASELOAD: Final = 20
FULL_CASELOAD: Final = 30

VOIDABLE: Final[Mapping[type[Event], str]] = {
    facts.NeedsAssessed: ALWAYS,
    plan_facts.PlanActionRecorded: ALWAYS,
    facts.ServiceDelivered: ALWAYS,
    facts.FollowUpScheduled: ALWAYS,
    facts.FollowUpRecorded: ALWAYS,
    facts.CaseNoteRecorded: ALWAYS,
    ProtectionAssessed: ALWAYS,
    # Of what goes by stages the last one only.
    ConsularRequestProgressed: "request_id",
    ReturnAssistanceProgressed: "return_id",
    ReintegrationMeasured: "return_id",
    TracingProgressed: "tracing_id",
}
"""Entries that may turn out never to have been true."""


def decide(command: Command, state: State) -> list[Event]:
    if isinstance(command, OpenCase):
        return _open(command, state)
    _allowed(command, state)
    match command:
        case AssignCase():
            return _assign(command, state)
        case AssessNeeds():
            return _assess(command, state)
        case ProposePlan():
            return planning.propose(command, state)
        case ReviewPlan():
            return planning.review(command, state)
        case AgreePlan():
            return planning.agree(command, state)
        case RecordPlanAction():
            return planning.move(command, state)
        case DeliverService():
            return _deliver(command, state)
        case ScheduleFollowUp():
            return following.schedule(command, state)
        case RecordFollowUp():
            return following.record(command, state)
        case Note():
            return _note(command, state)
        case RequireReview(source_event=source):
            if source in state.reviews:
                return []
            return [facts.CaseReviewRequired(cause=command.cause, due=command.due, source_event=source)]
        case RequestTransfer():
            return transfer.request(command, state)
        case AnswerTransfer():
            return transfer.answer(command, state)
        case CloseCase():
            return closing.close(command, state)
        case ReopenCase():
            return closing.reopen(command, state)
        case _:
            return assistance.decide(command, state)


def _open(command: OpenCase, state: State) -> list[Event]:
    if state.state is not None:
        raise invalid_state(state.state)
    if command.beside_another and not command.supervised:
        raise Rejected("approval-needed", "A second open case at the same centre is for a supervisor to open.")
    permitted(command.ground, state)
    told = facts.OpeningProfile(case_type=command.case_type, risk_level=command.risk_level)
    hidden = command.confidential or command.case_type in C4_CASE_TYPES
    return [
        facts.CaseOpened(
            client_id=command.client_id,
            case_kind=CaseKind.CONFIDENTIAL if hidden else CaseKind.GENERAL,
            priority=command.priority,
            source=command.source,
            sub_committee=SubCommittee.PSS if hidden else command.sub_committee,
            previous_case_id=command.previous_case_id,
            referral_id=command.referral_id,
            profile=told,
            narrative=facts.OpeningNarrative(**told.model_dump(), reason=command.reason, minor=command.minor),
        )
    ]


def _assign(command: AssignCase, state: State) -> list[Event]:
    if command.worker == state.worker:
        return []
    if not command.supervised and (command.worker != command.by or state.worker is not None):
        raise Rejected("forbidden", "Take a case that has no worker, or ask a supervisor to assign it.")
    if command.caseload >= FULL_CASELOAD and not command.acknowledged:
        raise Rejected("caseload-limit", "Send acknowledge_caseload if it must be this worker.", caseload=command.caseload)
    return [facts.CaseAssigned(worker=command.worker, from_=state.worker, role=command.role)]


def _assess(command: AssessNeeds, state: State) -> list[Event]:
    permitted(command.ground, state)
    told = facts.AssessmentProfile(needs=command.needs, case_type=command.case_type, risk_level=command.risk_level)
    event = facts.NeedsAssessed(
        assessment_id=command.assessment_id,
        tool_version=command.tool_version,
        needs=len(command.needs),
        profile=told,
        narrative=facts.AssessmentNarrative(**told.model_dump(), assessment=command.assessment, health=command.health, minor=command.minor),
        protected=facts.ProtectionNote(protection_note=command.protection_note) if command.protection_note else None,
    )
    if known := state.assessments.get(command.assessment_id):
        return once(known, event)
    named = [need.need_id for need in command.needs]
    if len(set(named)) < len(named) or not state.needs.keys().isdisjoint(named):
        raise Rejected("already-exists", "An assessment adds needs: give each a new need_id.")
    return [event]


def _deliver(command: DeliverService, state: State) -> list[Event]:
    permitted(command.ground, state)
    if command.delivered_on > command.ground.on:
        raise Rejected("date-in-future", "Record a service once it was given.", fields=["/delivered_on"])
    hidden = state.confidential
    told = facts.ServiceProfile(service_code=command.service_code, result=command.result)
    event = facts.ServiceDelivered(
        service_id=command.service_id,
        service_code=ServiceCode.PSS if hidden else command.service_code,
        sub_committee=SubCommittee.PSS if hidden else command.sub_committee,
        provider=None if hidden else command.provider,
        unit=command.unit,
        qty=command.qty,
        cost_band=command.cost_band,
        mode=command.mode,
        delivered_on=command.delivered_on,
        action_id=command.action_id,
        minutes=command.minutes,
        group_id=command.group_id,
        profile=told,
        narrative=facts.ServiceNarrative(**told.model_dump(), provider=command.provider, note=command.note),
    )
    if known := state.services.get(command.service_id):
        return once(known, event)
    return [event]


def _note(command: Note, state: State) -> list[Event]:
    permitted(command.ground, state)
    if command.kind is NoteKind.COUNSELLING and not command.counsellor:
        raise Rejected("forbidden", "A counselling note is the counsellor's own: choose another kind.")
    told = facts.CaseNote(text=command.text)
    kept = "protected" if state.confidential else "narrative"
    event = facts.CaseNoteRecorded(note_id=command.note_id, kind=command.kind, **{kept: told})
    if known := state.notes.get(command.note_id):
        return once(known, event)
    return [event]


def _allowed(command: Command, state: State) -> None:
    if not MACHINE.accepts(type(command).__name__, state.state):
        raise invalid_state(state.state)


def open_case(client_id: UUID | str) -> Row:
    """The search row by which a client's open cases are found."""
    return Row("search", "open-case-of", str(client_id))


def case_of(client_id: UUID | str) -> Row:
    """The search row by which all cases of a client are found, open or closed."""
    return Row("search", "case-of", str(client_id))


def _rows(centre: str, beside_another: bool, stream_id: UUID, state: State, event: CaseEvent) -> Iterable[Row]:
    match event:
        case facts.CaseOpened(client_id=client_id):
            yield case_of(client_id)
            yield open_case(client_id)
            if not beside_another:
                yield Row("claim", "open-case", f"{client_id}:{centre}")
        case ending.CaseReopened():
            yield open_case(str(state.client_id))
            if not beside_another:
                yield Row("claim", "open-case", f"{state.client_id}:{centre}")
        case ending.CaseTransferAnswered(answer=TransferAnswer.ACCEPTED, to_centre=to_centre):
            yield Row("release", "open-case", f"{state.client_id}:{centre}")
            if not beside_another:
                yield Row("claim", "open-case", f"{state.client_id}:{to_centre}")
        case ending.CaseClosed():
            yield Row("unsearch", "open-case-of", str(state.client_id))
            yield Row("release", "open-case", f"{state.client_id}:{centre}")
        case _:
            return


def centre_of(loaded: Any) -> str:
    """Whose case a loaded stream is: the centre that took it over last, else the one that opened it."""
    centre: str = loaded.state.moved_to or loaded.facts[0].ctx.centre
    return centre


@cache
def case_at(centre: str, *, beside_another: bool = False) -> Decider[Command, State]:
    """A case's behaviour at one centre: one open case per client and centre, unless a supervisor wants another beside it.

    The centre is bound here because facts name it in their context only, which the rows of an append do not see.
    """
    return Decider(
        aggregate=CASE,
        initial=State(),
        decide=decide,
        evolve=evolve,
        rows=partial(_rows, centre, beside_another),
        opens=frozenset({NARRATIVE, PROTECTED}),
        claimed=(("open-case", "invalid-state"),),
        voidable=VOIDABLE,
    )
