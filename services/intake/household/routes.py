"""Households over HTTP: who belongs to them, and what they live on."""

from datetime import date
from typing import Any
from uuid import UUID

from services.intake.client.commands import Ground
from services.intake.client.decisions import CLIENT
from services.intake.client.pages import told
from services.intake.client.rules import assembled
from services.intake.client.state import State as Client
from services.intake.parts import CENTRE_OF, Intake
from shared.codes import LegalBasis
from shared.contracts.intake.household import HouseholdEconomics, MemberRecord
from shared.eventsourcing.event import voided
from shared.eventsourcing.ids import derived
from shared.http.command import Answer, Call, CommandRouter, OutOfScope, Resource
from shared.http.voiding import VoidEntryBody, void_entry
from shared.privacy.classes import IDENTITY, PROFILE

from .decisions import HOUSEHOLD, DeclareHouseholdEconomics, LinkMember, UnlinkMember
from .forms import HouseholdEconomicsBody, LinkMemberBody, UnlinkMemberBody

router = CommandRouter("households")


@router.command("POST", "/v1/households/{id:uuid}/members", body=LinkMemberBody, action="household.change", concurrency="additive")
async def link_member(call: Call, body: LinkMemberBody) -> Answer:
    """Declare somebody as family. The first member starts the household."""
    parts: Intake = call.parts
    household_id: UUID = call.path["id"]
    centre, client, ground, today = await _declarant(call, body.declared_by)
    members = body.__dict__
    member_id = body.member_id or derived(call.command_id, "member")  # type: ignore[arg-type]  # every command has one
    command = LinkMember(
        today=today,
        ground=ground,
        declarant=client,
        household_id=household_id,
        member_id=member_id,
        declared_by=body.declared_by,
        since=body.from_,
        record=assembled(MemberRecord, {name: members[name] for name in MemberRecord.model_fields}),
    )
    resource = Resource(centre=centre, subject_id=body.declared_by)
    ctx = call.ctx(subject_id=body.declared_by, centre=centre)
    extra = {"member_id": member_id}
    if await parts.pool.fetchval(CENTRE_OF, household_id) is not None:
        await _same_centre(call, centre)
        return await call.run(HOUSEHOLD, household_id, command, resource=resource, ctx=ctx, extra=extra)
    outcome = await parts.handle.run(HOUSEHOLD, household_id, command, call.envelope(ctx), None)
    return call.answer(outcome, created=False, extra=extra)


@router.command(
    "POST",
    "/v1/households/{id:uuid}/members/{mid:uuid}:unlink",
    body=UnlinkMemberBody,
    action="household.change",
    concurrency="guarded",
)
async def unlink_member(call: Call, body: UnlinkMemberBody) -> Answer:
    """End somebody's membership."""
    parts: Intake = call.parts
    household_id: UUID = call.path["id"]
    centre = await parts.centre_of(household_id)
    today = parts.today(call.runtime.now(), centre)
    command = UnlinkMember(today=today, member_id=call.path["mid"], to=body.to, reason=body.reason)
    ctx = call.ctx(centre=centre)
    return await call.run(HOUSEHOLD, household_id, command, resource=Resource(centre=centre), ctx=ctx)


@router.command(
    "POST", "/v1/households/{id:uuid}/economics", body=HouseholdEconomicsBody, action="household.change", concurrency="additive"
)
async def declare_household_economics(call: Call, body: HouseholdEconomicsBody) -> Answer:
    """Record what a household lives on."""
    household_id: UUID = call.path["id"]
    centre, client, ground, today = await _declarant(call, body.declared_by)
    await _same_centre(call, centre)
    members = body.__dict__
    command = DeclareHouseholdEconomics(
        today=today,
        ground=ground,
        declarant=client,
        household_id=household_id,
        declared_by=body.declared_by,
        economics=assembled(HouseholdEconomics, {name: members[name] for name in HouseholdEconomics.model_fields}),
    )
    resource = Resource(centre=centre, subject_id=body.declared_by)
    ctx = call.ctx(subject_id=body.declared_by, centre=centre)
    return await call.run(HOUSEHOLD, household_id, command, resource=resource, ctx=ctx)


router.batch("/v1/households:batch", additive=[link_member, declare_household_economics])


@router.command(
    "POST", "/v1/households/{id:uuid}/events/{event_id:uuid}:void", body=VoidEntryBody, action="entry.void", concurrency="guarded"
)
async def void_household_entry(call: Call, body: VoidEntryBody) -> Answer:
    """Void a membership, its end, or a statement that never was true."""
    parts: Intake = call.parts
    return await void_entry(call, HOUSEHOLD, Resource(centre=await parts.centre_of(call.path["id"])))


@router.read("GET", "/v1/households/{id:uuid}", action="client.read", classes=(IDENTITY, PROFILE))
async def read_household(call: Call) -> Answer:
    """A household with what is sealed opened, oldest fact first. Who reads, and why, is on record."""
    parts: Intake = call.parts
    household_id: UUID = call.path["id"]
    centre = await parts.centre_of(household_id)
    loaded = await call.load(HOUSEHOLD, household_id, Resource(centre=centre, subject_id=household_id))
    facts = await call.history(HOUSEHOLD, household_id, frozenset({IDENTITY, PROFILE}))
    void = voided([fact.event for fact in facts])
    items: list[dict[str, Any]] = [{**told(fact), **({"void": True} if fact.event_id in void else {})} for fact in facts]
    state = loaded.state
    content = {
        "id": household_id, "version": loaded.version, "centre": centre, "members": list(state.links),
        "declared_by": sorted(state.declarants), "items": items,
    }  # fmt: skip
    subjects = list(dict.fromkeys([*state.declarants, *state.links]))
    return await call.show(content, subjects=subjects, version=loaded.version, centre=centre)


async def _declarant(call: Call, client_id: UUID) -> tuple[str, Client, Ground, date]:
    """The client who says so: their centre, their record, on what the command rests, and the day."""
    parts: Intake = call.parts
    centre = await parts.centre_of(client_id)
    call.allow(Resource(centre=centre, subject_id=client_id))
    state: Client = (await parts.handle.load(CLIENT, client_id)).state
    basis = call.body.basis or LegalBasis.CONSENT
    if basis is LegalBasis.CONSENT:
        ground = Ground(basis=basis, consent_id=call.body.consent_id)
    else:
        ground = Ground(basis=basis, supervisor=call.supervises(centre), statute=parts.region.statute(basis))
    return centre, state, ground, parts.today(call.runtime.now(), centre)


async def _same_centre(call: Call, centre: str) -> None:
    """A household belongs to the centre of those who declare it."""
    parts: Intake = call.parts
    if await parts.centre_of(call.path["id"]) != centre:
        raise OutOfScope()
