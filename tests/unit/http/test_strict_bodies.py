"""Nothing in a command is converted, however deep: every nested member of every command of every service is tried."""

import importlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from shared.http.app import make_runtime
from shared.http.authorise import Grant, Subject
from shared.http.jwks import Jwks
from tests.harness.forms import Route, body_with, pointer, routes
from tests.unit.http.kit import CENTRE, ISSUER, MemoryAudit, MemoryGrants, fetched, settings, token

SERVICES = ("intake", "casework", "referrals", "reporting")
LOOKALIKES: dict[str, tuple[Any, ...]] = {
    "boolean": (1, 0, "true"), "integer": ("1", True, 1.0), "number": ("1", True), "string": (1, True),
    "array": ("a", {}), "object": ([], "a"),
}  # fmt: skip
"""JSON type -> values of other types that a lenient reader would take for it."""


@asynccontextmanager
async def api(service: str) -> AsyncIterator[tuple[httpx.AsyncClient, MemoryGrants]]:
    """The real app of a service with nothing behind it: a form is read before anything is looked up."""
    given = settings(service=service, oidc_audience="gabay-intake")
    app = importlib.import_module(f"services.{service}.api").app(given)
    grants = MemoryGrants()
    keys = Jwks(ISSUER, plain_http=True, get=fetched)
    nothing = SimpleNamespace(handle=None, pool=None)
    app.state.runtime, app.state.checks = make_runtime(given, service, nothing, grants=grants, audit=MemoryAudit(), jwks=keys), {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{service}.example") as client:
        yield client, grants


def nested(route: Route) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """(path, value of a wrong type) for the members inside other members; where a choice of types is allowed, none."""
    for at, schema in route.members():
        if len(at) < 2:
            continue
        kind = "string" if "enum" in schema or "const" in schema else schema.get("type")
        yield from ((at, value) for value in LOOKALIKES.get(str(kind), ()))


@pytest.mark.parametrize("service", SERVICES)
async def test_a_wrong_type_deep_in_a_command_is_named_where_it_stands(service: str) -> None:
    wrong, tried = [], 0
    async with api(service) as (client, grants):
        for route in await routes(client, service):
            if not route.concurrency:
                continue
            staff = f"stf-{route.role.replace('_', '-')}"
            grants.people[staff] = Subject(staff, (Grant(route.role, CENTRE, None),))
            now = int(datetime.now(UTC).timestamp())
            headers = {
                "Authorization": f"Bearer {token(sub=staff, acr='gold', auth_time=now)}", "If-Match": '"1"',
                "Idempotency-Key": "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11",
            }  # fmt: skip
            for at, value in nested(route):
                answer = await client.request(route.method, route.url(), json=body_with(at, value), headers=headers)
                tried += 1
                named = [each["code"] for each in answer.json().get("errors", ()) if each["loc"] == pointer(at)]
                if answer.status_code != 422 or named != ["wrong-type"]:
                    wrong.append(f"{route.name} {pointer(at)} = {value!r}: {answer.status_code} {named or answer.json()}")
    print(f"{service}: {tried} wrong types in nested members")
    assert tried or service == "reporting"  # which takes no command
    assert not wrong, f"{len(wrong)} of {tried}:\n" + "\n".join(wrong[:40])
