"""VoidEntry over HTTP: `POST /v1/<plural>/{id}/events/{event_id}:void`, the same in every service.

@router.command("POST", "/v1/encounters/{id:uuid}/events/{event_id:uuid}:void", body=VoidEntryBody, ...)
async def void_encounter(call: Call, body: VoidEntryBody) -> Answer:
    return await void_entry(call, ENCOUNTER, Resource(centre=...))
"""

from typing import Annotated, Any
from uuid import UUID

from shared.codes import LegalBasis, VoidReason
from shared.errors import OutOfScope
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.void import VoidEntry, voiding
from shared.http.answer import Answer
from shared.http.authorise import Resource
from shared.http.bodies import CommandBody, example
from shared.http.call import Call
from shared.privacy.member import member


class VoidEntryBody(CommandBody):
    """Why an entry never was true. Its author may void it within 24 hours; later a supervisor whom somebody asked to."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "reason": "ENTERED_IN_ERROR", "requested_by": "stf-w1"})

    reason: Annotated[VoidReason, member("Why it never was true.")]
    replaced_by: Annotated[UUID | None, member("The fact (event id) that was entered in its place.")] = None


async def void_entry(call: Call, decider: Decider[Any, Any], resource: Resource) -> Answer:
    """Void the fact `event_id` of the stream `id` of the path. resource: the stream's, with its centre, already found.

    Without a basis the correction rests on LEGAL_OBLIGATION: what is kept of a person has to be true.
    """
    stream_id, event_id, body = call.path["id"], call.path["event_id"], call.body
    loaded = await call.load(decider, stream_id, resource)
    fact = next((each for each in loaded.facts if each.event_id == event_id), None)
    if fact is None:
        raise OutOfScope()
    if fact.ctx.subject_id is not None and body.basis is None:
        call.body = body = body.model_copy(update={"basis": LegalBasis.LEGAL_OBLIGATION})
    command = VoidEntry(
        event_id=event_id,
        reason=body.reason,
        replaced_by=body.replaced_by,
        now=call.runtime.now(),
        actor=call.caller.staff_id,
        supervisor=call.supervises(resource.centre),
        requested_by=body.requested_by,
    )
    ctx = call.ctx(subject_id=fact.ctx.subject_id, centre=resource.centre)
    return await call.run(voiding(decider), stream_id, command, resource=resource, ctx=ctx)
