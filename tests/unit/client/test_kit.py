"""The conformance kit: gabay-client reaches its state from either file, and a consumer that is wrong is found out."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
from base64 import b64decode
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from gabay_client import Fact, Reader, SQLite, decode

from cli.contracts import conformance as kit

spec = importlib.util.spec_from_file_location("validate", kit.FOLDER / "validate.py")
assert spec
assert spec.loader
validate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(validate)
EXPECTED = json.loads((kit.FOLDER / "expected.json").read_text(encoding="utf-8"))


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (kit.FOLDER / name).read_text(encoding="utf-8").splitlines()]


def records(name: str) -> Iterable[tuple[str, Any]]:
    for offset, line in enumerate(lines(name)):
        headers = [(header, text.encode()) for header, text in line["headers"].items()]
        yield (
            line["topic"],
            SimpleNamespace(key=line["key"].encode(), headers=headers, value=b64decode(line["value"]), offset=offset, partition=0),
        )


class Consumer:
    """A right one: it keeps what the kit asks for."""

    def __init__(self) -> None:
        self.versions: dict[str, int] = {}
        self.types: dict[str, int] = {}
        self.services: dict[str, dict[str, str]] = {}
        self.forgotten: set[str] = set()

    def handle(self, fact: Fact) -> None:
        self.versions[fact.stream] = fact.version
        self.types[fact.type] = self.types.get(fact.type, 0) + 1
        if fact.name == "service-delivered":
            self.services[fact.data["service_id"]] = {"subject": fact.subject, "code": fact.data["service_code"]}
        elif fact.name == "client-erased":
            self.forgotten.add(fact.stream)

    def state(self) -> dict[str, Any]:
        left = {key: each for key, each in self.services.items() if each["subject"] not in self.forgotten}
        return {"streams": self.versions, "types": self.types, "services": left}


@pytest.mark.parametrize("name", ["records.ndjson", "disturbed.ndjson"])
def test_the_client_package_reaches_the_expected_state(name: str) -> None:
    mine = Consumer()
    reader = Reader(SQLite(sqlite3.connect(":memory:", isolation_level=None)), mine.handle, topics=[])
    for topic, record in records(name):
        reader.apply(topic, 0, [record])
    assert validate.differences(mine.state(), EXPECTED) == []


def without_guard(handle: Callable[[Fact], None]) -> None:
    for _, record in records("disturbed.ndjson"):
        handle(decode(record))


def test_a_consumer_without_a_guard_is_found_out() -> None:
    mine = Consumer()
    without_guard(mine.handle)
    assert validate.differences(mine.state(), EXPECTED)


def test_a_consumer_that_forgets_nobody_is_found_out() -> None:
    mine = Consumer()
    reader = Reader(SQLite(sqlite3.connect(":memory:", isolation_level=None)), mine.handle, topics=[])
    for topic, record in records("records.ndjson"):
        reader.apply(topic, 0, [record])
    assert mine.forgotten
    mine.forgotten = set()
    assert any("should not be there" in each for each in validate.differences(mine.state(), EXPECTED))


def test_the_kit_is_what_it_says() -> None:
    straight, disturbed = lines("records.ndjson"), lines("disturbed.ndjson")
    assert len(straight) == 200
    assert len(disturbed) > 230
    assert {line["headers"]["ce_id"] for line in straight} == {line["headers"]["ce_id"] for line in disturbed}
    assert sum(EXPECTED["types"].values()) == 200
    assert EXPECTED["types"]["gabay.casework.not-yet-known.v1"] == 1
    assert EXPECTED["types"]["gabay.intake.client-erased.v1"] == 2
    assert kit.state(disturbed) == EXPECTED


def test_any_other_disturbance_gives_the_same_state() -> None:
    told = kit.disturbed(kit.disturbed(lines("records.ndjson")))
    assert told != lines("disturbed.ndjson")
    assert kit.state(told) == EXPECTED
