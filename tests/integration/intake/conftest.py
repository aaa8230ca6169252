"""Intake's api in this process, on a real database, keyring and grants of its own; only the issuer is a stand-in."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest
from joserfc.jwk import ECKey

from services.intake import api, worker
from services.intake.parts import Intake
from shared.eventsourcing.event import instant
from shared.eventsourcing.projection import Fact, Op
from shared.http import issuer
from shared.http.app import access_log, create_app, make_runtime
from shared.http.grants import AccessDatabase
from shared.http.jwks import Jwks
from shared.messaging.models import ensure_generation
from shared.messaging.session import connect
from shared.messaging.write import Writer
from shared.settings import Settings
from tests.harness.people import CENTRE, new_id

ISSUER = "http://127.0.0.1:9"
KEY = ECKey.generate_key("P-256", {"kid": "tests", "alg": "ES256", "use": "sig"})
WIDE = "read=60000/minute,write=60000/minute,batch=60000/minute,search=60000/minute,export=600/hour"


async def documents(url: str) -> bytes:
    """What an issuer publishes."""
    if url.endswith("/jwks"):
        return orjson.dumps({"keys": [KEY.as_dict(private=False)]})
    return orjson.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"})


def secret() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@dataclass(slots=True)
class Desk:
    """Intake as somebody with one role uses it."""

    client: httpx.AsyncClient
    parts: Intake
    keyring_owner: str
    worker_dsn: str
    staff: str = "stf-caseworker"
    strong: bool = False
    runtime: Any = None

    def as_(self, role: str, centre: str = CENTRE, *, strong: bool = False) -> Desk:
        return replace(self, staff=staff_of(role, centre), strong=strong)

    async def send(self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> httpx.Response:
        """A request with a token, an idempotency key and a purpose; headers by name with underscores."""
        sent = {
            "Authorization": f"Bearer {issuer.mint(KEY, issuer=ISSUER, sub=self.staff, step_up=self.strong)}",
            "Idempotency-Key": key or new_id(),
            "Gabay-Purpose": "CASE_MANAGEMENT",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return await self.client.request(method, path, headers=sent)
        sent["Content-Type"] = "application/json"
        return await self.client.request(method, path, headers=sent, content=orjson.dumps(body))

    async def attach(self, client_id: Any, content: bytes, kind: str = "application/pdf", *, key: str | None = None) -> httpx.Response:
        """A file as it is."""
        headers = {
            "Authorization": f"Bearer {issuer.mint(KEY, issuer=ISSUER, sub=self.staff)}",
            "Idempotency-Key": key or new_id(),
            "Content-Type": kind,
        }
        return await self.client.post(f"/v1/attachments?client_id={client_id}", headers=headers, content=content)

    async def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return await self.send("POST", path, body, **options)

    async def add(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """An additive command: whatever came in between."""
        return await self.post(path, body, If_Match="*", **options)

    async def register(self, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        answer = await self.post("/v1/clients", body, **options)
        assert answer.status_code == 201, answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def read(self, client_id: Any) -> dict[str, Any]:
        answer = await self.send("GET", f"/v1/clients/{client_id}")
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    async def keys_of(self, client_id: Any) -> set[str]:
        """The classes for which a subject has a key."""
        connection = await asyncpg.connect(self.keyring_owner)
        try:
            rows = await connection.fetch("select class from subject_key where subject_id = $1", UUID(str(client_id)))
        finally:
            await connection.close()
        return {row[0] for row in rows}

    async def catch_up(self) -> None:
        """All facts that intake has stored, once more from the beginning, into its read models: as their consumer would."""
        rows = await self.parts.pool.fetch("select * from event order by position")
        for projection in worker.PROJECTIONS:
            connection = await connect(self.worker_dsn, "tests", search_path=f'"{projection.schema}", public')
            try:
                for name in ("timestamptz", "timestamp", "date"):
                    await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=str, format="text")
                operations: list[tuple[str, Op]] = []
                for row in rows:
                    fact = _fact(row)
                    found = projection.handlers[fact.type](fact) if fact.type in projection.handlers else None
                    operations += [(fact.stream, op) for op in ([] if found is None else [found] if isinstance(found, Op) else found)]
                await Writer(projection).write(connection, operations)
            finally:
                await connection.close()

    async def rows(self, query: str, *arguments: Any) -> list[Any]:
        """Look into the read models as the worker does, past row-level security."""
        connection = await asyncpg.connect(self.worker_dsn)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def tables(self, *names: str) -> list[list[str]]:
        """The rows of some tables of read models, ordered."""
        return [sorted(map(str, await self.rows(f"select * from {name}"))) for name in names]


def _fact(row: Any) -> Fact:
    kind = row["kind"]
    return Fact(
        f"intake.{kind}.v1", row["stream_id"].int % 6, row["position"], str(row["stream_id"]), row["version"],
        f"gabay.intake.{row['type']}.v1", str(row["event_id"]), instant(row["occurred_at"]), instant(row["recorded_at"]), "",
        orjson.loads(row["data"]),
    )  # fmt: skip


def staff_of(role: str, centre: str) -> str:
    return f"stf-{role}-{centre}".lower().replace("_", "-")


ROLES = ("reception", "caseworker", "counsellor", "supervisor", "warden", "dpo")
CENTRES = (CENTRE, "HN-CH-01")


async def _grant(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        people = [(role, centre, staff_of(role, centre)) for role in ROLES for centre in CENTRES]
        people.append(("caseworker", CENTRE, "stf-caseworker"))
        for role, centre, staff in people:
            await connection.execute("insert into staff (staff_id, iss, sub) values ($1, $2, $1)", staff, ISSUER)
            await connection.execute(
                'insert into "grant" (staff_id, role, centre, valid_from, granted_by, confirmed_by, confirmed_at) '
                "values ($1, $2, $3, '2010-01-01', 'stf-a', 'stf-b', now())",
                staff, role, centre,
            )  # fmt: skip
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def desk(fresh_database: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Intake's api of one module's tests."""
    store, keys, access = (fresh_database(target) for target in ("intake", "keyring", "access"))
    await _grant(access.role("postgres"))
    owner = await asyncpg.connect(store.owner)
    for projection in worker.PROJECTIONS:
        await ensure_generation(owner, projection)
    await owner.close()
    settings = Settings.load("intake", "api", {
        "GABAY_MODE": "test", "GABAY_REGION": "route-example", "GABAY_OIDC_ISSUER": ISSUER,
        "GABAY_DATABASE_URL": store.app, "GABAY_KEYRING_URL": keys.role("intake_keyring"),
        "GABAY_ACCESS_URL": access.role("intake_access"), "GABAY_RATE_LIMITS": WIDE,
        "GABAY_KEK_IDENTITY": f"1:{secret()}", "GABAY_KEK_PROFILE": f"1:{secret()}",
        "GABAY_FINGERPRINT_KEYS": f"{time.gmtime().tm_year}:{secret()}", "GABAY_CURSOR_KEY": secret(),
        "GABAY_BLIND_INDEX_KEY": secret(), "GABAY_ATTACHMENTS_URL": str(tmp_path_factory.mktemp("attachments")),
    })  # fmt: skip
    pool = await asyncpg.create_pool(settings.access_url, min_size=1, max_size=2)

    def runtime(_: Settings, parts: Any) -> Any:
        jwks = Jwks(ISSUER, plain_http=True, get=documents)
        audit = access_log(parts.pool, "intake", parts.region)
        return make_runtime(settings, "intake", parts, grants=AccessDatabase(pool), audit=audit, jwks=jwks)

    app = create_app(service="intake", settings=settings, routers=api.ROUTERS, resources=api.resources, runtime=runtime)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
            yield Desk(client, app.state.runtime.parts, keys.role("postgres"), store.worker, runtime=app.state.runtime)
    await pool.close()
    for database in (store, keys, access):
        database.drop()
