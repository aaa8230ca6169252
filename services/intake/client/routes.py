"""Commands on a client over HTTP: shape in, look-ups, the runner, shape out."""

from datetime import date
from typing import Any, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel

from services.intake.parts import Intake
from shared.codes import AmendReason, LegalBasis, Purpose
from shared.contracts.intake.client import ClientRegistered
from shared.contracts.intake.episode import Economics
from shared.contracts.intake.person import Facts
from shared.eventsourcing.ids import derived
from shared.http.command import Answer, Call, CommandBody, CommandRouter, Resource, invalid, violation
from shared.http.voiding import VoidEntryBody, void_entry
from shared.privacy.classes import PROFILE

from .bodies import (
    AmendClientBody,
    DepartureBody,
    EconomicsBody,
    FunctioningBody,
    GiveConsentBody,
    IntentionBody,
    RegisterClientBody,
    ReturnBody,
    ScreenBody,
    TransitArrivalBody,
    WithdrawConsentBody,
)
from .commands import (
    AmendClient,
    AssessFunctioning,
    DeclareEconomics,
    DeclareIntention,
    GiveConsent,
    Ground,
    RecordDeparture,
    RecordReturn,
    RecordTransitArrival,
    RegisterClient,
    Screen,
    WithdrawConsent,
)
from .decisions import CLIENT
from .forms import DepartureForm, ReturnForm
from .rules import assembled

router = CommandRouter("clients")

M = TypeVar("M", bound=BaseModel)


@router.command("POST", "/v1/clients", body=RegisterClientBody, action="client.register", concurrency="creation")
async def register_client(call: Call, body: RegisterClientBody) -> Answer:
    """Register a person. Always succeeds where the rules allow it, and names the probable duplicates."""
    parts: Intake = call.parts
    client_id, place = call.new_id(), Resource(centre=body.centre)
    role = call.allow(place).role
    today = parts.today(call.runtime.now(), body.centre)
    envelope = call.envelope(call.ctx(subject_id=client_id, role=role))
    hits, candidates = await _searched(call, body, client_id)
    command = RegisterClient(
        today=today,
        ground=_ground(call, body, body.centre),
        registered_on=body.registered_on,
        channel=body.channel,
        person=body.identity,
        facts=_part(Facts, body.profile),
        profile_key=_drawn(call, "profile-key"),
        search_hits=hits,
        duplicates_seen=body.duplicates_seen,
        open_case=body.open_case,
        case_request=body.case_request,
        consents=tuple(_with_id(call, each, "consent_id", f"consent:{n}") for n, each in enumerate(body.consents)),
        intention=body.intention and _with_id(call, body.intention, "episode_id", "episode"),
        departure=body.departure and _with_id(call, body.departure, "episode_id", "episode"),
        returned=body.return_ and _with_id(call, body.return_, "episode_id", "episode"),
        transit_arrival=body.transit_arrival and _with_id(call, body.transit_arrival, "episode_id", "episode"),
        screening=body.screening and _with_id(call, body.screening, "screening_id", "screening"),
    )
    outcome = await parts.handle.run(CLIENT, client_id, command, envelope, None)
    if outcome.replayed and isinstance(first := outcome.facts[0], ClientRegistered):
        hits = first.search_hits  # as the first answer said: others may have been registered since
    return call.answer(outcome, created=True, extra={"search_hits": hits, "candidates": candidates})


@router.command("PATCH", "/v1/clients/{id:uuid}", body=AmendClientBody, action="client.amend", concurrency="guarded")
async def amend_client(call: Call, body: AmendClientBody) -> Answer:
    """Change what is known of a client; null clears a member."""
    if body.reason is AmendReason.STATISTICS_CONSENT:
        raise invalid(violation("/reason", "not-allowed-here"))
    centre, ground, today = await _about(call, body)
    changes = {"person": _sent(body.identity), "facts": _sent(body.profile)}
    command = AmendClient(today=today, ground=ground, reason=body.reason, request_id=body.request_id, **changes)
    return await _run(call, centre, command)


