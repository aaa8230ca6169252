"""A small service of its own (counters) behind the real HTTP layer: real tokens, a memory store, fakes of the outside."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.codes import Topic
from shared.errors import Rejected
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Aggregate, Event
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.memory import MemoryStore
from shared.http.app import create_app, make_runtime
from shared.http.audit import Reading
from shared.http.auth import Identity
from shared.http.authorise import Grant, Subject
from shared.http.command import Answer, Call, CommandBody, CommandRouter, CreationBody, Form
from shared.http.jwks import Jwks
from shared.http.problems import Problem
from shared.privacy.classes import IDENTITY
from shared.settings import Settings

ISSUER = "http://127.0.0.1:8100"
KEY = ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256", "use": "sig"})
CENTRE = "PH-ANT-01"


class Counted(Event, type="counted"):
    centre: str
    topics: tuple[str, ...] = ()


class Noted(Event, type="noted"):
    text: str


COUNTER = Aggregate("intake", "counter", Counted, Noted)


@dataclass(frozen=True, slots=True)
class State:
    centre: str = ""
    notes: tuple[str, ...] = ()


def evolve(state: State, event: Any) -> State:
    match event:
        case Counted():
            return State(event.centre, state.notes)
        case Noted():
            return State(state.centre, (*state.notes, event.text))
    return state


def decide(command: Any, state: State) -> list[Event]:
    if isinstance(command, Noted) and command.text in state.notes:
        return []
    if isinstance(command, Noted) and command.text == "refuse":
        raise Rejected("invalid-state", "Not now.", state="OPEN", allowed=["CLOSED"])
    return [command]


DECIDER = Decider(aggregate=COUNTER, initial=State(), decide=decide, evolve=evolve)


class Name(Form):
    given: str
    age: int | None = None


class CountBody(CreationBody):
    topics: tuple[Topic, ...] = ()
    names: tuple[Name, ...] = ()
    search_token: str | None = None


class NoteBody(CommandBody):
    text: str


class Filter(Form):
    limit: int = 50
    centre: str | None = None
    topic: Topic | None = None


class SearchBody(Form):
    name: str


def router() -> CommandRouter:
    made = CommandRouter("counters")

    @made.command("POST", "/v1/counters", body=CountBody, action="encounter.record", concurrency="creation")
    async def record_counter(call: Call, body: CountBody) -> Answer:
        """Count something."""
        return await call.run(DECIDER, None, Counted(centre=body.centre, topics=tuple(body.topics)), extra={"search_hits": 0})

    @made.command("POST", "/v1/counters/{id:uuid}/notes", body=NoteBody, action="episode.record", concurrency="additive")
    async def add_note(call: Call, body: NoteBody) -> Answer:
        """Note something."""
        if body.text == "slow":
            await asyncio.sleep(0.05)  # long enough for everything that does not wait for it to overtake
        if body.text == "explode":
            raise RuntimeError(f"unforeseen: {body.text}")
        return await call.run(DECIDER, call.path["id"], Noted(text=body.text))

    @made.command("POST", "/v1/counters/{id:uuid}:close", body=NoteBody, action="client.amend", concurrency="guarded")
    async def close_counter(call: Call, body: NoteBody) -> Answer:
        """Close it."""
        return await call.run(DECIDER, call.path["id"], Noted(text=body.text))

    @made.read("GET", "/v1/counters/{id:uuid}", action="client.read", classes=(IDENTITY,), subject="id")
    async def read_counter(call: Call) -> Answer:
        """Read it."""
        loaded = await call.load(DECIDER, call.path["id"])
        content = {"notes": loaded.state.notes}
        return await call.show(content, subjects=[call.path["id"]], fields=["notes"], version=loaded.version)

    @made.read("GET", "/v1/counters", action="open.read", query=Filter)
    async def list_counters(call: Call) -> Answer:
        """List them."""
        return await call.show({"items": [], "limit": call.query.limit})

    @made.read("POST", "/v1/counters/search", action="client.search", body=SearchBody, classes=(IDENTITY,))
    async def search_counters(call: Call, body: SearchBody) -> Answer:
        """Search them."""
        if body.name == "forgetful":
            return Answer({"items": [body.name]})
        return await call.show({"items": []}, action="SEARCH")

    made.batch("/v1/counters:batch", creation=record_counter, additive=[add_note])
    return made


class NoKeys:
    """A keyring of a service that seals nothing."""

    def classes(self) -> frozenset[Any]:
        return frozenset()

    async def for_sealing(self, wanted: Any, *, fresh: bool) -> dict[Any, Any]:
        return {}

    async def for_opening(self, slots: Any) -> dict[Any, Any]:
        return {}


class MemoryAudit:
    def __init__(self) -> None:
        self.rows: list[Reading] = []
        self.broken = False

    async def write(self, reading: Reading) -> None:
        if self.broken:
            raise Problem("audit-unavailable")
        self.rows.append(reading)


@dataclass
class MemoryGrants:
    people: dict[str, Subject] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)

    async def subject(self, identity: Identity) -> Subject:
        if identity.device:
            return Subject(grants=(Grant("device", self.devices[identity.device]),), device=identity.device)
        return self.people.get(identity.sub, Subject())

    async def held(self, staff_id: str, at: datetime) -> Subject:
        return next((s for s in self.people.values() if s.staff_id == staff_id), Subject(staff_id))


@dataclass
class Service:
    """The running app and the fakes around it."""

    app: Any
    audit: MemoryAudit
    grants: MemoryGrants
    store: MemoryStore
    client: httpx.AsyncClient

    def person(self, role: str, *, centre: str | None = CENTRE, org: str | None = None, staff: str | None = None) -> str:
        """A member of staff with one grant; gives a token."""
        staff = staff or f"stf-{role.replace('_', '-')}"
        self.grants.people[staff] = Subject(staff, (Grant(role, centre, org),))
        return token(sub=staff)

    async def post(self, path: str, body: Any, token: str, *, key: str | None = None, **headers: str) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": key or str(uuid4()), **named}
        return await self.client.post(path, content=raw, headers={k: v for k, v in given.items() if v != "-"})

    async def get(self, path: str, token: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers={"authorization": f"Bearer {token}", **named})


def token(*, key: Any = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token as the issuer would make it; changes by argument (None leaves a claim out)."""
    now = int(time.time())
    said: dict[str, Any] = {
        "iss": ISSUER, "aud": "gabay-intake", "sub": "stf-x", "client_id": "app", "iat": now, "exp": now + 600,
        "scope": "gabay:read gabay:write statistics:read gabay:privacy gabay:admin", **claims,
    }  # fmt: skip
    head = {"alg": "ES256", "kid": "k1", "typ": "at+jwt"} if header is None else header
    return jwt.encode(head, {k: v for k, v in said.items() if v is not None}, key, algorithms=[head.get("alg", "ES256")], default_type=None)


