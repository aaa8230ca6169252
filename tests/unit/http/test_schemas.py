"""`/v1/schemas`: every published schema under its own address, and nothing else that lies on the disk."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from services.reporting.api import ROUTERS
from shared.http import schemas
from shared.http.meta import CACHE
from tests.unit.http.kit import running


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with running(routers=[schemas.router]) as service:
        yield service.client


def test_reporting_serves_them() -> None:
    assert schemas.router in ROUTERS


async def test_every_published_schema_is_answered_without_a_token(client: httpx.AsyncClient) -> None:
    assert len(schemas.published()) > 50
    for name, path in schemas.published().items():
        answer = await client.get(f"/v1/schemas/{name}")
        assert answer.status_code == 200, name
        assert answer.content == path.read_bytes()
        assert answer.headers["cache-control"] == CACHE
        assert answer.json()["$id"].startswith("urn:gabay:schema:")


async def test_it_is_not_sent_twice(client: httpx.AsyncClient) -> None:
    first = await client.get("/v1/schemas/asyncapi.json")
    assert json.loads(first.content)["asyncapi"] == "3.0.0"
    assert (await client.get("/v1/schemas/asyncapi.json", headers={"If-None-Match": first.headers["etag"]})).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "intake/client-registered/9.9", "intake/nothing/1.0", "..%2f..%2f..%2fpyproject.toml/a/b", "intake/client-registered/..%2f1.0",
        "intake/client-registered/1.0/sealed/packet", "intake/client-registered/1.0/sealed/..%2f..%2f1.0",
    ],
)  # fmt: skip
async def test_what_was_not_published_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(f"/v1/schemas/{path}")).status_code == 404
