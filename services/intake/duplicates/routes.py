"""Records that may be one person: merge two, take it back, and the queue of what a registration found."""

from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from services.intake.client.commands import MergeIn, Reinstate, Retire, ReviewDuplicates, Unmerge
from services.intake.client.decisions import CLIENT
from services.intake.client.rules import check_active
from services.intake.client.state import ConsentKey, State
from services.intake.parts import REGISTRY, Intake
from services.intake.search.finder import Hit
from services.intake.search.ranking import Query, compare
from shared.codes import LegalBasis
from shared.contracts.intake.person import Identity
from shared.eventsourcing.handle import Step
from shared.eventsourcing.loaded import Loaded
from shared.http.command import Answer, Call, CommandBody, CommandRouter, Resource, invalid, violation
from shared.http.listing import page, position
from shared.http.reach import WHOLE
from shared.privacy.classes import IDENTITY

from .forms import MergeClientsBody, ReviewDuplicatesBody, ReviewQuery, Seen, UnmergeClientsBody

router = CommandRouter("clients")

B = TypeVar("B", bound=CommandBody)


@router.command("POST", "/v1/clients:merge", body=MergeClientsBody, action="client.merge", concurrency="none")
async def merge_clients(call: Call, body: MergeClientsBody) -> Answer:
    """Let two records stand for one person. Facts stay where they are; readers follow the retired record to the survivor."""
    survivor, retired = await _both(call, body.survivor, body.retired)
    parts: Intake = call.parts
    pair: dict[str, Any] = {
        "today": parts.today(call.runtime.now(), await parts.centre_of(body.survivor.id)),
        "survivor_id": body.survivor.id,
        "retired_id": body.retired.id,
        "evidence": body.evidence,
        "score": _score(survivor.state, retired.state),
    }
    into = MergeIn(**pair, other_permits=_permits(retired.state))
    out = Retire(**pair, other_permits=_permits(survivor.state))
    return await _together(call, body, into, out)


@router.command("POST", "/v1/clients/{id:uuid}:unmerge", body=UnmergeClientsBody, action="client.unmerge", concurrency="none")
async def unmerge_clients(call: Call, body: UnmergeClientsBody) -> Answer:
    """Let two merged records stand for two people again: earlier facts fall apart exactly as they were."""
    if call.path["id"] not in (body.survivor.id, body.retired.id):
        raise invalid(violation("/retired/id", "not-allowed-here"))
    await _both(call, body.survivor, body.retired)
    pair: dict[str, Any] = {"survivor_id": body.survivor.id, "retired_id": body.retired.id, "reason": body.reason}
    return await _together(call, body, Unmerge(**pair), Reinstate(**pair))


@router.command("POST", "/v1/duplicate-reviews/{id:uuid}:resolve", body=ReviewDuplicatesBody, action="client.amend", concurrency="guarded")
async def review_duplicates(call: Call, body: ReviewDuplicatesBody) -> Answer:
    """Say who of the probable duplicates of a client is somebody else. The review leaves the queue."""
    client_id: UUID = call.path["id"]
    parts: Intake = call.parts
    resource = Resource(centre=await parts.centre_of(client_id), subject_id=client_id)
    call.allow(resource)
    call.body = body = _resting(body)
    command = ReviewDuplicates(client_id=client_id, rejected=body.rejected)
    ctx = call.ctx(subject_id=client_id, centre=resource.centre)
    return await call.run(CLIENT, client_id, command, resource=resource, ctx=ctx)


@router.read("GET", "/v1/duplicate-reviews", action="client.search", query=ReviewQuery)
async def list_duplicate_reviews(call: Call) -> Answer:
    """Registrations of your centres whose probable duplicates nobody has looked at, newest first."""
    parts: Intake = call.parts
    centres = [centre for centre in sorted(call.caller.centres) if call.may("client.search", Resource(centre=centre))]
    asked = call.query.centre
    reach = [centre for centre in centres if asked in (None, centre)]
    rows = await parts.pool.fetch(REGISTRY.list_reviews, reach, *position(call), call.query.limit + 1, call.reach)
    return await page(call, [dict(row) for row in rows], key="client_id", as_of=await parts.pool.fetchval(REGISTRY.as_of, WHOLE))


@router.read("GET", "/v1/duplicate-reviews/{id:uuid}", action="client.search", classes=(IDENTITY,))
async def read_duplicate_review(call: Call) -> Answer:
    """A client beside their probable duplicates, best first, without those whom somebody took for other people."""
    client_id: UUID = call.path["id"]
    parts: Intake = call.parts
    centre = await parts.centre_of(client_id)
    loaded = await call.load(CLIENT, client_id, Resource(centre=centre, subject_id=client_id))
    state: State = loaded.state
    check_active(state)
    hits: list[Hit] = []
    if isinstance(state.identity, Identity):
        hits = await parts.finder.probable(state.identity, centre, client_id)
    hits = [hit for hit in hits if hit.client_id not in state.not_duplicates]
    content = {"id": client_id, "version": loaded.version, "centre": centre, "candidates": [hit.shown() for hit in hits]}
    shown = [client_id, *(hit.client_id for hit in hits)]
    return await call.show(content, subjects=shown, action="SEARCH", centre=centre)


async def _both(call: Call, survivor: Seen, retired: Seen) -> tuple[Loaded[State], Loaded[State]]:
    """Both records, of centres where the caller may merge."""
    parts: Intake = call.parts
    if survivor.id == retired.id:
        raise invalid(violation("/retired/id", "not-allowed-here"))
    found = []
    for seen in (survivor, retired):
        centre = await parts.centre_of(seen.id)
        found.append(await call.load(CLIENT, seen.id, Resource(centre=centre, subject_id=seen.id)))
    return found[0], found[1]


async def _together(call: Call, body: MergeClientsBody | UnmergeClientsBody, into: Any, out: Any) -> Answer:
    """Both halves in one append. Somebody else asked for it; a correction of the record rests on LEGAL_OBLIGATION."""
    parts: Intake = call.parts
    call.body = resting = _resting(body)
    if resting.requested_by is None:
        raise invalid(violation("/requested_by", "missing"))
    ctx = call.ctx(subject_id=body.survivor.id, centre=await parts.centre_of(body.survivor.id))
    other = replace(ctx, subject_id=body.retired.id, centre=await parts.centre_of(body.retired.id))
    steps = [
        Step(CLIENT, body.survivor.id, into, body.survivor.version),
        Step(CLIENT, body.retired.id, out, body.retired.version, other),
    ]
    outcome = await parts.handle.run_many(steps, call.envelope(ctx))
    return call.answer(outcome, created=False)


def _resting(body: B) -> B:
    return body if body.basis is not None else body.model_copy(update={"basis": LegalBasis.LEGAL_OBLIGATION})


def _permits(state: State) -> frozenset[ConsentKey]:
    return frozenset((consent.purpose, consent.recipient_org) for consent in state.consents_in_force())


def _score(one: State, other: State) -> str:
    """How alike the two records are, by the measure of the duplicate search."""
    if not (isinstance(one.identity, Identity) and isinstance(other.identity, Identity)):
        return "0.00"
    return f"{compare(Query.of(one.identity), other.identity).score / 100:.2f}"
