"""What apps rely on does not go away: a change of the interface that breaks them is found, and named with what to do."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from cli import docs
from cli.reference import openapi

BEFORE: dict[str, Any] = {
    "paths": {
        "/v1/notes": {
            "post": {
                "parameters": [
                    {"in": "header", "name": "If-Match", "required": False, "schema": {"type": "string", "maxLength": 12}},
                    {"in": "query", "name": "state", "required": False, "schema": {"type": "string", "enum": ["OPEN", "DONE"]}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}}},
            }
        }
    },
    "components": {
        "schemas": {
            "Note": {
                "type": "object", "additionalProperties": False, "required": ["text"],
                "properties": {
                    "text": {"type": "string", "maxLength": 100, "minLength": 1},
                    "minutes": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 60}, {"type": "null"}]},
                    "tags": {"type": "array", "maxItems": 5, "items": {"type": "string", "enum": ["A", "B"]}},
                    "at": {"type": "string", "format": "date"},
                },
            },
            "Answer": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "version": {"type": "integer"}}},
        }
    },
}  # fmt: skip


def note(document: Any) -> Any:
    return document["components"]["schemas"]["Note"]


def answer(document: Any) -> Any:
    return document["components"]["schemas"]["Answer"]


def post(document: Any) -> Any:
    return document["paths"]["/v1/notes"]["post"]


BREAKS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an operation is gone": (lambda d: d["paths"]["/v1/notes"].pop("post"), "POST /v1/notes: removed"),
    "a member is gone": (lambda d: note(d)["properties"].pop("minutes"), "body/minutes: removed"),
    "a member is required": (lambda d: note(d)["required"].append("minutes"), "body/minutes: became required"),
    "a text is shorter": (lambda d: note(d)["properties"]["text"].update(maxLength=50), "body/text: maxLength lowered to 50"),
    "a text has a least length": (lambda d: note(d)["properties"]["text"].update(minLength=3), "body/text: minLength raised to 3"),
    "a text has a pattern": (lambda d: note(d)["properties"]["text"].update(pattern="^a"), "body/text: another pattern"),
    "a number is bounded": (
        lambda d: note(d)["properties"]["minutes"]["anyOf"][0].update(maximum=30), "body/minutes: maximum lowered to 30"
    ),
    "a code is gone": (lambda d: note(d)["properties"]["tags"]["items"].update(enum=["A"]), "body/tags/*: codes removed: B"),
    "a list is shorter": (lambda d: note(d)["properties"]["tags"].update(maxItems=1), "body/tags: maxItems lowered to 1"),
    "a type is another": (lambda d: note(d)["properties"].update(text={"type": "integer"}), "body/text: string became integer"),
    "a format is another": (lambda d: note(d)["properties"]["at"].update(format="date-time"), "body/at: format date became date-time"),
    "a header is needed": (lambda d: post(d)["parameters"][0].update(required=True), "header parameter If-Match became required"),
    "a filter is gone": (lambda d: post(d)["parameters"].pop(), "query parameter state removed"),
    "an answer lacks a member": (lambda d: answer(d)["properties"].pop("version"), "200/version: removed"),
    "a member of an answer may be missing": (lambda d: answer(d).update(required=[]), "200/id: no longer always there"),
}  # fmt: skip


@pytest.mark.parametrize("what", BREAKS)
def test_a_change_that_breaks_apps_is_named(what: str) -> None:
    change, said = BREAKS[what]
    after = copy.deepcopy(BEFORE)
    change(after)
    found = openapi.broken(BEFORE, after)
    assert any(said in each for each in found), found


def test_an_addition_breaks_nobody() -> None:
    after = copy.deepcopy(BEFORE)
    note(after)["properties"]["colour"] = {"type": "string", "maxLength": 10}
    note(after)["properties"]["text"]["maxLength"] = 200
    note(after)["properties"]["tags"]["items"]["enum"].append("C")
    answer(after)["properties"]["trace"] = {"type": "string"}
    after["paths"]["/v1/others"] = {"get": {"parameters": [], "responses": {}}}
    assert openapi.broken(BEFORE, after) == []


@pytest.mark.parametrize("service", openapi.SERVICES)
def test_the_committed_document_is_kept_to(service: str) -> None:
    name = f"openapi/{service}.json"
    text = openapi.page(service)
    assert not (found := docs.breaking(name, text)), "\n".join([f"docs/reference/{name}: the change breaks apps", *found])
    committed = (docs.FOLDER / name).read_text(encoding="utf-8")
    assert committed == text, f"docs/reference/{name} is out of date, and nothing breaks: ./gabay docs"


def test_a_change_that_breaks_apps_is_not_written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    made = openapi.page("casework").replace('"acknowledge_caseload"', '"acknowledged"')
    monkeypatch.setattr(docs, "pages", lambda: {"openapi/casework.json": lambda: made})
    assert docs.docs(check=False) == 1
    said = capsys.readouterr().out
    assert "not written: docs/reference/openapi/casework.json" in said
    assert "acknowledge_caseload: removed" in said
    assert "put it back" in said
    assert '"acknowledge_caseload"' in (docs.FOLDER / "openapi/casework.json").read_text(encoding="utf-8")
