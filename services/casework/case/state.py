"""What is known of one case, folded from its facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from services.casework.assistance.state import State as Assistance
from services.casework.assistance.state import evolve as assist
from shared.codes import (
    C4_CASE_TYPES,
    ActionStatus,
    CaseKind,
    CaseState,
    CaseType,
    ContactResult,
    CostBand,
    FollowUpType,
    NeedCode,
    PlanDecision,
    Priority,
    ReviewCause,
    TransferAnswer,
)
from shared.contracts.casework.assistance import (
    ConsularRequestProgressed,
    ReintegrationMeasured,
    ReturnAssistanceProgressed,
    TracingProgressed,
)
from shared.contracts.casework.case import (
    AssessmentNarrative,
    CaseAssigned,
    CaseEvent,
    CaseNoteRecorded,
    CaseOpened,
    CaseReviewRequired,
    FollowUpRecorded,
    FollowUpScheduled,
    NeedsAssessed,
    OpeningNarrative,
    ServiceDelivered,
)
from shared.contracts.casework.ending import CaseClosed, CaseReopened, CaseTransferAnswered, CaseTransferRequested
from shared.contracts.casework.plan import CasePlanAgreed, CasePlanProposed, CasePlanReviewed, PlanActionRecorded
from shared.contracts.casework.protection import ProtectionAssessed
from shared.contracts.entry import EntryVoided

ENDED = frozenset({ActionStatus.DONE, ActionStatus.CANCELLED})
"""Steps of a plan that ask for nothing more."""

COSTLY = frozenset({CostBand.B3, CostBand.B4})
"""From 20,000 pesos on a supervisor signs."""


@dataclass(frozen=True, slots=True)
class Action:
    """A step of a plan and where it stands."""

    plan_no: int
    status: ActionStatus


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A planned look back. done, contact: None until it was recorded."""

    type: FollowUpType
    due: date
    done: date | None = None
    contact: ContactResult | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer that waits for its answer."""

    transfer_id: UUID
    to_centre: str


@dataclass(frozen=True, slots=True)
class State:
    """What later decisions need to know, and nothing else. `state` None: there is no such case.

    answered: transfers that had their answer. moved_to: the centre that took the case last; None: the one that opened it.
    """

    state: CaseState | None = None
    client_id: UUID | None = None
    kind: CaseKind = CaseKind.GENERAL
    priority: Priority = Priority.NORMAL
    minor: bool = True
    age_known: bool = False
    asylum: bool = False
    worker: str | None = None
    needs: Mapping[UUID, NeedCode] = field(default_factory=dict)
    assessments: Mapping[UUID, NeedsAssessed] = field(default_factory=dict)
    services: Mapping[UUID, ServiceDelivered] = field(default_factory=dict)
    notes: Mapping[UUID, CaseNoteRecorded] = field(default_factory=dict)
    follow_ups: Mapping[UUID, FollowUp] = field(default_factory=dict)
    plan_no: int = 0
    plan_approved: bool = False
    plan_costly: bool = False
    actions: Mapping[UUID, Action] = field(default_factory=dict)
    reviews: frozenset[UUID] = frozenset()
    assistance: Assistance = field(default_factory=Assistance)
    transfer: Transfer | None = None
    answered: frozenset[UUID] = frozenset()
    moved_to: str | None = None
    grace_until: date | None = None
    closed_on: date | None = None

    @property
    def confidential(self) -> bool:
        return self.kind is CaseKind.CONFIDENTIAL

    @property
    def contact_block(self) -> bool:
        """Whether no consulate may hear of the client: it was said so, or they may seek asylum."""
        return self.assistance.contact_block or self.asylum

    @property
    def to_be_signed(self) -> bool:
        """Whether a supervisor signs the plan of this case, and its closure."""
        return self.confidential or self.minor or self.priority is not Priority.NORMAL or self.plan_costly

    @property
    def busy(self) -> bool:
        """Whether a step of the newest plan is still open."""
        return any(action.plan_no == self.plan_no and action.status not in ENDED for action in self.actions.values())


def evolve(state: State, event: CaseEvent) -> State:
    match event:
        case CaseOpened(narrative=told):
            return replace(
                state,
                state=CaseState.OPEN,
                client_id=event.client_id,
                kind=event.case_kind,
                priority=event.priority,
                minor=told.minor is not False if isinstance(told, OpeningNarrative) else True,
                age_known=isinstance(told, OpeningNarrative) and told.minor is not None,
                asylum=isinstance(told, OpeningNarrative) and told.case_type is CaseType.ASYLUM,
            )
        case CaseAssigned(worker=worker):
            return replace(state, worker=worker)
        case NeedsAssessed():
            return _assessed(state, event)
        case CasePlanProposed():
            return _proposed(state, event)
        case CasePlanReviewed(decision=PlanDecision.APPROVED):
            return replace(state, plan_approved=True)
        case CasePlanReviewed():
            return replace(state, state=CaseState.ASSESSED)
        case CasePlanAgreed():
            return replace(state, state=CaseState.PLAN_AGREED)
        case PlanActionRecorded(action_id=action_id):
            return replace(state, actions={**state.actions, action_id: Action(event.plan_no, event.status)})
        case ServiceDelivered(service_id=service_id):
            return replace(state, services={**state.services, service_id: event})
        case FollowUpScheduled():
            moves = state.state is CaseState.PLAN_AGREED and not state.busy
            planned = {**state.follow_ups, event.follow_up_id: FollowUp(event.type, event.due)}
            return replace(state, state=CaseState.FOLLOW_UP if moves else state.state, follow_ups=planned)
        case FollowUpRecorded():
            done = FollowUp(event.type, event.due, event.done, event.contact)
            return replace(state, follow_ups={**state.follow_ups, event.follow_up_id: done})
        case CaseNoteRecorded(note_id=note_id):
            return replace(state, notes={**state.notes, note_id: event})
        case CaseReviewRequired(source_event=source):
            grace = event.due if event.cause is ReviewCause.CONSENT_WITHDRAWN else state.grace_until
            return replace(state, reviews=state.reviews | {source}, grace_until=grace)
        case ConsularRequestProgressed() | ReturnAssistanceProgressed() | ReintegrationMeasured() | TracingProgressed():
            return replace(state, assistance=assist(state.assistance, event))
        case ProtectionAssessed():
            return replace(state, assistance=assist(state.assistance, event), kind=CaseKind.CONFIDENTIAL)
        case CaseTransferRequested():
            return replace(state, transfer=Transfer(event.transfer_id, event.to_centre))
        case CaseTransferAnswered():
            state = replace(state, transfer=None, answered=state.answered | {event.transfer_id})
            moves = event.answer is TransferAnswer.ACCEPTED
            return replace(state, state=CaseState.OPEN, moved_to=event.to_centre, worker=None) if moves else state
        case CaseClosed(closed_on=closed_on):
            return replace(state, state=CaseState.CLOSED, closed_on=closed_on, transfer=None)
        case CaseReopened():
            return replace(state, state=CaseState.OPEN, closed_on=None)
        case EntryVoided():  # what is void does not get here, so nothing is left to change
            return state
        case _:
            assert_never(event)


def _proposed(state: State, event: CasePlanProposed) -> State:
    known = state.actions
    steps = {
        a.action_id: Action(event.plan_no, known[a.action_id].status if a.action_id in known else ActionStatus.PLANNED)
        for a in event.actions
    }
    return replace(
        state,
        state=CaseState.PLAN_PROPOSED,
        plan_no=event.plan_no,
        plan_approved=False,
        plan_costly=any(a.cost_band in COSTLY for a in event.actions),
        actions={**known, **steps},
    )


def _assessed(state: State, event: NeedsAssessed) -> State:
    told = event.narrative
    moved = CaseState.ASSESSED if state.state is CaseState.OPEN else state.state
    state = replace(state, state=moved, assessments={**state.assessments, event.assessment_id: event})
    if not isinstance(told, AssessmentNarrative):  # the client was forgotten: the step remains, what it said does not
        return state
    return replace(
        state,
        needs={**state.needs, **{need.need_id: need.code for need in told.needs}},
        minor=told.minor,
        age_known=True,
        asylum=state.asylum or told.case_type is CaseType.ASYLUM,
        kind=CaseKind.CONFIDENTIAL if told.case_type in C4_CASE_TYPES else state.kind,
    )
