"""The document: complete, and true to what was declared."""

import importlib
import json
import re

import pytest
from openapi_spec_validator import validate

from shared.http.authorise import matrix
from shared.http.bounded import INTEGER, NO_NUL, TEXT
from tests.unit.http.kit import running, settings


async def document() -> dict[str, object]:
    async with running() as service:
        answer = await service.client.get("/v1/openapi.json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    found: dict[str, object] = answer.json()
    return found


async def test_it_is_a_valid_document() -> None:
    validate(await document())


async def test_every_operation_says_who_may_and_what_can_go_wrong() -> None:
    paths = (await document())["paths"]
    assert isinstance(paths, dict)
    for path, methods in paths.items():
        for operation in methods.values():
            assert operation["x-gabay-action"] in {*matrix(), "public"}, path
            assert operation["operationId"]
            assert {"400", "429", "500"} <= set(operation["responses"])
            if operation["x-gabay-action"] != "public":
                assert {"401", "403"} <= set(operation["responses"])
                assert operation["security"] != []


async def test_commands_carry_their_headers_and_concurrency() -> None:
    paths = (await document())["paths"]
    assert isinstance(paths, dict)
    note, close = paths["/v1/counters/{id}/notes"]["post"], paths["/v1/counters/{id}:close"]["post"]
    assert (note["x-gabay-concurrency"], close["x-gabay-concurrency"]) == ("additive", "guarded")
    assert [p["name"] for p in note["parameters"]] == ["id", "Idempotency-Key", "If-Match"]
    assert "*" in next(p for p in note["parameters"] if p["name"] == "If-Match")["schema"]["pattern"]
    assert "*" not in next(p for p in close["parameters"] if p["name"] == "If-Match")["schema"]["pattern"]
    read = paths["/v1/counters/{id}"]["get"]
    assert read["x-gabay-classes"] == ["identity"]
    assert [p["name"] for p in read["parameters"]] == ["id", "Gabay-Purpose"]


async def test_a_query_s_members_are_parameters() -> None:
    made = await document()
    assert isinstance(made["paths"], dict)
    parameters = {p["name"]: p["schema"] for p in made["paths"]["/v1/counters"]["get"]["parameters"]}
    assert parameters == {
        "limit": {"type": "integer", "default": 50, "format": "int64", "minimum": -INTEGER, "maximum": INTEGER},
        "centre": {"type": "string", "maxLength": TEXT, "pattern": NO_NUL}, "topic": {"$ref": "#/components/schemas/Topic"},
    }  # fmt: skip
    assert "Filter" not in json.dumps(made)


async def test_bodies_are_closed_and_defined_once() -> None:
    made = json.dumps(await document())
    assert '"additionalProperties": false' in made
    assert "CountBody" in made


async def test_the_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    async with running() as service:
        page = await service.client.get("/docs")
    assert "<script" not in page.text
    assert not re.search(r"(src|href)=.?https?:|@import|url\(", page.text)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


async def test_production_offers_no_page() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.http.jwks.Jwks.__init__", lambda self, *a, **k: None)
        async with running(mode="production") as service:
            page, other = await service.client.get("/docs"), await service.client.get("/v1/codes/Sex")
    assert page.status_code == 404
    assert "max-age=63072000" in other.headers["strict-transport-security"]


@pytest.mark.parametrize("service", ["intake", "casework", "referrals", "reporting"])
def test_every_service_has_a_valid_document(service: str) -> None:
    api = importlib.import_module(f"services.{service}.api").app(settings(service=service))
    validate(api.openapi())
