"""Reading clients: one, their facts, and the search."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.intake.parts import Intake
from services.intake.search.finder import SHOWN, Hit
from services.intake.search.names import code, digits, sound, words
from services.intake.search.ranking import Query
from services.intake.search.terms import of_birth, of_numbers, of_text
from shared.contracts.intake.person import Identity
from shared.errors import Rejected
from shared.eventsourcing.decider import Row
from shared.eventsourcing.event import Event, Recorded, instant, voided
from shared.http.command import Answer, Call, CommandRouter, Resource, invalid, violation
from shared.privacy.classes import IDENTITY, PROFILE, Erased

from .bodies import SearchBody
from .decisions import CLIENT
from .rules import snapshot
from .state import State

router = CommandRouter("clients")

ERASED_TEXT = "erased"


@router.read("GET", "/v1/clients/{id:uuid}", action="client.read", classes=(IDENTITY, PROFILE))
async def read_client(call: Call) -> Answer:
    """A client as the centre knows them. Who reads, and why, is on record before the answer leaves."""
    client_id: UUID = call.path["id"]
    parts: Intake = call.parts
    centre = await parts.centre_of(client_id)
    loaded = await call.load(CLIENT, client_id, Resource(centre=centre, subject_id=client_id))
    state: State = loaded.state
    if state.status == "erased":
        raise Rejected("client-erased", "This person asked to be forgotten.")
    content = {"id": client_id, "version": loaded.version, "centre": centre, **_client(call, state, centre)}
    return await call.show(content, subjects=[client_id], fields=["identity", "profile"], version=loaded.version, centre=centre)


@router.read("GET", "/v1/clients/{id:uuid}/events", action="client.read", classes=(IDENTITY, PROFILE))
async def read_client_events(call: Call) -> Answer:
    """The facts of a client in order, oldest first, with what is sealed opened."""
    client_id: UUID = call.path["id"]
    parts: Intake = call.parts
    centre = await parts.centre_of(client_id)
    call.allow(Resource(centre=centre, subject_id=client_id))
    facts = await call.history(CLIENT, client_id, frozenset({IDENTITY, PROFILE}))
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
    hits = await parts.finder.find(_query(body), _rows(body), reach)
    shown, normal = hits[:SHOWN], _normal(body)
    token = call.runtime.search_tokens.write(
        principal=call.caller.principal, query=normal, hits=len(hits), now=call.runtime.now().timestamp()
    )
    content = {"items": [_hit(hit) for hit in shown], "truncated": len(hits) > SHOWN, "search_token": token}
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
            {**consent.model_dump(mode="json", exclude={"identity", "profile_key"}, exclude_none=True), "active": cid not in state.ended}
            for cid, consent in state.consents.items()
        ],
        "screenings": [
            {**screening.model_dump(mode="json", exclude={"identity", "profile"}), "found": plain(screening.identity)}
            for screening in state.screenings.values()
        ],
        "episodes": [
            {
                "episode_id": episode_id,
                "intention": plain(episode.intention and episode.intention.identity),
                "departure": plain(episode.departure and episode.departure.identity),
                "return": plain(episode.returned and episode.returned.identity),
                "transit_arrivals": [{"point": each.point, "arrival": plain(each.identity)} for each in episode.arrivals],
                "economics": plain(episode.economics and episode.economics.identity),
            }
            for episode_id, episode in state.episodes.items()
        ],
    }


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


def _hit(hit: Hit) -> dict[str, Any]:
    members = {"names", "birth_date", "age", "age_class", "card_code"}
    return {
        "id": hit.client_id,
        "centre": hit.centre,
        "score": hit.match.score,
        "reasons": list(hit.match.reasons),
        "identity": hit.identity.model_dump(mode="json", include=members, exclude_none=True),
    }
