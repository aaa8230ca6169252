"""Transfers of a case between centres, and entries that never were true, over HTTP."""

from typing import Annotated

from services.casework.parts import Casework
from shared.codes import TransferAnswer
from shared.contracts.casework.ending import CaseTransferRequested
from shared.contracts.casework.field import Text
from shared.http.bodies import CommandBody, NewId, example
from shared.http.command import Answer, Call, CentreCode, CommandRouter, Resource, invalid, violation
from shared.http.voiding import VoidEntryBody, void_entry
from shared.privacy.classes import NARRATIVE
from shared.privacy.member import member

from .commands import AnswerTransfer, RequestTransfer
from .decisions import case_at
from .forms import GROUND
from .routes import Found, carry_out, drawn, find, found_in, ground_in

router = CommandRouter("cases")

TRANSFER = "0199a2b0-8888-7abc-8def-0123456789ab"


class RequestTransferBody(CommandBody):
    """Another centre that should take the case over."""

    model_config = example({**GROUND, "transfer_id": TRANSFER, "to_centre": "PH-MAS-01", "reason": "The client moves to the capital."})

    transfer_id: Annotated[NewId | None, member("Id of the transfer, drawn by your app.")] = None
    to_centre: Annotated[CentreCode, member("Centre of this region that is asked.")]
    reason: Annotated[Text, member("Why, in words.", NARRATIVE)]


class AnswerTransferBody(CommandBody):
    """The answer of the centre that was asked."""

    model_config = example({**GROUND, "answer": "ACCEPTED"})

    answer: Annotated[TransferAnswer, member("ACCEPTED moves the case here; it is nobody's until you assign it.")]
    reason: Annotated[Text | None, member("Why, in words; needed for a refusal.", NARRATIVE)] = None
    beside_another: Annotated[bool, member("Take it although the client has an open case here already.")] = False


@router.command("POST", "/v1/cases/{id:uuid}/transfers", body=RequestTransferBody, action="case.work", concurrency="guarded")
async def request_transfer(call: Call, body: RequestTransferBody) -> Answer:
    """Ask another centre of the region to take the case over. Without an answer in 5 working days it is refused."""
    found = await find(call)
    parts: Casework = call.parts
    if not parts.region.has_centre(body.to_centre):
        raise invalid(violation("/to_centre", "not-allowed-here"))
    command = RequestTransfer(
        transfer_id=body.transfer_id or drawn(call, "transfer"),
        to_centre=body.to_centre,
        here=found.centre,
        reason=body.reason,
        ground=await ground_in(call, found),
    )
    return await carry_out(call, found, command)


@router.command(
    "POST", "/v1/cases/{id:uuid}/transfers/{tid:uuid}:answer", body=AnswerTransferBody, action="case.sign", concurrency="guarded"
)
async def answer_transfer(call: Call, body: AnswerTransferBody) -> Answer:
    """Take a case over, or not. For a supervisor of the centre that was asked, who did not ask for it."""
    found = await _asked(call)
    asked = [
        fact.ctx.actor
        for fact in found.facts
        if isinstance(fact.event, CaseTransferRequested) and fact.event.transfer_id == call.path["tid"]
    ]
    command = AnswerTransfer(
        transfer_id=call.path["tid"], answer=body.answer, reason=body.reason, by=call.caller.staff_id, asked_by=asked[-1] if asked else None
    )
    there = found.state.transfer.to_centre if found.state.transfer else found.centre
    ctx = call.ctx(subject_id=found.state.client_id, centre=there)
    decider = case_at(found.centre, beside_another=body.beside_another)
    return await call.run(decider, call.path["id"], command, resource=Resource(centre=there), ctx=ctx)


async def _asked(call: Call) -> Found:
    """The case, for whoever may sign at the centre that it is offered to."""
    found = await found_in(call)
    waiting = found.state.transfer
    place = Resource(centre=waiting.to_centre if waiting else found.centre)
    if found.state.confidential:
        call.allow(place, "case.read-confidential")
    call.allow(place)
    return found


@router.command("POST", "/v1/cases/{id:uuid}/events/{event_id:uuid}:void", body=VoidEntryBody, action="case.work", concurrency="guarded")
async def void_case_entry(call: Call, body: VoidEntryBody) -> Answer:
    """Void an entry of a case that never was true: everything treats it as absent, and the record stays."""
    found = await find(call)
    return await void_entry(call, case_at(found.centre), found.resource)


__all__ = ["router"]