@router.command("POST", "/v1/clients/{id:uuid}/consents", body=GiveConsentBody, action="consent.give", concurrency="additive")
async def give_consent(call: Call, body: GiveConsentBody) -> Answer:
    """Record the answer to one question for consent: yes, or no."""
    parts: Intake = call.parts
    centre = await parts.centre_of(call.path["id"])
    answer = _with_id(call, body, "consent_id", "consent")
    # A yes is its own ground; that somebody said no is kept because it must be possible to show it.
    basis = {"basis": LegalBasis.LEGAL_OBLIGATION, "consent_id": None} if body.refused else {}
    call.body = answer.model_copy(update=basis)
    slot, today = (call.path["id"], PROFILE), parts.today(call.runtime.now(), centre)
    keys = await parts.handle.keyring.for_opening([slot], anew=True) if body.purpose is Purpose.STATISTICS else {}
    there = keys[slot].key_id if slot in keys else None
    command = GiveConsent(today=today, answer=answer, profile_key=_drawn(call, "profile-key"), key_there=there)
    return await _run(call, centre, command)


@router.command(
    "POST",
    "/v1/clients/{id:uuid}/consents/{cid:uuid}:withdraw",
    body=WithdrawConsentBody,
    action="consent.withdraw",
    concurrency="guarded",
)
async def withdraw_consent(call: Call, body: WithdrawConsentBody) -> Answer:
    """End one consent. What relied on it stops by itself: see the reactions of all services."""
    parts: Intake = call.parts
    centre = await parts.centre_of(call.path["id"])
    today = parts.today(call.runtime.now(), centre)
    if body.basis is None:
        call.body = body.model_copy(update={"basis": LegalBasis.LEGAL_OBLIGATION})
    command = WithdrawConsent(today=today, consent_id=call.path["cid"], reason=body.reason, effective=body.effective or today)
    answer = await _run(call, centre, command)
    parts.handle.keyring.forget_cached(call.path["id"])
    return answer


@router.command("POST", "/v1/clients/{id:uuid}/screenings", body=ScreenBody, action="screening.record", concurrency="additive")
async def screen(call: Call, body: ScreenBody) -> Answer:
    """Record a screening; the worker decides whether it is urgent."""
    centre, ground, today = await _about(call, body)
    return await _run(call, centre, Screen(today=today, ground=ground, form=_with_id(call, body, "screening_id", "screening")))


@router.command("POST", "/v1/clients/{id:uuid}/functioning", body=FunctioningBody, action="functioning.record", concurrency="additive")
async def assess_functioning(call: Call, body: FunctioningBody) -> Answer:
    """Record the six answers about functioning; from five years of age."""
    centre, ground, today = await _about(call, body)
    command = AssessFunctioning(today=today, ground=ground, tool_version=body.tool_version, answers=body.answers)
    return await _run(call, centre, command)


@router.command("POST", "/v1/clients/{id:uuid}/episodes", body=IntentionBody, action="episode.record", concurrency="additive")
async def declare_intention(call: Call, body: IntentionBody) -> Answer:
    """Record a wish to migrate: it opens an episode."""
    centre, ground, today = await _about(call, body)
    form = _with_id(call, body, "episode_id", "episode")
    return await _run(call, centre, DeclareIntention(today=today, ground=ground, form=form), {"episode_id": form.episode_id})


@router.command("POST", "/v1/clients/{id:uuid}/transit-arrivals", body=TransitArrivalBody, action="episode.record", concurrency="additive")
async def record_transit_arrival(call: Call, body: TransitArrivalBody) -> Answer:
    """Record an arrival on the way."""
    centre, ground, today = await _about(call, body)
    form = _with_id(call, body, "episode_id", "episode")
    return await _run(call, centre, RecordTransitArrival(today=today, ground=ground, form=form), {"episode_id": form.episode_id})


@router.command(
    "POST",
    "/v1/clients/{id:uuid}/episodes/{eid:uuid}/departure",
    body=DepartureBody,
    action="episode.record",
    concurrency="additive",
)
async def record_departure(call: Call, body: DepartureBody) -> Answer:
    """Record that a client left."""
    centre, ground, today = await _about(call, body)
    form = _part(DepartureForm, body, episode_id=call.path["eid"])
    return await _run(call, centre, RecordDeparture(today=today, ground=ground, form=form))


