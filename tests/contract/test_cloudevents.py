"""The codec against the specification, and against the SDK as a second reader where that one is right."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import GabayError
from shared.eventsourcing.event import Aggregate, Event
from shared.messaging.cloudevents import REQUIRED, Encoder, Row, Undecodable, decode


class ServiceDelivered(Event, type="service-delivered", minor=2):
    qty: str


def split(data: dict[str, Any]) -> dict[str, Any]:
    return {**{k: v for k, v in data.items() if k != "quantity"}, "qty": data["quantity"]}


CASE = Aggregate("casework", "case", ServiceDelivered, upcasters={("service-delivered", 1): split})
ENCODER = Encoder("antique", [CASE])
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
DATA = {"ctx": {"centre": "PH-ANT-01", "actor": "stf-w1", "role": "caseworker", "purpose": "CASE_MANAGEMENT"}, "qty": "1"}


class Received(NamedTuple):
    """A record as aiokafka hands it out."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    value: bytes | None


def a_row(**changes: Any) -> Row:
    return Row(
        7, UUID("a2067109-1b27-530b-93c0-ed13f296c053"), UUID("44194403-01e0-5491-806c-d8c3b598b2d8"), 6, "case",
        "service-delivered", 2, orjson.dumps(DATA).decode(), "65bb1a8d-611b-572d-9eb0-278b3cab19dc",
        "65bb1a8d-611b-572d-9eb0-278b3cab19dc", TRACE, datetime(2026, 3, 6, 7, 10, tzinfo=UTC),
        datetime(2026, 3, 6, 7, 12, 44, 20_999, tzinfo=UTC),
    )._replace(**changes)  # fmt: skip


def received(row: Row | None = None, hop: bytes | None = b"00-a-b-01") -> Received:
    record = ENCODER.encode(row or a_row(), hop)
    return Received(record.topic, 3, 42, record.key, tuple(record.headers), record.value)


def test_the_record_is_the_one_of_the_handbook() -> None:
    record = received(hop=TRACE.encode())
    assert record.topic == "casework.case.v1"
    assert record.key == b"44194403-01e0-5491-806c-d8c3b598b2d8"
    assert record.headers == (
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", b"a2067109-1b27-530b-93c0-ed13f296c053"),
        ("ce_source", b"/gabay/antique/casework"),
        ("ce_type", b"gabay.casework.service-delivered.v1"),
        ("ce_subject", b"44194403-01e0-5491-806c-d8c3b598b2d8"),
        ("ce_partitionkey", b"44194403-01e0-5491-806c-d8c3b598b2d8"),
        ("ce_time", b"2026-03-06T07:10:00.000Z"),
        ("ce_recordedtime", b"2026-03-06T07:12:44.020Z"),
        ("ce_sequence", b"0000000006"),
        ("ce_correlationid", b"65bb1a8d-611b-572d-9eb0-278b3cab19dc"),
        ("ce_causationid", b"65bb1a8d-611b-572d-9eb0-278b3cab19dc"),
        ("ce_dataschema", b"urn:gabay:schema:casework:service-delivered:1.2"),
        ("ce_traceparent", TRACE.encode()),
        ("traceparent", TRACE.encode()),
    )


def test_stored_data_is_sent_as_it_stands_and_old_data_in_todays_shape() -> None:
    text = '{"ctx": {},  "qty": "1"}'
    assert received(a_row(data=text)).value == text.encode()
    old = received(a_row(schema=1, data='{"ctx": {}, "quantity": "3"}'))
    assert orjson.loads(old.value or b"") == {"ctx": {}, "qty": "3"}


def test_the_sdk_reads_what_we_write() -> None:
    """The cloudevents SDK 2.2 as a second reader. It is no model for writing (messaging chapter, section 3)."""
    kafka = pytest.importorskip("cloudevents.core.bindings.kafka")
    json_format = pytest.importorskip("cloudevents.core.formats.json")
    record = received()
    message = kafka.KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)
    event = kafka.from_binary(message, json_format.JSONFormat())
    attributes = event.get_attributes()
    assert attributes["specversion"] == "1.0"
    assert attributes["id"] == "a2067109-1b27-530b-93c0-ed13f296c053"
    assert attributes["type"] == "gabay.casework.service-delivered.v1"
    assert attributes["source"] == "/gabay/antique/casework"
    assert attributes["subject"] == "44194403-01e0-5491-806c-d8c3b598b2d8"
    assert attributes["sequence"] == "0000000006"
    assert attributes["dataschema"] == "urn:gabay:schema:casework:service-delivered:1.2"
    assert attributes["time"] == datetime(2026, 3, 6, 7, 10, tzinfo=UTC)
    assert event.get_data() == DATA


