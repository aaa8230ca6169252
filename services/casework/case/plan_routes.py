"""Plans, follow-ups and notes of a case over HTTP."""

from shared.contracts.casework.plan import CasePlanProposed
from shared.http.command import Answer, Call, CommandRouter, Resource

from .commands import AgreePlan, Note, ProposePlan, RecordFollowUp, RecordPlanAction, ReviewPlan, ScheduleFollowUp, Step
from .plan_forms import (
    AgreePlanBody,
    NoteBody,
    ProposePlanBody,
    RecordFollowUpBody,
    RecordPlanActionBody,
    ReviewPlanBody,
    ScheduleFollowUpBody,
)
from .routes import carry_out, drawn, find, ground_in, today

router = CommandRouter("cases")


@router.command("POST", "/v1/cases/{id:uuid}/plans", body=ProposePlanBody, action="case.work", concurrency="guarded")
async def propose_plan(call: Call, body: ProposePlanBody) -> Answer:
    """Write down what the client wants to reach and by which steps. The answer names the number of the plan."""
    found = await find(call)
    command = ProposePlan(
        actions=tuple(
            Step(
                action_id=step.action_id or drawn(call, f"action {n}"),
                service_code=step.service_code,
                provider=step.provider,
                due=step.due,
                cost_band=step.cost_band,
                need_id=step.need_id,
            )
            for n, step in enumerate(body.actions)
        ),
        target_end=body.target_end,
        goals=body.goals,
        plan_types=body.plan_types,
        ground=await ground_in(call, found),
    )
    return await carry_out(call, found, command)


@router.command("POST", "/v1/cases/{id:uuid}/plans/{n:int}:review", body=ReviewPlanBody, action="case.sign", concurrency="guarded")
async def review_plan(call: Call, body: ReviewPlanBody) -> Answer:
    """Approve a plan or send it back, at somebody else's request (`requested_by`), never one's own plan."""
    found = await find(call)
    authors = [fact.ctx.actor for fact in found.facts if isinstance(fact.event, CasePlanProposed) and fact.event.plan_no == call.path["n"]]
    command = ReviewPlan(
        plan_no=call.path["n"],
        decision=body.decision,
        reason=body.reason,
        by=call.caller.staff_id,
        proposed_by=authors[-1] if authors else None,
        requested_by=body.requested_by,
    )
    return await carry_out(call, found, command)


@router.command("POST", "/v1/cases/{id:uuid}/plans/{n:int}:agree", body=AgreePlanBody, action="case.work", concurrency="guarded")
async def agree_plan(call: Call, body: AgreePlanBody) -> Answer:
    """Record that the client agreed. What a supervisor has to sign must have been approved before."""
    found = await find(call)
    command = AgreePlan(
        plan_no=call.path["n"],
        client_agreed=body.client_agreed,
        agreed_on=body.agreed_on,
        method=body.method,
        ground=await ground_in(call, found),
    )
    return await carry_out(call, found, command)


@router.command(
    "POST", "/v1/cases/{id:uuid}/plans/{n:int}/actions/{aid:uuid}", body=RecordPlanActionBody, action="case.work", concurrency="guarded"
)
async def record_plan_action(call: Call, body: RecordPlanActionBody) -> Answer:
    """Say where a step of the plan stands. The answer to a referral moves its step by itself."""
    found = await find(call)
    command = RecordPlanAction(
        plan_no=call.path["n"],
        action_id=call.path["aid"],
        status=body.status,
        referral_id=body.referral_id,
        note=body.note,
        ground=await ground_in(call, found),
    )
    return await carry_out(call, found, command)


@router.command("POST", "/v1/cases/{id:uuid}/follow-ups", body=ScheduleFollowUpBody, action="case.work", concurrency="additive")
async def schedule_follow_up(call: Call, body: ScheduleFollowUpBody) -> Answer:
    """Plan a look back, or all that are usual for its type."""
    found = await find(call)
    command = ScheduleFollowUp(
        follow_up_id=body.follow_up_id or drawn(call, "follow-up"),
        type=body.type,
        due=body.due,
        after=body.after,
        ground=await ground_in(call, found),
    )
    return await carry_out(call, found, command)


@router.command(
    "POST", "/v1/cases/{id:uuid}/follow-ups/{fid:uuid}:record", body=RecordFollowUpBody, action="case.work", concurrency="additive"
)
async def record_follow_up(call: Call, body: RecordFollowUpBody) -> Answer:
    """Say what came of a planned contact; on time until seven days after it was due."""
    found = await find(call)
    on = today(call, found.centre)
    command = RecordFollowUp(
        follow_up_id=call.path["fid"],
        done=body.done or on,
        contact=body.contact,
        next=body.next,
        note=body.note,
        on=on,
        ground=await ground_in(call, found),
    )
    return await carry_out(call, found, command)


router.batch("/v1/follow-ups:batch", additive=[schedule_follow_up, record_follow_up])


@router.command("POST", "/v1/cases/{id:uuid}/notes", body=NoteBody, action="case.work", concurrency="additive")
async def note(call: Call, body: NoteBody) -> Answer:
    """Write a note. A counselling note is its author's own: nobody else reads it, save by break-glass."""
    found = await find(call)
    own = Resource(centre=found.centre, assigned=frozenset({call.caller.staff_id}))
    command = Note(
        note_id=body.note_id or drawn(call, "note"),
        kind=body.kind,
        text=body.text,
        counsellor=call.may("case.read-counselling", own),
        ground=await ground_in(call, found),
    )
    return await carry_out(call, found, command)


__all__ = ["router"]
