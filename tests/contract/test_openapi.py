"""The OpenAPI documents: every body has an example that the form takes, every member says what it means."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from deploy.embedded.stack import SERVICES
from shared.http.operation import validated
from shared.http.page import Member, members, page
from tests.unit.http.kit import settings

APIS = {service: importlib.import_module(f"services.{service}.api").app(settings(service=service)) for service in SERVICES}
WITH_BODY = [
    pytest.param(service, op, id=f"{service}-{op.name}") for service, api in APIS.items() for op in api.operations if op.body is not None
]
LONGEST = 400


def body_of(service: str, op: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = APIS[service].openapi()["paths"][op.path][op.method.lower()]["requestBody"]["content"]["application/json"]
    return found


@pytest.mark.parametrize(("service", "op"), WITH_BODY)
def test_every_body_has_an_example_that_fits_its_schema_and_its_form(service: str, op: Any) -> None:
    content = body_of(service, op)
    schema = {**content["schema"], "components": APIS[service].openapi()["components"]}
    assert not [
        f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(content["example"])
    ]
    validated(op.body, orjson.dumps(content["example"]), content["example"])
    for item in content["example"].get("items", []) if op.offers else []:
        validated(op.offers[0].body, orjson.dumps(item["body"]), item["body"])


@pytest.mark.parametrize(("service", "op"), WITH_BODY)
def test_every_member_of_a_body_says_what_it_means_in_a_few_words(service: str, op: Any) -> None:
    found = list(flat(members(APIS[service].openapi(), body_of(service, op)["schema"])))
    assert found or op.body.model_fields == {}
    assert not [path for path, member in found if not member.description]
    assert not [path for path, member in found if len(member.description) > LONGEST]


def flat(found: Any, at: str = "") -> Iterator[tuple[str, Member]]:
    for member in found:
        yield f"{at}/{member.name}", member
        yield from flat(member.inside, f"{at}/{member.name}")


@pytest.mark.parametrize("service", SERVICES)
def test_the_page_shows_every_operation_with_a_line_to_try(service: str) -> None:
    document = APIS[service].openapi()
    text, policy = page(document, base="http://127.0.0.1:8101")
    assert "script" not in policy
    for path, methods in document["paths"].items():
        for op in methods.values():
            assert f'<section class="op" id="{op["operationId"]}"' in text, path
    assert text.count("curl -sS") == sum(len(methods) for methods in document["paths"].values())


def test_whatever_stands_in_a_document_is_escaped_on_the_page() -> None:
    document = orjson.loads(orjson.dumps(APIS["intake"].openapi()).replace(b"Register a person", b"<script>`<b>`</script> a person"))
    document["paths"]["/v1/clients"]["post"]["requestBody"]["content"]["application/json"]["example"] = {"x": "'\"</pre><b>"}
    text, _ = page(document, base="http://127.0.0.1:8101")
    assert "<script" not in text
    assert "<b>C" not in text
    assert "&lt;script&gt;<code>&lt;b&gt;</code>" in text
    assert "</pre><b>" not in text
