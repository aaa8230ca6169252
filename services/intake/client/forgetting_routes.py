"""Holds, erasure and its proof over HTTP."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from services.intake.look_ups import declared_only_by
from services.intake.parts import RUNNING, Intake
from services.intake.records import of_person, under
from services.intake.retention.review import review
from services.intake.retention.rules import due
from shared.codes import ErasureBasis, LegalBasis
from shared.contracts.intake.client import ErasureRequested
from shared.errors import OutOfScope
from shared.eventsourcing.event import Event, Recorded
from shared.eventsourcing.handle import Step
from shared.eventsourcing.ids import derived
from shared.http.command import Answer, Call, CommandRouter, Problem, Resource
from shared.http.reach import WHOLE
from shared.privacy.erase import destroy

from .commands import EraseClient, EraseMerged, LiftHold, PlaceHold, RequestErasure
from .decisions import CLIENT
from .forgetting_forms import EraseClientBody, LiftHoldBody, PlaceHoldBody, RequestErasureBody
from .proof import Proof, proof_of

router = CommandRouter("clients")


@router.command("POST", "/v1/clients/{id:uuid}/holds", body=PlaceHoldBody, action="privacy.hold", concurrency="guarded")
async def place_hold(call: Call, body: PlaceHoldBody) -> Answer:
    """Forbid, on behalf of a law, that this person is forgotten."""
    centre = await _centre(call)
    today = call.parts.today(call.runtime.now(), centre)
    hold_id = body.hold_id or drawn(call, "hold")
    command = PlaceHold(today=today, hold_id=hold_id, reason=body.reason, until=body.until)
    return await run_resting(call, centre, command, {"hold_id": hold_id})


@router.command("POST", "/v1/clients/{id:uuid}/holds/{hid:uuid}:lift", body=LiftHoldBody, action="privacy.hold", concurrency="guarded")
async def lift_hold(call: Call, body: LiftHoldBody) -> Answer:
    """End a hold. Keys that it kept from destruction are destroyed now."""
    return await run_resting(call, await _centre(call), LiftHold(hold_id=call.path["hid"]))


@router.command("POST", "/v1/clients/{id:uuid}/erasure", body=RequestErasureBody, action="erasure.request", concurrency="guarded")
async def request_erasure(call: Call, body: RequestErasureBody) -> Answer:
    """Ask that a person be forgotten; a dpo who did not ask carries it out."""
    parts: Intake = call.parts
    request_id, centre = body.request_id or drawn(call, "request"), await _centre(call)
    due = None
    if body.erasure_basis is ErasureBasis.SUBJECT_REQUEST:
        due = parts.region.rights.after(cast(datetime, call.occurred_at), parts.region.centre(centre))
    command = RequestErasure(request_id=request_id, basis=body.erasure_basis, due_answer=due)
    return await run_resting(call, centre, command, {"request_id": request_id})


@router.command("POST", "/v1/clients/{id:uuid}:erase", body=EraseClientBody, action="privacy.erase", concurrency="guarded")
async def erase_client(call: Call, body: EraseClientBody) -> Answer:
    """Forget a person: the keys are destroyed before the answer, and every service purges what it derived. There is no way back."""
    parts: Intake = call.parts
    client_id: UUID = call.path["id"]
    centre = await _centre(call)
    call.allow(Resource(centre=centre, subject_id=client_id))
    facts = await call.history(CLIENT, client_id, frozenset())
    requester = requester_of(facts, body.request_id)
    call.body = body.model_copy(update={"requested_by": requester})
    merged = await under(client_id, parts.handle)
    aliases = tuple(record for record, state in merged.items() if record != client_id and state.status != "erased")
    in_progress = await parts.pool.fetch(RUNNING.of_client, [client_id, *aliases], WHOLE)
    today = parts.today(call.runtime.now(), centre)
    term = await review(client_id, centre, parts.handle, parts.region.retention, today)
    records = await of_person(client_id, parts.handle)
    command = EraseClient(
        today=today,
        request_id=body.request_id,
        actor=call.caller.staff_id,
        requester=requester,
        in_progress=tuple(row["kind"] for row in in_progress),
        force=body.force,
        aliases=aliases,
        kept=term is None or not due(term.term, today),
        held=any(state.protection.held(today) for state in records.values()),
    )
    answer = await (_erase_together(call, centre, command) if aliases else run_resting(call, centre, command))
    # Also for a repetition: the first try may have died before it came this far.
    gone = [client_id, *aliases]
    await destroy(parts.handle.keyring, [*gone, *await declared_only_by(gone, parts.handle)])
    return answer


@router.read("GET", "/v1/clients/{id:uuid}/erasure", action="erasure.request")
async def read_erasure(call: Call) -> Answer:
    """The proof of an erasure: who asked, who carried it out, what was purged where and when, and when it is final."""
    proof = await _proof(call)
    return await call.show(proof.told())


@router.read("GET", "/v1/clients/{id:uuid}/erasure/proof", action="erasure.request", media="application/pdf")
async def read_erasure_proof(call: Call) -> Answer:
    """The same as a document to be handed out."""
    proof = await _proof(call)
    answer = await call.show(await asyncio.to_thread(proof.document(call.language).pdf))
    answer.content_type = "application/pdf"
    return answer


async def _erase_together(call: Call, centre: str, command: EraseClient) -> Answer:
    """The record and those that were merged into it, in one append."""
    parts: Intake = call.parts
    client_id: UUID = call.path["id"]
    if not isinstance(call.expected, int):
        version = (await parts.handle.load(CLIENT, client_id)).version
        raise Problem("precondition-required", {"ETag": f'"{version}"'})
    call.body = _resting(call.body)
    ctx = call.ctx(subject_id=client_id, centre=centre)
    asked = (await parts.handle.load(CLIENT, client_id)).state.protection.requests.get(command.request_id)
    if asked is None:
        return await run_resting(call, centre, command)  # refused, with the reason
    survivors = frozenset({client_id, *command.aliases})
    half = EraseMerged(today=command.today, survivors=survivors, request_id=command.request_id, basis=asked.basis)
    steps = [Step(CLIENT, client_id, command, call.expected)]
    for alias in command.aliases:
        at = replace(ctx, subject_id=alias, centre=await parts.centre_of(alias))
        steps.append(Step(CLIENT, alias, half, "*", at))
    return call.answer(await parts.handle.run_many(steps, call.envelope(ctx)), created=False)


def requester_of(facts: Sequence[Recorded[Event]], request_id: UUID) -> str | None:
    """Who asked for an erasure."""
    return next((f.ctx.actor for f in facts if isinstance(f.event, ErasureRequested) and f.event.request_id == request_id), None)


def drawn(call: Call, name: str) -> UUID:
    """An id that the app left out: the same for every repetition of the command."""
    return derived(cast(UUID, call.command_id), name)


def _resting(body: Any) -> Any:
    """What is done for the protection of a person rests on the law."""
    return body.model_copy(update={"basis": LegalBasis.LEGAL_OBLIGATION}) if body.basis is None else body


async def _proof(call: Call) -> Proof:
    parts: Intake = call.parts
    centre = await _centre(call)
    call.allow(Resource(centre=centre, subject_id=call.path["id"]))
    facts = await call.history(CLIENT, call.path["id"], frozenset())
    said = await parts.handle.keyring.acknowledged(call.path["id"])
    proof = proof_of(call.path["id"], facts, said, keyring_days=parts.keyring_backup_days, backup_days=parts.backup_days)
    if proof is None:
        raise OutOfScope()
    return proof


async def _centre(call: Call) -> str:
    parts: Intake = call.parts
    return await parts.centre_of(call.path["id"])


async def run_resting(call: Call, centre: str, command: Any, extra: Any = None) -> Answer:
    """Carry out what is done for the protection of the person of the path: without another basis it rests on the law."""
    client_id: UUID = call.path["id"]
    resource = Resource(centre=centre, subject_id=client_id)
    call.allow(resource)
    call.body = _resting(call.body)
    ctx = call.ctx(subject_id=client_id, centre=centre)
    return await call.run(CLIENT, client_id, command, resource=resource, ctx=ctx, extra=extra)
