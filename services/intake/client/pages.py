"""Reading clients: one, their facts, and the search."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel

from services.intake.parts import REGISTRY, RUNNING, Intake
from services.intake.retention.rules import proof_is_over
from services.intake.search.finder import SHOWN
from services.intake.search.names import code, digits, sound, words
from services.intake.search.ranking import Query
from services.intake.search.terms import of_birth, of_each, of_numbers, of_text
from shared.codes import EncounterChannel
from shared.codes.valid import Day
from shared.contracts.intake.client import ClientErased
from shared.contracts.intake.consent import ConsentGiven, ConsentRefused, ConsentWithdrawn
from shared.contracts.intake.person import Identity
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.decider import Row
from shared.eventsourcing.event import Event, Recorded, instant, voided
from shared.eventsourcing.loaded import Loaded
from shared.http import authorise
from shared.http.command import Answer, Call, CentreCode, CommandRouter, Resource, invalid, violation
from shared.http.listing import ListQuery, page, position
from shared.http.reach import WHOLE
from shared.http.unusual import NO_RELATION
from shared.privacy.classes import IDENTITY, PROFILE, Erased
from shared.privacy.member import member

from .bodies import SearchBody
from .decisions import CLIENT
from .rules import snapshot
from .state import State

router = CommandRouter("clients")

ERASED_TEXT = "erased"


class ClientQuery(ListQuery):
    """Which clients to list."""

    centre: Annotated[CentreCode | None, member("Of this centre.")] = None
    registered_from: Annotated[Day | None, member("Registered on this day or later.")] = None
    registered_to: Annotated[Day | None, member("Registered on this day or earlier.")] = None
    channel: Annotated[EncounterChannel | None, member("How the first contact came about.")] = None
    merged: Annotated[bool | None, member("Only records merged into another, or only those that are not.")] = None


@router.read("GET", "/v1/clients", action="client.read", query=ClientQuery)
async def list_clients(call: Call) -> Answer:
    """The clients of your centres, newest first: codes and ids only. `survivor`: the record that a merged one follows."""
    parts: Intake = call.parts
    query: ClientQuery = call.query
    reach = [
        centre
        for centre in sorted(call.caller.centres)
        if query.centre in (None, centre) and call.may("client.read", Resource(centre=centre))
    ]
    filters = (query.registered_from, query.registered_to, query.channel, query.merged)
    rows = await parts.pool.fetch(REGISTRY.list_clients, reach, *filters, *position(call), query.limit + 1, call.reach)
    return await page(call, [dict(row) for row in rows], key="client_id", as_of=await parts.pool.fetchval(REGISTRY.as_of, WHOLE))


@router.read("GET", "/v1/clients/{id:uuid}", action="client.read", classes=(IDENTITY, PROFILE))
async def read_client(call: Call) -> Answer:
    """A client as the centre knows them. A merged record shows the one that goes on, and that one the facts of both."""
    parts: Intake = call.parts
    client_id, loaded = await _followed(call)
    state, centre = loaded.state, loaded.facts[0].ctx.centre
    if state.status == "erased":
        raise Rejected("client-erased", "This person asked to be forgotten.")
    merged = await _merged(parts, state)
    content = {"id": client_id, "version": loaded.version, "centre": centre, **_client(call, state, centre)}
    for record, other in merged.items():
        content["screenings"] += [{**each, "client_id": record} for each in _screenings(other)]
        content["episodes"] += [{**each, "client_id": record} for each in _episodes(other)]
    content["merged"] = list(merged)
    fields = ["identity", "profile"]
    decision = "ALLOWED" if await _related(call, [client_id, *merged], loaded) else NO_RELATION
    return await call.show(
        content, subjects=[client_id, *merged], fields=fields, version=loaded.version, centre=centre, decision=decision
    )  # fmt: skip


async def _related(call: Call, records: list[UUID], loaded: Loaded[State]) -> bool:
    """Whether the reader has to do with the person: wrote a fact about them, supervises, or something is open for them.

    A person for whom nothing is open, read by somebody who never served them: the access log says so, and an alert counts it.
    """
    staff = call.caller.staff_id
    if call.emergency or any(fact.ctx.actor == staff for fact in loaded.facts) or authorise.SUPERVISORS & call.caller.roles:
        return True
    parts: Intake = call.parts
    return bool(await parts.pool.fetch(RUNNING.of_client, records, WHOLE))


async def _followed(call: Call) -> tuple[UUID, Loaded[State]]:
    """The client of the path, or who goes on in their place: for those who may read either record. Nothing is opened before
    that is known, and for one that does not exist the same is read as for one that is out of reach."""
    parts: Intake = call.parts
    asked: UUID = call.path["id"]
    centre = await parts.known_centre(asked)
    here = Resource(centre=centre, subject_id=asked)
    if centre is not None and call.may("client.read", here):
        loaded = await call.load(CLIENT, asked, here)
        if loaded.state.status != "retired":
            return asked, loaded
        survivor = (await parts.finder.survivors([asked]))[asked]
    else:
        survivors = await parts.finder.survivors([asked])
        if centre is None:
            raise OutOfScope()
        if asked not in survivors:
            call.allow(here)  # says why not
            raise OutOfScope()
        survivor = survivors[asked]
        call.allow(Resource(centre=await parts.centre_of(survivor), subject_id=survivor))
    return survivor, await parts.handle.load(CLIENT, survivor)


async def _merged(parts: Intake, state: State) -> dict[UUID, State]:
    """The records that were merged into one, and into those in turn, without those that were forgotten since."""
    found: dict[UUID, State] = {}
    waiting = list(state.merged)
    while waiting:
        record = waiting.pop(0)
        found[record] = (await parts.handle.load(CLIENT, record)).state
        waiting += found[record].merged
    return {record: other for record, other in found.items() if other.status != "erased"}


@router.read("GET", "/v1/clients/{id:uuid}/events", action="client.read", classes=(IDENTITY, PROFILE))
async def read_client_events(call: Call) -> Answer:
    """The facts of a client in order, oldest first, with what is sealed opened.

    Of somebody who was forgotten their consents are shown a while longer, without a name: as proof that they were asked.
    """
    client_id: UUID = call.path["id"]
    parts: Intake = call.parts
    centre = await parts.centre_of(client_id)
    call.allow(Resource(centre=centre, subject_id=client_id))
    facts = await call.history(CLIENT, client_id, frozenset({IDENTITY, PROFILE}))
    today = parts.today(call.runtime.now(), centre)
    erased = next((fact.recorded_at.date() for fact in facts if isinstance(fact.event, ClientErased)), None)
    if erased is not None and proof_is_over(parts.region.retention, erased, today):
        facts = [fact for fact in facts if not isinstance(fact.event, ConsentGiven | ConsentRefused | ConsentWithdrawn)]
    void = voided([fact.event for fact in facts])
    items = [{**told(fact), **({"void": True} if fact.event_id in void else {})} for fact in facts]
    return await call.show({"items": items}, subjects=[client_id], centre=centre)


@router.read("POST", "/v1/clients/search", action="client.search", classes=(IDENTITY,), body=SearchBody)
async def search_clients(call: Call, body: SearchBody) -> Answer:
    """Look for a client, before registering one. At most 50 hits, best first, each with what it has in common."""
    if not any((body.name, body.phone, body.document, body.card_code)):
        raise invalid(violation("", "missing"))
    parts: Intake = call.parts
    centres = {grant.centre for grant in call.caller.subject.grants if grant.centre} & call.caller.centres
    reach = {centre for centre in centres if call.may("client.search", Resource(centre=centre))}
    hits = await parts.finder.find(_query(body), _rows(body), reach, of_each(body.name) if body.name else ())
    shown, normal = hits[:SHOWN], _normal(body)
    token = call.runtime.search_tokens.write(
        principal=call.caller.principal, query=normal, hits=len(hits), now=call.runtime.now().timestamp()
    )
    content = {"items": [hit.shown() for hit in shown], "truncated": len(hits) > SHOWN, "search_token": token}
    mac = parts.handle.term(Row("blind", "query", normal)).to_bytes(8, "big", signed=True)
    return await call.show(content, action="SEARCH", subjects=[hit.client_id for hit in shown], query_hmac=mac)


def told(fact: Recorded[Event]) -> dict[str, Any]:
    """A fact as its history shows it: place, time, author, open members, and what is sealed as far as it opens."""
    event = fact.event
    sealed = {which.value: plain(getattr(event, which)) for which in event.sealed_classes}
    return {
        "event_id": fact.event_id,
        "version": fact.version,
        "type": event.event_type,
        "occurred_at": instant(fact.occurred_at),
        "recorded_at": instant(fact.recorded_at),
        "actor": fact.ctx.actor,
        "role": fact.ctx.role,
        "data": event.model_dump(mode="json", exclude={which.value for which in event.sealed_classes}, exclude_none=True),
        **({"sealed": shown} if (shown := {name: value for name, value in sealed.items() if value is not None}) else {}),
    }


def plain(member: Any) -> Any:
    """A sealed member as JSON shows it."""
    if isinstance(member, Erased):
        return ERASED_TEXT
    return member.model_dump(mode="json", exclude_none=True) if isinstance(member, BaseModel) else member


def _client(call: Call, state: State, centre: str) -> dict[str, Any]:
    parts: Intake = call.parts
    identity, today = state.identity, parts.today(call.runtime.now(), centre)
    known: Mapping[str, Any] = {"identity": ERASED_TEXT, "profile": ERASED_TEXT}
    if isinstance(identity, Identity):
        person = identity.model_dump(mode="json", exclude_none=True, exclude={"profile"})
        known = {"identity": person, "profile": plain(snapshot(identity, state.registered_on or today, today))}
    return {
        "registered_on": state.registered_on,
        "statistics": state.statistics,
        **known,
        "consents": [
            {
                **consent.model_dump(mode="json", exclude={"identity", "profile_key"}, exclude_none=True),
                "active": cid not in state.ended,
                **({"suspended": True} if (consent.purpose, consent.recipient_org) in state.suspended else {}),
            }
            for cid, consent in state.consents.items()
        ],
        "screenings": _screenings(state),
        "episodes": _episodes(state),
        "functioning": plain(state.functioning and state.functioning.identity),
    }


def _screenings(state: State) -> list[dict[str, Any]]:
    return [
        {**screening.model_dump(mode="json", exclude={"identity", "profile"}), "found": plain(screening.identity)}
        for screening in state.screenings.values()
    ]


def _episodes(state: State) -> list[dict[str, Any]]:
    return [
        {
            "episode_id": episode_id,
            "intention": plain(episode.intention and episode.intention.identity),
            "departure": plain(episode.departure and episode.departure.identity),
            "return": plain(episode.returned and episode.returned.identity),
            "transit_arrivals": [{"point": each.point, "arrival": plain(each.identity)} for each in episode.arrivals],
            "economics": plain(episode.economics and episode.economics.identity),
        }
        for episode_id, episode in state.episodes.items()
    ]


def _rows(body: SearchBody) -> list[Row]:
    phones, documents = [body.phone] if body.phone else [], [body.document] if body.document else []
    rows = [*of_numbers(phones, documents, body.card_code)]
    if body.name:
        rows += of_text(body.name)
        if body.birth_date:
            rows += of_birth(body.birth_date, *map(sound, words(body.name)))
    return rows


def _query(body: SearchBody) -> Query:
    return Query(
        names=words(body.name) if body.name else (),
        birth_date=body.birth_date,
        phones=frozenset({digits(body.phone)} if body.phone else ()),
        documents=frozenset({code(body.document)} if body.document else ()),
        card=code(body.card_code) if body.card_code else None,
    )


def _normal(body: SearchBody) -> str:
    """The search as it is remembered: the same however it was typed."""
    query = _query(body)
    return repr((sorted(query.names), str(query.birth_date), sorted(query.phones), sorted(query.documents), query.card))