@router.command(
    "POST",
    "/v1/clients/{id:uuid}/episodes/{eid:uuid}/return",
    body=ReturnBody,
    action="episode.record",
    concurrency="additive",
)
async def record_return(call: Call, body: ReturnBody) -> Answer:
    """Record that a client came back: it closes the episode."""
    centre, ground, today = await _about(call, body)
    form = _part(ReturnForm, body, episode_id=call.path["eid"])
    return await _run(call, centre, RecordReturn(today=today, ground=ground, form=form))


@router.command(
    "POST",
    "/v1/clients/{id:uuid}/episodes/{eid:uuid}/economics",
    body=EconomicsBody,
    action="episode.record",
    concurrency="additive",
)
async def declare_economics(call: Call, body: EconomicsBody) -> Answer:
    """Record what a migration cost and first earned."""
    centre, ground, today = await _about(call, body)
    economics = _part(Economics, body)
    command = DeclareEconomics(today=today, ground=ground, episode_id=call.path["eid"], economics=economics)
    return await _run(call, centre, command)


@router.command(
    "POST",
    "/v1/clients/{id:uuid}/events/{event_id:uuid}:void",
    body=VoidEntryBody,
    action="entry.void",
    concurrency="guarded",
)
async def void_client_entry(call: Call, body: VoidEntryBody) -> Answer:
    """Void a fact that never was true: everything treats it as absent, and the record stays."""
    client_id: UUID = call.path["id"]
    parts: Intake = call.parts
    return await void_entry(call, CLIENT, Resource(centre=await parts.centre_of(client_id), subject_id=client_id))


router.batch(
    "/v1/clients:batch",
    creation=register_client,
    additive=[
        give_consent,
        screen,
        assess_functioning,
        declare_intention,
        record_transit_arrival,
        record_departure,
        record_return,
        declare_economics,
    ],
)


async def _searched(call: Call, body: RegisterClientBody, client_id: UUID) -> tuple[int, list[UUID]]:
    """How many probable duplicates a search found: the app's own by its token, else one made now."""
    if body.search_token is not None:
        now = call.runtime.now().timestamp()
        if told := call.runtime.search_tokens.read(body.search_token, principal=call.caller.principal, now=now):
            return told[0], []
    parts: Intake = call.parts
    candidates = await parts.finder.duplicates(body.identity, body.centre, client_id)
    return len(candidates), candidates


async def _about(call: Call, body: CommandBody) -> tuple[str, Ground, date]:
    """Centre of the client of the path, what the command rests on, and the day at that centre."""
    parts: Intake = call.parts
    centre = await parts.centre_of(call.path["id"])
    return centre, _ground(call, body, centre), parts.today(call.runtime.now(), centre)


def _ground(call: Call, body: CommandBody, centre: str) -> Ground:
    basis = body.basis or LegalBasis.CONSENT
    if basis is LegalBasis.CONSENT:
        return Ground(basis=basis, consent_id=body.consent_id)
    parts: Intake = call.parts
    return Ground(basis=basis, supervisor=call.supervises(centre), statute=parts.region.statute(basis))


async def _run(call: Call, centre: str, command: Any, extra: Any = None) -> Answer:
    client_id: UUID = call.path["id"]
    resource = Resource(centre=centre, subject_id=client_id)
    call.allow(resource)
    ctx = call.ctx(subject_id=client_id, centre=centre)
    return await call.run(CLIENT, client_id, command, resource=resource, ctx=ctx, extra=extra)


def _sent(changes: BaseModel | None) -> dict[str, Any]:
    """The members that a change names, cleared ones as None."""
    return {name: getattr(changes, name) for name in changes.model_fields_set} if changes is not None else {}


def _drawn(call: Call, name: str) -> UUID:
    """An id that the app left out: the same for every repetition of the command."""
    return derived(cast(UUID, call.command_id), name)


def _with_id(call: Call, form: M, member: str, name: str) -> M:
    return form if getattr(form, member) is not None else form.model_copy(update={member: _drawn(call, name)})


def _part(model: type[M], body: BaseModel, **more: Any) -> M:
    """The members of a checked body that make up `model`; nothing is checked again."""
    members = body.__dict__ | more
    return assembled(model, {name: members[name] for name in model.__pydantic_fields__})