def test_a_fact_comes_back_whole() -> None:
    fact = decode(received())
    assert (fact.topic, fact.partition, fact.offset) == ("casework.case.v1", 3, 42)
    assert (fact.stream, fact.version) == ("44194403-01e0-5491-806c-d8c3b598b2d8", 6)
    assert fact.type == "gabay.casework.service-delivered.v1"
    assert (fact.occurred_at, fact.recorded_at) == ("2026-03-06T07:10:00.000Z", "2026-03-06T07:12:44.020Z")
    assert fact.data == DATA
    assert fact.traceparent == TRACE


def test_structured_mode_is_read_too() -> None:
    headers = dict(received().headers)
    envelope = {name.removeprefix("ce_"): value.decode() for name, value in headers.items() if name.startswith("ce_")}
    body = orjson.dumps({**envelope, "datacontenttype": "application/json", "data": DATA})
    record = received()._replace(headers=(("content-type", b"application/cloudevents+json; charset=utf-8"),), value=body)
    assert decode(record) == decode(received())


@pytest.mark.parametrize("name", [*REQUIRED, "content-type"])
def test_a_missing_header_is_told(name: str) -> None:
    record = received()
    with pytest.raises(Undecodable) as told:
        decode(record._replace(headers=tuple(h for h in record.headers if h[0] != name)))
    assert told.value.reason == "missing-header"


@given(
    st.lists(st.sampled_from(range(15)), max_size=3),
    st.binary(max_size=40) | st.none(),
    st.binary(max_size=60) | st.none(),
    st.sampled_from(["headers", "value", "key", "drop", "twice"]),
)
def test_whatever_comes_only_the_declared_error_is_raised(places: list[int], noise: bytes, value: bytes | None, how: str) -> None:
    record = received()
    headers = list(record.headers)
    match how:
        case "headers":
            for place in places:
                headers[place] = (headers[place][0], noise)
            record = record._replace(headers=tuple(headers))
        case "drop":
            record = record._replace(headers=tuple(h for i, h in enumerate(headers) if i not in places))
        case "twice":
            record = record._replace(headers=(*headers, *(headers[place] for place in places)))
        case "value":
            record = record._replace(value=value)
        case "key":
            record = record._replace(key=value)
    try:
        decode(record)
    except Undecodable as error:
        assert error.reason  # noqa: PT017  # the point is that nothing else is raised


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_any_json_is_a_fact_or_a_declared_error(value: Any) -> None:
    try:
        text = orjson.dumps(value)
    except TypeError:  # an integer or a text that JSON cannot carry
        return
    for content_type in (b"application/json", b"application/cloudevents+json"):
        headers = (("content-type", content_type), *received().headers[1:])
        with contextlib.suppress(Undecodable):
            assert decode(received()._replace(value=text, headers=headers)).data == value


plain = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(
    st.uuids(),
    st.integers(1, 2**31 - 1),
    st.integers(-(10**12), 10**12).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=n, microseconds=n % 1000)),
    st.dictionaries(plain.filter(lambda name: name not in ("ctx", "sealed")), plain | st.integers(-(2**53), 2**53) | st.booleans()),
)
def test_what_is_encoded_is_decoded(stream: UUID, version: int, when: datetime, members: dict[str, Any]) -> None:
    data = {"ctx": {"centre": "PH-ANT-01"}, **members}
    row = a_row(stream_id=stream, version=version, occurred_at=when, data=orjson.dumps(data).decode())
    fact = decode(received(row))
    assert (fact.stream, fact.version, fact.data) == (str(stream), version, data)
    back = datetime.fromisoformat(fact.occurred_at)
    assert abs((back - when).total_seconds()) < 0.001


def test_a_sealed_blob_travels_as_it_is_stored() -> None:
    data = {**DATA, "sealed": {"profile": "AQAB" * 100}}
    assert decode(received(a_row(data=orjson.dumps(data).decode()))).data["sealed"] == data["sealed"]


def test_no_value_appears_in_an_error() -> None:
    record = received()._replace(value=b'{"name": "Juan dela Cruz"')
    with pytest.raises(Undecodable) as told:
        decode(record)
    assert str(told.value) == "bad-json"
    assert isinstance(told.value, GabayError)


def test_a_record_without_partner_traces_leaves_those_headers_out() -> None:
    names = [name for name, _ in received(a_row(traceparent=None), hop=None).headers]
    assert "ce_traceparent" not in names
    assert "traceparent" not in names
    assert str(uuid4()) not in names
