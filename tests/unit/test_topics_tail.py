"""`gabay topics tail`: what a line says, what filters hold back, and that no blob is ever shown."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from cli.contracts import corpus
from cli.topics import Wanted, line

KEPT = corpus.read(corpus.GOLDEN / "casework" / "service-delivered" / "1.0" / "full.json")


def record(**changes: Any) -> Any:
    headers = tuple((name, value.encode()) for name, value in KEPT["headers"].items())
    said = {
        "topic": KEPT["topic"],
        "partition": 3,
        "offset": 7,
        "key": KEPT["key"].encode(),
        "headers": headers,
        "value": orjson.dumps(KEPT["value"]),
    }
    return SimpleNamespace(**{**said, **changes})


def test_a_line_names_place_time_stream_version_and_type() -> None:
    text = line(record(), False, Wanted())
    assert text is not None
    assert text.split() == ["3/7", KEPT["headers"]["ce_recordedtime"], KEPT["key"], "2", "gabay.casework.service-delivered.v1"]


def test_values_show_open_members_and_only_the_names_of_sealed_classes() -> None:
    text = line(record(), True, Wanted())
    assert text is not None
    shown = orjson.loads(text.splitlines()[1])
    assert shown["service_code"] == KEPT["value"]["service_code"]
    assert shown["sealed"] == ["narrative", "profile"]
    assert not [blob for blob in KEPT["value"]["sealed"].values() if blob in text]


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (Wanted(types=frozenset({"service-delivered"})), True),
        (Wanted(types=frozenset({"gabay.casework.service-delivered.v1", "case-opened"})), True),
        (Wanted(types=frozenset({"case-opened"})), False),
        (Wanted(stream=KEPT["key"][:8]), True),
        (Wanted(stream="00000000"), False),
        (Wanted(centre=KEPT["value"]["ctx"]["centre"]), True),
        (Wanted(centre="PH-ANT-99"), False),
        (Wanted(since="2026-01-01T00:00:00.000Z"), True),
        (Wanted(since="2027-01-01T00:00:00.000Z"), False),
    ],
)
def test_filters_hold_back_what_was_not_asked_for(wanted: Wanted, shown: bool) -> None:
    assert (line(record(), False, wanted) is not None) is shown


def test_what_is_no_fact_is_told_without_its_content() -> None:
    assert line(record(value=b"Maria"), True, Wanted(types=frozenset({"case-opened"}))) == "3/7          not decodable: bad-json"
