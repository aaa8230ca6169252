"""The api of one service in this process, on a database, keyring and grants of its own; only the issuer is a stand-in.

What would arrive by Kafka is fed to the read models by hand: `told` for a foreign fact, `catch_up` for the service's own.
The way over Kafka itself is walked in `tests/acceptance/test_journey.py`.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
from joserfc.jwk import ECKey

from shared.eventsourcing.event import Aggregate, instant
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.eventsourcing.wire import subject_of
from shared.http import issuer
from shared.http.app import create_app, make_runtime
from shared.http.audit import ReadAudit
from shared.http.grants import AccessDatabase
from shared.http.jwks import Jwks
from shared.messaging.models import ensure_generation
from shared.messaging.session import connect
from shared.messaging.write import Writer
from shared.privacy.classes import ERASED
from shared.privacy.sealed import SealedItem
from shared.settings import KEK_CLASSES, Settings

ISSUER = "http://127.0.0.1:9"
KEY = ECKey.generate_key("P-256", {"kid": "tests", "alg": "ES256", "use": "sig"})
WIDE = "read=60000/minute,write=60000/minute,batch=60000/minute,search=60000/minute,export=600/hour"
CENTRE = "PH-ANT-01"
ROUTE_CENTRE = "HN-EP-01"

# staff id -> role, centre, organisation
STAFF: dict[str, tuple[str, str | None, str | None]] = {
    "stf-w1": ("caseworker", CENTRE, None),
    "stf-w2": ("caseworker", CENTRE, None),
    "stf-s1": ("supervisor", CENTRE, None),
    "stf-p1": ("protection_supervisor", CENTRE, None),
    "stf-c1": ("counsellor", CENTRE, None),
    "stf-r1": ("reception", CENTRE, None),
    "stf-x1": ("caseworker", "PH-MAS-01", None),
    "stf-o1": ("agency_desk", None, "OWWA"),
    "stf-o2": ("agency_desk", None, "DMW"),
    "stf-d1": ("directory_steward", None, None),
    # of a route centre, which has a shelter
    "stf-e1": ("warden", ROUTE_CENTRE, None),
    "stf-e2": ("supervisor", ROUTE_CENTRE, None),
    "stf-e3": ("caseworker", ROUTE_CENTRE, None),
    "stf-e4": ("protection_supervisor", ROUTE_CENTRE, None),
    "stf-e5": ("reception", ROUTE_CENTRE, None),
}


@dataclass(slots=True)
class Desk:
    """A service as one member of staff uses it."""

    client: httpx.AsyncClient
    parts: Any
    worker_dsn: str
    owner_dsn: str
    staff: str = "stf-w1"
    strong: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    app: Any = None

    def as_(self, staff: str, *, strong: bool = False) -> Desk:
        return Desk(self.client, self.parts, self.worker_dsn, self.owner_dsn, staff, strong)

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        token = issuer.mint(KEY, issuer=ISSUER, sub=self.staff, step_up=self.strong)
        sent = {
            "Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "Gabay-Purpose": "CASE_MANAGEMENT",
        } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
        if body is None:
            return await self.client.request(method, path, headers=sent)
        return await self.client.request(method, path, headers=sent | {"Content-Type": "application/json"}, content=orjson.dumps(body))

    async def post(self, path: str, body: Any, **headers: str) -> dict[str, Any]:
        answer = await self.send("POST", path, body, **headers)
        assert answer.status_code in (200, 201), answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def refused(self, path: str, body: Any, status: int, code: str, **headers: str) -> dict[str, Any]:
        """The problem with which a command is refused."""
        answer = await self.send("POST", path, body, **headers)
        problem: dict[str, Any] = answer.json()
        assert (answer.status_code, problem.get("code")) == (status, code), answer.text
        return problem

    async def get(self, path: str, status: int = 200) -> Any:
        answer = await self.send("GET", path)
        assert answer.status_code == status, answer.text
        return answer.json()

    # Read models

    async def told(self, projection: Projection, *facts: Fact) -> None:
        """Foreign facts, as they would come from their topic."""
        connection = await connect(self.worker_dsn, "tests", search_path=f'"{projection.schema}", public')
        try:
            for name in ("timestamptz", "timestamp", "date"):
                await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=str, format="text")
            operations: list[tuple[str, Op]] = []
            for fact in facts:
                handler = projection.handlers.get(fact.type)
                found = handler(fact) if handler else None  # what it has no handler for it passes over
                operations += [(fact.stream, op) for op in ([] if found is None else [found] if isinstance(found, Op) else found)]
            await Writer(projection).write(connection, operations)
        finally:
            await connection.close()

    async def catch_up(self, projection: Projection, aggregate: Aggregate) -> None:
        """All facts that this service has stored, once more from the beginning."""
        rows = await self.parts.pool.fetch("select * from event where kind = $1 order by position", aggregate.name)
        await self.told(projection, *[await self._fact(projection, aggregate, row) for row in rows])

    async def _fact(self, projection: Projection, aggregate: Aggregate, row: Any) -> Fact:
        data, event = orjson.loads(row["data"]), aggregate.events[row["type"]]
        fact = Fact(
            aggregate.topic, 0, row["position"], str(row["stream_id"]), row["version"], aggregate.ce_type(row["type"]),
            str(row["event_id"]), instant(row["occurred_at"]), instant(row["recorded_at"]), "", data,
        )  # fmt: skip
        for which in projection.opens & data.get("sealed", {}).keys():
            subject = subject_of(event, which, row["stream_id"], data)
            assert subject
            item = SealedItem(subject, row["stream_id"], row["event_id"], row["type"], which, data["sealed"][which])
            [plain] = await self.parts.handle.sealer.open_many([item])
            fact.opened[which] = ERASED if plain is ERASED else orjson.loads(plain)
        return fact

    async def rows(self, query: str, *arguments: Any) -> list[Any]:
        """Look into the read models as the worker does, past row-level security."""
        connection = await asyncpg.connect(self.worker_dsn)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def tables(self, *names: str) -> list[list[Any]]:
        """The rows of some tables of read models, ordered."""
        return [sorted(map(str, await self.rows(f"select * from {name}"))) for name in names]


def consent_given(client_id: UUID, consent_id: UUID, purpose: str, **more: Any) -> Fact:
    """As intake tells it."""
    data = {"ctx": {"centre": CENTRE}, "consent_id": str(consent_id), "purpose": purpose, "valid_from": "2020-01-01", **more}
    return _foreign("gabay.intake.consent-given.v1", client_id, data)


def consent_withdrawn(client_id: UUID, consent_id: UUID, purpose: str, on: str) -> Fact:
    data = {"ctx": {"centre": CENTRE}, "consent_id": str(consent_id), "purpose": purpose, "effective": on}
    return _foreign("gabay.intake.consent-withdrawn.v1", client_id, data)


def _foreign(ce_type: str, stream: UUID, data: dict[str, Any]) -> Fact:
    at = "2020-01-01T00:00:00.000Z"
    return Fact("intake.client.v1", 0, 0, str(stream), 1, ce_type, str(uuid4()), at, at, "", data)


def intake_told(name: str, stream: UUID, version: int, **data: Any) -> Fact:
    """Any fact of intake about a client."""
    fact = _foreign(f"gabay.intake.{name}.v1", stream, {"ctx": {"centre": CENTRE}, **data})
    fact.version = version
    return fact


def secret() -> str:
    return base64.b64encode(os.urandom(32)).decode()


async def _grant(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for staff, (role, centre, org) in STAFF.items():
            await connection.execute("insert into staff (staff_id, iss, sub) values ($1, $2, $1)", staff, ISSUER)
            await connection.execute(
                'insert into "grant" (staff_id, role, centre, org, region, valid_from, granted_by, confirmed_by, confirmed_at) '
                "values ($1, $2, $3, $4, $5, '2010-01-01', 'stf-a', 'stf-b', now())",
                staff, role, centre, org, None if centre or org else "antique",
            )  # fmt: skip
    finally:
        await connection.close()


@asynccontextmanager
async def open_desk(
    service: str,
    module: Any,
    projections: Sequence[Projection],
    fresh_database: Callable[[str], Any],
    *,
    region: str = "antique",
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Desk]:
    """module: the service's api. region: name of the region file. settings: more of the environment."""
    store, keys, access = (fresh_database(target) for target in (service, "keyring", "access"))
    await _grant(access.role("postgres"))
    owner = await asyncpg.connect(store.owner)
    for projection in projections:
        await ensure_generation(owner, projection)
    await owner.close()
    environ = {
        "GABAY_MODE": "test", "GABAY_REGION": region, "GABAY_OIDC_ISSUER": ISSUER, "GABAY_DATABASE_URL": store.app,
        "GABAY_KEYRING_URL": keys.role(f"{service}_keyring"), "GABAY_ACCESS_URL": access.role(f"{service}_access"),
        "GABAY_RATE_LIMITS": WIDE, "GABAY_FINGERPRINT_KEYS": f"{time.gmtime().tm_year}:{secret()}", "GABAY_CURSOR_KEY": secret(),
        **{f"GABAY_KEK_{which.upper()}": f"1:{secret()}" for which in KEK_CLASSES[service]}, **(settings or {}),
    }  # fmt: skip
    loaded = Settings.load(service, "api", environ)
    pool = await asyncpg.create_pool(loaded.access_url, min_size=1, max_size=2)

    def runtime(_: Settings, parts: Any) -> Any:
        jwks = Jwks(ISSUER, plain_http=True, get=_documents)
        return make_runtime(loaded, service, parts, grants=AccessDatabase(pool), audit=ReadAudit(parts.pool, service=service), jwks=jwks)

    app = create_app(service=service, settings=loaded, routers=module.ROUTERS, resources=module.resources, runtime=runtime)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{service}")
    async with app.router.lifespan_context(app), client:
        yield Desk(client, app.state.runtime.parts, store.worker, store.owner, app=app)
    await pool.close()
    for database in (store, keys, access):
        database.drop()


async def _documents(url: str) -> bytes:
    """What an issuer publishes."""
    if url.endswith("/jwks"):
        return orjson.dumps({"keys": [KEY.as_dict(private=False)]})
    return orjson.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"})
