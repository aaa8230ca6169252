"""What a change to a contract is: additive, breaking, or no change at all."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cli.contracts import corpus
from cli.contracts.compare import changes
from cli.contracts.pattern import matching
from cli.contracts.schema import opened
from shared.contracts.casework.case import CaseAssigned
from shared.eventsourcing.event import Aggregate, Event

OLD: dict[str, Any] = {
    "type": "object",
    "description": "A fact.",
    "properties": {
        "plan_no": {"type": "integer", "minimum": 1, "maximum": 999, "description": "Number."},
        "status": {"type": "string", "pattern": "^[A-Z]+$", "x-extensible-enum": ["OPEN", "DONE"]},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 20}, "maxItems": 5},
        "note": {"type": "object", "properties": {"text": {"type": "string", "maxLength": 200}}, "required": ["text"]},
    },
    "required": ["plan_no", "status"],
}


def with_(path: str, value: Any) -> dict[str, Any]:
    """OLD with one place changed; None removes it."""
    import copy

    new = copy.deepcopy(OLD)
    *way, last = path.split("/")
    place: Any = new
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return new


@pytest.mark.parametrize(
    ("path", "value", "kind", "words"),
    [
        ("properties/status", None, "breaking", "status was removed"),
        ("properties/plan_no/type", "string", "breaking", "plan_no type integer became string"),
        ("properties/plan_no/maximum", 9999, "breaking", "plan_no maximum 999 became 9999"),
        ("properties/plan_no/maximum", 99, "breaking", "plan_no maximum 999 became 99"),
        ("properties/tags/items/maxLength", 40, "breaking", "tags[] maxLength 20 became 40"),
        ("properties/note/properties/text", None, "breaking", "note.text was removed"),
        ("required", ["plan_no"], "breaking", "status was always there and is optional"),
        ("required", ["plan_no", "status", "tags"], "breaking", "tags was optional and is required"),
        ("properties/status/x-extensible-enum", ["OPEN"], "breaking", "status knows the code DONE no more"),
        ("properties/status/x-extensible-enum", ["OPEN", "DONE", "LATE"], "additive", "status may be LATE"),
        ("properties/status/x-extensible-enum", None, "breaking", "status is a code no more"),
        ("properties/more", {"type": "string"}, "additive", "more is new and optional"),
        ("properties/note/properties/by", {"type": "string"}, "additive", "note.by is new and optional"),
    ],
)
def test_a_change_is_named(path: str, value: Any, kind: str, words: str) -> None:
    assert [(each.kind, f"{each.at} {each.what}") for each in changes(OLD, with_(path, value))] == [(kind, words)]


def test_a_new_member_that_is_always_there_breaks() -> None:
    new = with_("properties/more", {"type": "string"})
    new["required"] = [*new["required"], "more"]
    assert [str(each) for each in changes(OLD, new)] == ["breaking: more is new and required"]


def test_words_may_change() -> None:
    assert not list(changes(OLD, with_("properties/plan_no/description", "The number of the plan.")))


def test_a_published_schema_takes_members_and_codes_that_come_later() -> None:
    assert opened({"type": "object", "additionalProperties": False, "properties": {"a": {"enum": ["X"], "title": "Kind"}}}) == {
        "type": "object",
        "properties": {
            "a": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$", "x-extensible-enum": ["X"], "x-gabay-codes": "Kind"}
        },
    }


class Renamed(Event, type="case-assigned"):
    """CaseAssigned with its worker under another name."""

    caseworker: str
    role: str


class Extended(CaseAssigned, type="case-assigned"):
    reason: str | None = None


def test_an_incompatible_change_is_refused_with_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "aggregates", lambda: (Aggregate("casework", "case", Renamed),))
    found = [str(finding) for finding in corpus.findings()]
    assert any("casework/case-assigned/1.0: changed after its release: breaking: worker was removed" in each for each in found)
    assert all("optional member" in each and "new major" in each and "contracts withdraw" in each for each in found)


def test_an_additive_change_asks_for_a_minor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "aggregates", lambda: (Aggregate("casework", "case", Extended),))
    [found] = corpus.findings()
    assert "additive: reason is new and optional" in str(found)
    assert "minor=N" in found.remedy


def test_a_type_that_was_never_released_asks_for_its_release(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fresh(Event, type="fresh-thing"):
        """New."""

        plan_no: int

    monkeypatch.setattr(corpus, "aggregates", lambda: (Aggregate("casework", "case", Fresh),))
    [found] = corpus.findings()
    assert found.remedy == "./gabay contracts release"


@pytest.mark.parametrize(
    "pattern", [r"^[A-Z][A-Z0-9_]{1,31}$", r"^\+[1-9][0-9]{6,14}$", r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?$", r"^[^@\s]{1,64}@x$"]
)
@pytest.mark.parametrize("long", [False, True])
def test_a_text_is_made_for_a_pattern(pattern: str, long: bool) -> None:
    assert re.search(pattern, matching(pattern, long=long))
