"""Plans of a case: proposed by the worker, answered by a supervisor, agreed by the client, carried out step by step."""

from shared.codes import ActionStatus, PlanDecision, ServiceCode
from shared.contracts.casework import plan as plan_facts
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.event import Event

from .commands import AgreePlan, ProposePlan, RecordPlanAction, ReviewPlan
from .ground import permitted, refused_at
from .state import ENDED, State
from .table import invalid_state


def propose(command: ProposePlan, state: State) -> list[Event]:
    """A plan takes the next number; each step answers a need of this case."""
    permitted(command.ground, state)
    ids = [step.action_id for step in command.actions]
    errors = [
        {"loc": f"/actions/{n}/{'need_id' if step.need_id not in state.needs else 'action_id'}", "code": "not-allowed-here"}
        for n, step in enumerate(command.actions)
        if step.need_id not in state.needs or step.action_id in ids[:n]
    ]
    if errors:
        raise Rejected("validation", "Point each step to a need of this case, under an id of its own.", errors=errors)
    hidden = state.confidential
    told = plan_facts.PlanProfile(plan_types=command.plan_types)
    return [
        plan_facts.CasePlanProposed(
            plan_no=state.plan_no + 1,
            actions=tuple(
                plan_facts.PlannedAction(
                    action_id=step.action_id,
                    service_code=ServiceCode.PSS if hidden else step.service_code,
                    provider=None if hidden else step.provider,
                    due=step.due,
                    cost_band=step.cost_band,
                )
                for step in command.actions
            ),
            target_end=command.target_end,
            profile=told,
            narrative=plan_facts.PlanNarrative(
                **told.model_dump(),
                goals=command.goals,
                needs={step.action_id: step.need_id for step in command.actions},
                services=_hidden(command) if hidden else (),
            ),
        )
    ]


def _hidden(command: ProposePlan) -> tuple[plan_facts.HiddenStep, ...]:
    """The true codes of a confidential case."""
    return tuple(plan_facts.HiddenStep(action_id=s.action_id, service_code=s.service_code, provider=s.provider) for s in command.actions)


def review(command: ReviewPlan, state: State) -> list[Event]:
    """A supervisor's answer, at somebody else's request, never to a plan of their own."""
    _current(command.plan_no, state)
    if command.requested_by is None:
        raise refused_at("/requested_by", "missing")
    if command.by in (command.proposed_by, command.requested_by):
        raise Rejected("same-person-signoff", "Let another supervisor answer.")
    if command.decision is PlanDecision.RETURNED and not command.reason:
        raise refused_at("/reason", "missing")
    if command.decision is PlanDecision.APPROVED and state.plan_approved:
        return []
    note = plan_facts.ReviewNote(reason=command.reason) if command.reason else None
    return [plan_facts.CasePlanReviewed(plan_no=command.plan_no, decision=command.decision, narrative=note)]


def agree(command: AgreePlan, state: State) -> list[Event]:
    """The client's own agreement; what needs a signature has it first."""
    permitted(command.ground, state)
    _current(command.plan_no, state)
    if not command.client_agreed:
        raise refused_at("/client_agreed", "not-allowed-here")
    if command.agreed_on > command.ground.on:
        raise Rejected("date-in-future", "Record the agreement once it was given.", fields=["/agreed_on"])
    if state.to_be_signed and not state.plan_approved:
        raise Rejected("plan-not-approved", "Ask a supervisor to approve the plan first.")
    return [plan_facts.CasePlanAgreed(plan_no=command.plan_no, client_agreed=True, agreed_on=command.agreed_on, method=command.method)]


def move(command: RecordPlanAction, state: State) -> list[Event]:
    """Where a step stands now. What ended stays ended when a referral for it comes to nothing."""
    known = state.actions.get(command.action_id)
    if command.ground is not None:
        permitted(command.ground, state)
        if known is None or known.plan_no != command.plan_no:
            raise OutOfScope()
    if known and (known.status is command.status or (_by_referral(command) and known.status in ENDED)):
        return []
    note = plan_facts.ActionNote(note=command.note) if command.note else None
    plan_no = known.plan_no if known else max(1, state.plan_no)
    referral_id = command.referral_id
    return [
        plan_facts.PlanActionRecorded(
            plan_no=plan_no, action_id=command.action_id, status=command.status, referral_id=referral_id, narrative=note
        )
    ]


def _by_referral(command: RecordPlanAction) -> bool:
    return command.ground is None and command.status is ActionStatus.BLOCKED


def _current(plan_no: int, state: State) -> None:
    """Only the newest plan is answered or agreed."""
    if plan_no > state.plan_no:
        raise OutOfScope()
    if plan_no < state.plan_no:
        raise invalid_state(state.state)