async def fetched(url: str) -> bytes:
    """The issuer, without a network."""
    if url.endswith("openid-configuration"):
        return json.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"}).encode()
    return json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()


def settings(**changes: Any) -> Settings:
    said: dict[str, Any] = {
        "mode": "test", "service": "intake", "process": "api", "fingerprint_keys": f"{datetime.now(UTC).year}:" + "QUFB" * 11,
        "cursor_key": "QkJC" * 11, "rate_limits": "read=100000/minute,write=100000/minute,batch=1000/minute,search=1000/minute",
    }  # fmt: skip
    return Settings(**{**said, **changes})


@asynccontextmanager
async def running(*, routers: Sequence[CommandRouter] = (), **changes: Any) -> AsyncIterator[Service]:
    """The service in memory, called without a socket. routers: others in the place of the counters."""
    store, audit, grants = MemoryStore(), MemoryAudit(), MemoryGrants()

    @asynccontextmanager
    async def resources(_: Settings) -> AsyncIterator[Any]:
        yield SimpleNamespace(handle=Handle(store, NoKeys()), pool=None)  # type: ignore[arg-type]

    def runtime(given: Settings, parts: Any) -> Any:
        return make_runtime(given, "intake", parts, grants=grants, audit=audit, jwks=Jwks(ISSUER, plain_http=True, get=fetched))

    app = create_app(service="intake", settings=settings(**changes), routers=routers or [router()], resources=resources, runtime=runtime)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://intake.example") as client:
            yield Service(app, audit, grants, store, client)


def count(**changes: Any) -> dict[str, Any]:
    """A body that counts something."""
    return {"centre": CENTRE, "purpose": "CASE_MANAGEMENT", "local_id": str(uuid4()), "topics": ["REI"], **changes}


def note(text: str = "a") -> dict[str, Any]:
    return {"purpose": "CASE_MANAGEMENT", "text": text}


def new_id() -> UUID:
    return uuid4()
