"""What the OpenAPI documents bound is refused one step above, and taken at the bound."""

import importlib
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import orjson
import pytest

from services.intake.attachment.routes import OfClient
from shared.http.bodies import EXAMPLE_ID, ReceiptsBody
from shared.http.body import ARRAY, parse
from shared.http.bounded import INTEGER, TEXT, widest
from shared.http.operation import query, validated
from shared.http.problems import Problem
from tests.harness.forms import Route, body_with, pointer, routes_of
from tests.unit.http.kit import count, note, running, settings

SERVICES = ("intake", "casework", "referrals", "reporting")
WORD = "kanario"


def edges(route: Route) -> Iterator[tuple[tuple[str | int, ...], str, Any, Any]]:
    """(place, code, value at the bound, value one above it) of every text, whole number and array of a body."""
    for at, schema in route.members():
        kind = schema.get("type")
        if kind == "string" and (longest := schema.get("maxLength")):
            text = WORD * (longest // len(WORD) + 1)
            yield at, "too-long", text[:longest], text[:longest] + "a"
        elif kind == "integer" and "maximum" in schema:
            yield at, "out-of-range", schema["maximum"], schema["maximum"] + 1
        elif kind == "array" and "maxItems" in schema:
            element = route.plain(schema.get("items", {})) or {}
            each = element.get("enum", [EXAMPLE_ID if element.get("format") == "uuid" else WORD])[0]
            yield at, "too-long", [each] * schema["maxItems"], [each] * (schema["maxItems"] + 1)


def found(model: Any, body: Any, at: tuple[str | int, ...]) -> set[str]:
    """The rules that a body breaks at a place, "inside" for what lies within it; of other places nothing.

    "repeated" alone if the answer repeats what was sent.
    """
    try:
        validated(model, orjson.dumps(body), body)
    except Problem as problem:
        errors = problem.members["errors"]
        if WORD in json.dumps(errors):
            return {"repeated"}
        inside = {"inside" for each in errors if each["loc"].startswith(pointer(at) + "/")}
        return inside | {each["code"] for each in errors if each["loc"] == pointer(at)}
    return set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_stated_bound_is_held(service: str) -> None:
    app = importlib.import_module(f"services.{service}.api").app(settings(service=service))
    models = {op.route: op.body for op in app.operations if op.kind != "batch"}
    wrong, tried = [], 0
    for route in routes_of(app.openapi(), service):
        model = models.get(f"{route.method} {route.path}")
        for at, code, most, above in edges(route) if model else ():
            tried += 1
            # A text that fits no pattern, code list or format is named by that; what is free has no rule but its length.
            if code in found(model, body_with(at, most), at):
                wrong.append(f"{route.name} {pointer(at)}: refused at its bound")
            if not found(model, body_with(at, above), at) & {code, "bad-format", "unknown-code", "inside"}:  # never "repeated"
                wrong.append(f"{route.name} {pointer(at)}: taken above its bound")
    print(f"{service}: {tried} bounds")
    assert tried
    assert not wrong, "\n".join(wrong)


def spellings(identity: str) -> list[str]:
    """Other ways to write a UUID, which documents don't know."""
    bare = identity.replace("-", "")
    return [f"urn:uuid:{identity}", f"{{{identity}}}", bare]


def inside(body: Any, at: tuple[str | int, ...]) -> Any:
    """What an example has at a place, None if it has nothing there."""
    for step in at:
        there = step in body if isinstance(body, dict) else isinstance(body, list) and isinstance(step, int) and step < len(body)
        if not there:
            return None
        body = body[step]
    return body


def exchanged(body: Any, at: tuple[str | int, ...], value: str) -> Any:
    """The same with another value at a place."""
    if not at:
        return value
    copy = list(body) if isinstance(body, list) else dict(body)
    copy[at[0]] = exchanged(body[at[0]], at[1:], value)
    return copy


@pytest.mark.parametrize("service", SERVICES)
def test_every_id_is_taken_as_the_documents_write_it_and_in_no_other_form(service: str) -> None:
    app = importlib.import_module(f"services.{service}.api").app(settings(service=service))
    models = {op.route: op.body for op in app.operations if op.kind != "batch"}
    wrong, tried = [], 0
    for route in routes_of(app.openapi(), service):
        model = models.get(f"{route.method} {route.path}")
        for whole in model.model_config.get("json_schema_extra", {}).get("examples", ()) if model else ():
            for at, schema in route.members():
                if schema.get("format") == "uuid" and (written := inside(whole, at)):
                    tried += 1
                    bodies = [exchanged(whole, at, each) for each in (*spellings(written), written.upper())]
                    if [found(model, body, at) for body in bodies] != [{"bad-format"}] * 3 + [set()]:  # large letters: RFC 9562
                        wrong.append(f"{route.name} {pointer(at)}")
    print(f"{service}: {tried} ids")
    assert tried
    assert not wrong, "\n".join(wrong)


async def test_an_id_in_another_form_is_not_taken_in_a_path_a_query_or_a_batch() -> None:
    async with running() as service:
        person, made = service.person("reception"), count()
        await service.post("/v1/counters", made, person)
        identity = made["local_id"]
        assert (await service.get(f"/v1/counters/{identity.upper()}", person, gabay_purpose="OVERSIGHT")).status_code == 200
        for each in spellings(identity):
            assert (await service.get(f"/v1/counters/{each}", person, gabay_purpose="OVERSIGHT")).status_code == 404, each
            item = {"key": str(uuid4()), "body": count(local_id=each)}
            [told] = (await service.post("/v1/counters:batch", {"items": [item]}, person)).json()["items"]
            assert told["problem"]["errors"] == [{"loc": "/local_id", "code": "bad-format"}]
            with pytest.raises(Problem) as refused:
                query(OfClient, {"client_id": each})
            assert refused.value.members == {"where": "client_id"}


async def test_a_text_and_a_number_pass_at_the_bound_and_not_above() -> None:
    async with running() as service:
        person, made = service.person("reception"), count()
        await service.post("/v1/counters", made, person)
        notes = f"/v1/counters/{made['local_id']}/notes"
        taken = [
            await service.post(notes, note("a" * TEXT), person, if_match="*"),
            await service.post("/v1/counters", count(names=[{"given": "a", "age": INTEGER}, {"given": "b", "age": -INTEGER}]), person),
        ]
        long = await service.post(notes, note(WORD * TEXT), person, if_match="*")
        large = await service.post("/v1/counters", count(names=[{"given": "a"}, {"given": "b", "age": INTEGER + 1}]), person)
        beyond_64_bits = await service.post("/v1/counters", count(names=[{"given": "b", "age": -(10**19) + 1}]), person)
    assert [answer.status_code for answer in taken] == [200, 201], [answer.text for answer in taken]
    assert long.json()["errors"] == [{"loc": "/text", "code": "too-long"}]
    assert large.json()["errors"] == [{"loc": "/names/1/age", "code": "out-of-range"}]
    assert beyond_64_bits.json()["errors"] == [{"loc": "/names/0/age", "code": "out-of-range"}]
    assert WORD not in long.text
    assert str(INTEGER + 1) not in large.text


async def test_an_item_of_a_batch_is_held_to_the_same_bounds_and_no_other_item_with_it() -> None:
    async with running() as service:
        person, made = service.person("reception"), count()
        path = f"/v1/counters/{made['local_id']}/notes"
        bodies = [
            made, count(names=[{"given": WORD * TEXT}]), count(names=[{"given": "a", "age": INTEGER + 1}]),
            count(names=[{"given": "a"}] * (ARRAY + 1)), count(names=[{"given": "a" * TEXT, "age": INTEGER}] * ARRAY),
        ]  # fmt: skip
        items = [{"key": str(uuid4()), "body": body} for body in bodies]
        items.append({"key": str(uuid4()), "path": path, "if_match": "*", "body": note(WORD * TEXT)})
        answer = await service.post("/v1/counters:batch", {"items": items}, person, idempotency_key="-")
    results = answer.json()["items"]
    assert [result["status"] for result in results] == [201, 422, 422, 422, 201, 422], answer.text[:2_000]
    assert [result["problem"]["errors"] for result in results if result["status"] == 422] == [
        [{"loc": "/names/0/given", "code": "too-long"}],
        [{"loc": "/names/0/age", "code": "out-of-range"}],
        [{"loc": "/names", "code": "too-long"}],
        [{"loc": "/text", "code": "too-long"}],
    ]
    assert WORD not in answer.text


async def test_what_is_no_member_is_named_as_such_and_by_its_parent_alone() -> None:
    async with running() as service:
        answer = await service.post("/v1/counters", count(**{WORD: WORD * TEXT}), service.person("reception"))
    assert answer.json()["errors"] == [{"loc": "", "code": "unknown-member"}]


async def test_an_array_may_be_as_long_as_its_own_bound_says() -> None:
    """Receipts of a whole batch: 500 keys, where other arrays end at 100."""
    async with running() as service:
        person = service.person("reception")
        asked = [{"route": "POST /v1/counters", "keys": [str(uuid4()) for _ in range(n)]} for n in (500, 501)]
        taken, refused = [await service.post("/v1/receipts", body, person, idempotency_key="-") for body in asked]
    assert (taken.status_code, len(taken.json()["items"])) == (200, 500), taken.text
    assert 400 <= refused.status_code < 500


def test_a_body_is_read_as_far_as_its_longest_array() -> None:
    assert (widest(ReceiptsBody), len(parse(orjson.dumps([0] * 500), array=500))) == (500, 500)
