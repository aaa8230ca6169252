"""The commands on feedback over HTTP; the first one also without a login, rate-limited."""

from dataclasses import dataclass
from typing import Any

from services.casework.parts import Casework
from shared.codes.calendar import add_working_days
from shared.http.command import Answer, Call, CommandRouter, OutOfScope, Resource, invalid, violation
from shared.http.voiding import VoidEntryBody, void_entry

from .commands import GiveFeedback, ProgressComplaint
from .decisions import FEEDBACK
from .forms import ANSWERS, FeedbackBody, ProgressComplaintBody
from .state import State

router = CommandRouter("feedback")

ACKNOWLEDGE_DAYS = 3
RESOLVE_DAYS = 15
"""Working days that a complaint may wait (domain chapter, section 10)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Feedback that the caller may read, and the centre that it is about."""

    state: State
    centre: str
    version: int
    facts: Any

    @property
    def resource(self) -> Resource:
        return Resource(centre=self.centre)


async def find(call: Call) -> Found:
    """The feedback of the path. A complaint does not exist for the worker complained of."""
    loaded = await call.fold(FEEDBACK, call.path["id"])
    if loaded.version == 0:
        raise OutOfScope()
    found = Found(loaded.state, loaded.facts[0].ctx.centre, loaded.version, loaded.facts)
    call.allow(found.resource)
    if found.state.about_worker is not None and found.state.about_worker == call.caller.staff_id:
        raise OutOfScope()
    return found


@router.command("POST", "/v1/feedback", body=FeedbackBody, action="feedback.give", concurrency="creation", public=True)
async def give_feedback(call: Call, body: FeedbackBody) -> Answer:
    """Say how it was: the satisfaction form, a complaint, or a suggestion. No login is needed."""
    parts: Casework = call.parts
    if not parts.region.has_centre(body.centre):
        raise invalid(violation("/centre", "not-allowed-here"))
    assert call.occurred_at is not None
    centre, now = parts.region.centre(body.centre), call.occurred_at
    today = parts.local_day(now, body.centre)
    command = GiveFeedback(
        kind=body.kind,
        date=body.date or today,
        today=today,
        due_ack=add_working_days(now, ACKNOWLEDGE_DAYS, centre.zone, centre.calendar),
        due_resolution=add_working_days(now, RESOLVE_DAYS, centre.zone, centre.calendar),
        csm_client_type=body.csm_client_type,
        sex=body.sex,
        age_band=body.age_band,
        region=body.region,
        vintage=parts.region.psgc_vintage,
        service_code=body.service_code,
        channel=body.channel,
        answers={name: value for name in ANSWERS if (value := getattr(body, name)) is not None},
        about_service=body.about_service,
        text=body.text,
        contact=body.contact,
        about_worker=body.about_worker,
    )
    return await call.run(FEEDBACK, None, command, resource=Resource(centre=body.centre))


@router.command("POST", "/v1/feedback/{id:uuid}:progress", body=ProgressComplaintBody, action="complaint.handle", concurrency="guarded")
async def progress_complaint(call: Call, body: ProgressComplaintBody) -> Answer:
    """Acknowledge, resolve or escalate a complaint; never one about oneself, never by the worker complained of."""
    found = await find(call)
    parts: Casework = call.parts
    assert call.occurred_at is not None
    today = parts.local_day(call.occurred_at, found.centre)
    command = ProgressComplaint(
        stage=body.stage,
        on=body.on or today,
        today=today,
        by=call.caller.staff_id,
        handler=body.handler or call.caller.staff_id,
        outcome=body.outcome,
        answer=body.answer,
    )
    return await call.run(FEEDBACK, call.path["id"], command, resource=found.resource, ctx=call.ctx(centre=found.centre))


@router.command(
    "POST", "/v1/feedback/{id:uuid}/events/{event_id:uuid}:void", body=VoidEntryBody, action="complaint.handle", concurrency="guarded"
)
async def void_feedback(call: Call, body: VoidEntryBody) -> Answer:
    """Void feedback that never was true: a test, or a form entered twice."""
    found = await find(call)
    return await void_entry(call, FEEDBACK, found.resource)
