"""The commands on training sessions over HTTP: shape in, look-ups, the runner, shape out."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.casework.case.routes import ground_of, today
from services.casework.parts import Casework
from shared.codes import ServiceCode
from shared.http.command import Answer, Call, CommandRouter, OutOfScope, Resource, invalid, violation
from shared.http.voiding import VoidEntryBody, void_entry

from .commands import CancelSession, Enrol, HoldSession, RecordOutcome, ScheduleSession, Unenrol
from .decisions import TRAINING
from .forms import CancelSessionBody, EnrolBody, HoldSessionBody, RecordOutcomeBody, ScheduleSessionBody, UnenrolBody
from .state import State

router = CommandRouter("training-sessions")

SESSION = "/v1/training-sessions/{id:uuid}"


@dataclass(frozen=True, slots=True)
class Found:
    """A session that the caller may work on, and the centre whose it is."""

    state: State
    centre: str
    version: int
    facts: Any

    @property
    def resource(self) -> Resource:
        provider = self.state.scheduled.provider if self.state.scheduled else ""
        return Resource(centre=self.centre, orgs=frozenset({provider} - {""}))


async def find(call: Call) -> Found:
    """The session of the path, if the caller may see it."""
    loaded = await call.fold(TRAINING, call.path["id"])
    if loaded.version == 0:
        raise OutOfScope()
    found = Found(loaded.state, loaded.facts[0].ctx.centre, loaded.version, loaded.facts)
    call.allow(found.resource)
    return found


@router.command("POST", "/v1/training-sessions", body=ScheduleSessionBody, action="training.work", concurrency="creation")
async def schedule_session(call: Call, body: ScheduleSessionBody) -> Answer:
    """Announce a training."""
    place = Resource(centre=body.centre)
    call.allow(place)
    parts: Casework = call.parts
    if not parts.region.is_org(body.provider):
        raise invalid(violation("/provider", "unknown-code", "/v1/codes/Agency"))
    day = parts.local_day(body.starts, body.centre)
    command = ScheduleSession(
        course=body.course,
        provider=body.provider,
        sub_committee=parts.region.sub_committee(ServiceCode.TRN, day, body.course),
        hours=body.hours,
        place=body.place,
        vintage=parts.region.psgc_vintage,
        starts=body.starts,
        capacity=body.capacity,
    )
    return await call.run(TRAINING, None, command, resource=place)


@router.command("POST", f"{SESSION}/enrolments", body=EnrolBody, action="training.work", concurrency="additive")
async def enrol(call: Call, body: EnrolBody) -> Answer:
    """Give a client a seat. Who has one already keeps it."""
    found = await find(call)
    command = Enrol(client_id=body.client_id, ground=await ground_of(call, body.client_id, found.centre))
    return await _run(call, found, command, body.client_id)


@router.command("POST", f"{SESSION}/enrolments/{{cid:uuid}}:cancel", body=UnenrolBody, action="training.work", concurrency="guarded")
async def unenrol(call: Call, body: UnenrolBody) -> Answer:
    """Take a client's seat back, at the client's wish."""
    found = await find(call)
    return await _run(call, found, Unenrol(client_id=call.path["cid"]), call.path["cid"])


@router.command("POST", f"{SESSION}:hold", body=HoldSessionBody, action="training.work", concurrency="guarded")
async def hold_session(call: Call, body: HoldSessionBody) -> Answer:
    """Record that a training took place, and count who came."""
    found = await find(call)
    parts: Casework = call.parts
    strange = [n for n, group in enumerate(body.staff_participants) if not parts.region.is_org(group.org)]
    if strange:
        raise invalid(*(violation(f"/staff_participants/{n}/org", "unknown-code", "/v1/codes/Agency") for n in strange))
    on = today(call, found.centre)
    command = HoldSession(
        held_on=body.held_on or on,
        today=on,
        attendees=body.attendees,
        hours=body.hours,
        staff_participants=body.staff_participants,
    )
    return await _run(call, found, command)


@router.command("POST", f"{SESSION}/outcomes", body=RecordOutcomeBody, action="training.work", concurrency="additive")
async def record_outcome(call: Call, body: RecordOutcomeBody) -> Answer:
    """Record what the training came to for one client who was enrolled."""
    found = await find(call)
    command = RecordOutcome(client_id=body.client_id, attended_hours=body.attended_hours, pre=body.pre, post=body.post)
    return await _run(call, found, command, body.client_id)


@router.command("POST", f"{SESSION}:cancel", body=CancelSessionBody, action="training.work", concurrency="guarded")
async def cancel_session(call: Call, body: CancelSessionBody) -> Answer:
    """Say that a training does not take place."""
    found = await find(call)
    return await _run(call, found, CancelSession(reason=body.reason))


@router.command("POST", f"{SESSION}/events/{{event_id:uuid}}:void", body=VoidEntryBody, action="training.work", concurrency="guarded")
async def void_outcome(call: Call, body: VoidEntryBody) -> Answer:
    """Void an outcome that never was true: of somebody else, or entered twice."""
    found = await find(call)
    return await void_entry(call, TRAINING, found.resource)


router.batch("/v1/training-sessions:batch", creation=schedule_session, additive=[enrol])
router.batch(f"{SESSION}/outcomes:batch", additive=[record_outcome])


async def _run(call: Call, found: Found, command: Any, client_id: UUID | None = None) -> Answer:
    ctx = call.ctx(subject_id=client_id, centre=found.centre)
    return await call.run(TRAINING, call.path["id"], command, resource=found.resource, ctx=ctx)
