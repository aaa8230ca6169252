"""Every answer of every route tells a browser what it may do, and production serves nothing but its documented operations."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Any

import pytest

from services.reporting.national.pages import LOOK
from services.reporting.pages.look import Look
from shared.http.answer import GUARDS, PAGE_POLICY
from shared.http.operation import PUBLIC
from tests.unit.http.kit import Service, running

APPS = ("intake.api", "casework.api", "referrals.api", "reporting.api", "reporting.national.process")
ID = "0199a1f4-9000-7000-8000-0000000000a1"
# Where frameworks and servers are used to show what is inside.
INSIDE = (
    "/redoc", "/openapi.json", "/debug", "/__debug__/", "/console", "/metrics", "/admin", "/actuator/env", "/server-status", "/.git/config",
    "/.env", "/static/", "/v1/", "/v1/debug", "/trace", "/profile", "/docs/oauth2-redirect",
)  # fmt: skip
DIRECTIVES = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action '")


def routers(app: str) -> Any:
    return importlib.import_module(f"services.{app}").ROUTERS


def guarded(headers: Mapping[str, str], *, production: bool) -> list[str]:
    """Names of the headers that an answer lacks or weakens."""
    wrong = [name for name in GUARDS if name not in {"cache-control", "content-security-policy"} and headers.get(name) != GUARDS[name]]
    wrong += [each for each in DIRECTIVES if each not in headers.get("content-security-policy", "")]
    wrong += ["cache-control"] if "cache-control" not in headers else []
    wrong += ["unsafe"] if "unsafe" in headers.get("content-security-policy", "") else []
    lasting = re.fullmatch(r"max-age=(\d+); includeSubDomains", headers.get("strict-transport-security", "max-age=0; includeSubDomains"))
    if production and (lasting is None or int(lasting[1]) < 31_536_000):
        wrong.append("strict-transport-security")
    return wrong


async def asked(service: Service, operation: Any) -> Any:
    path = re.sub(r"\{(\w+)\}", lambda m: {"n": "1", "list": "Sex"}.get(m[1], ID), operation.path)
    return await service.client.request(operation.method, path, content=b"{}" if operation.method == "POST" else None)


@pytest.mark.parametrize("mode", ["test", "production"])
@pytest.mark.parametrize("app", APPS)
async def test_every_route_answers_a_stranger_with_every_header(app: str, mode: str) -> None:
    async with running(routers=routers(app), mode=mode) as service:
        for operation in service.app.operations:
            answer = await asked(service, operation)
            where = f"{operation.method} {operation.path}: {answer.status_code}"
            assert not (wrong := guarded(answer.headers, production=mode == "production")), (where, wrong)
            if operation.action != PUBLIC and not operation.public:
                assert answer.status_code in (401, 429), where
                assert answer.headers["cache-control"] == "no-store", where


async def test_what_succeeds_and_what_no_route_took_have_them_too() -> None:
    async with running() as service:
        token = service.person("caseworker")
        answers = [
            await service.client.get("/v1/codes/Sex"), await service.client.get("/v1/openapi.json"), await service.client.get("/docs"),
            await service.client.get("/health/live"), await service.client.get("/nowhere"), await service.client.delete("/v1/counters"),
            await service.get("/v1/counters", token), await service.post("/v1/counters", b"{", token),
        ]  # fmt: skip
    assert {answer.status_code for answer in answers} >= {200, 400, 404, 405}
    assert [wrong for answer in answers if (wrong := guarded(answer.headers, production=False))] == []


def test_each_policy_of_a_page_lets_nothing_in_from_elsewhere() -> None:
    for policy in (PAGE_POLICY, LOOK.policy, Look("services.reporting.pages").policy, GUARDS["content-security-policy"]):
        assert [each for each in DIRECTIVES if each not in policy] == []
        assert not re.search(r"unsafe|https?:|\*|data:", policy)


def test_a_missing_or_weakened_header_is_found() -> None:
    told = {**GUARDS, "strict-transport-security": "max-age=63072000; includeSubDomains"}
    assert guarded(told, production=True) == []
    assert guarded({**told, "strict-transport-security": "max-age=60; includeSubDomains"}, production=True) == ["strict-transport-security"]
    assert guarded({**told, "content-security-policy": "default-src *"}, production=True) == list(DIRECTIVES)
    assert guarded({name: value for name, value in told.items() if name != "referrer-policy"}, production=True) == ["referrer-policy"]


@pytest.mark.parametrize("app", APPS)
async def test_production_serves_what_its_document_names_and_nothing_else(app: str) -> None:
    async with running(routers=routers(app), mode="production") as service:
        assert service.app.debug is False
        documented = set(service.app.openapi()["paths"])
        assert {re.sub(r":\w+\}", "}", route.path) for route in service.app.routes} == documented
        assert not [path for path in documented if re.search(r"debug|profil|console|metrics|admin|trace", path)]
        for path in {*INSIDE, "/docs"} - documented:
            assert (await service.client.get(path)).status_code == 404, path
        assert (await service.client.request("TRACE", "/v1/codes/Sex")).status_code == 405
