"""S4, S7, S8, S10, S13, the other half: each promise is kept by the product and seen to be broken by the bug planted for it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import find
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from services.reporting.exports import table
from shared.errors import Unreadable
from shared.http import operation
from shared.http.bodies import Form
from shared.http.call import Call
from shared.http.operation import Operation
from shared.http.problems import Problem
from shared.privacy import sealed
from shared.privacy.classes import IDENTITY
from shared.privacy.keyring import SubjectKey
from tests.architecture.sources import SERVICES
from tests.architecture.test_operations import operations
from tests.unit.http.kit import CENTRE, count, running

SUBJECT, STREAM, EVENT, OTHER = (UUID(int=n) for n in range(1, 5))


# S4: ambiguous JSON


async def ambiguous_is_refused() -> bool:
    """A body that says one member twice is 400, whatever its second value is."""
    async with running() as service:
        caller = service.person("reception")
        raw = json.dumps(count(local_id=str(uuid4())))[:-1] + f', "centre": "{CENTRE}"}}'
        return (await service.post("/v1/counters", raw.encode(), caller)).status_code == 400


async def test_a_route_with_the_standard_parser_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await ambiguous_is_refused()
    monkeypatch.setattr(operation, "parse", json.loads)
    assert not await ambiguous_is_refused()


# S7: nothing is shown without its row


async def shown_without_a_row() -> bool:
    async with running() as service:
        caller = service.person("reception")
        made = (await service.post("/v1/counters", count(), caller)).json()["id"]
        service.audit.broken = True
        answer = await service.get(f"/v1/counters/{made}", caller, gabay_purpose="CASE_MANAGEMENT")
        return answer.status_code == 200


async def test_an_answer_that_does_not_wait_for_its_row_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not await shown_without_a_row()
    record = Call.record

    async def later(call: Call, *words: Any, **named: Any) -> None:
        try:
            await record(call, *words, **named)
        except Problem:
            return  # written after the answer, where nobody waits for it any more

    monkeypatch.setattr(Call, "record", later)
    assert await shown_without_a_row()


# S8: a blob belongs to one event


def opens_elsewhere() -> bool:
    key = SubjectKey.of(uuid4(), os.urandom(32))
    blob = sealed.seal(key, b"{}", SUBJECT, STREAM, EVENT, "client-registered", IDENTITY)
    try:
        sealed.open_blob(key, sealed.SealedItem(SUBJECT, STREAM, OTHER, "client-registered", IDENTITY, blob))
    except Unreadable:
        return False
    return True


def test_a_seal_that_forgets_its_event_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not opens_elsewhere()
    tied = sealed.associated_data
    monkeypatch.setattr(sealed, "associated_data", lambda subject, stream, event, name, which: tied(subject, stream, stream, name, which))
    assert opens_elsewhere()


# S10: no cell is a formula


def formula(text: str) -> bool:
    return table.plain(text)[:1] in ("=", "+", "-", "@", "\t", "\r")


def test_a_rule_for_the_equals_sign_alone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any(formula(first + "1+1") for first in "=+-@\t\r")
    monkeypatch.setattr(table, "plain", lambda text: "'" + text if text.startswith("=") else text)
    assert find(st.sampled_from("=+-@\t\r").map(lambda first: first + "1"), formula)


# S13: no member that is not in the model


def models(some: Any, seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """A model and all inside it."""
    if isinstance(some, type) and issubclass(some, BaseModel):
        if some not in seen:
            seen.add(some)
            for field in some.model_fields.values():
                models(field.annotation, seen)
    else:
        for each in get_args(some):
            models(each, seen)
    return seen


def loose(some: list[Operation]) -> set[str]:
    """Bodies and queries that take members which nobody declared."""
    forms = {form for op in some for form in (op.body, op.query) if form is not None}
    return {model.__name__ for form in forms for model in models(form, set()) if model.model_config.get("extra") == "allow"}


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_takes_what_it_does_not_know(service: str) -> None:
    declared = list(operations(service))
    assert loose(declared) == set()
    bodies = {op.body for op in declared if op.body is not None}
    assert all(body.model_config.get("extra") == "forbid" for body in bodies)


def test_a_model_that_takes_anything_is_noticed() -> None:
    class Anything(Form):
        model_config = ConfigDict(extra="allow")

    class Outer(Form):
        inside: tuple[Anything, ...] = ()

    [some, *_] = [op for op in operations("intake") if op.body is not None]
    assert loose([replace(some, body=Outer)]) == {"Anything"}
