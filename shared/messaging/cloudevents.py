"""CloudEvents 1.0 on Kafka, binary mode, written to the specification (messaging chapter, section 3).

`Encoder` turns rows of the event table into records; `decode` turns a record into a `Fact`, or raises `Undecodable`.
Both work on bytes that are made once per type: fifteen headers a record are most of what a relay and a consumer do.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import orjson

from shared.errors import GabayError
from shared.eventsourcing.event import Aggregate
from shared.eventsourcing.projection import Fact
from shared.messaging.failures import Restart

Headers = Sequence[tuple[str, bytes]]

Reason = Literal[
    "bad-json", "schema-mismatch", "unknown-major", "missing-header", "bad-header", "key-mismatch", "too-large",
    "projection-error", "reaction-rejected", "behind",
]  # fmt: skip

CONTENT_TYPE: Final = "content-type"
JSON: Final = b"application/json"
STRUCTURED: Final = b"application/cloudevents+json"
LARGEST: Final = 1 << 20
REQUIRED: Final = (
    "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_recordedtime", "ce_sequence",
)  # fmt: skip

_CONTENT_TYPE = (CONTENT_TYPE, JSON)
_SPECVERSION = ("ce_specversion", b"1.0")
_STREAM = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII).fullmatch


class Undecodable(GabayError):
    """A record that is no fact of ours. reason: a code of the messaging chapter, section 6; never a value."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Row(NamedTuple):
    """What the relay reads of one event. data: the wire value as JSON text."""

    position: int
    event_id: Any
    stream_id: Any
    version: int
    kind: str
    type: str
    schema: int
    data: str
    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None
    occurred_at: datetime
    recorded_at: datetime


class Record(NamedTuple):
    """A record ready to be sent."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


class _Form(NamedTuple):
    """What all records of one type share."""

    topic: str
    schema: int
    source: tuple[str, bytes]
    type: tuple[str, bytes]
    dataschema: tuple[str, bytes]


class Encoder:
    """Rows of one service's events -> records. region: name of the stack, part of `ce_source`."""

    def __init__(self, region: str, aggregates: Iterable[Aggregate]) -> None:
        self._aggregates = {aggregate.name: aggregate for aggregate in aggregates}
        self._forms = {
            (aggregate.name, name): _Form(
                aggregate.topic,
                aggregate.schema(name),
                ("ce_source", f"/gabay/{region}/{aggregate.service}".encode()),
                ("ce_type", aggregate.ce_type(name).encode()),
                ("ce_dataschema", aggregate.ce_dataschema(name).encode()),
            )
            for aggregate in self._aggregates.values()
            for name in aggregate.events
        }

    def encode(self, row: Row | Sequence[Any], traceparent: bytes | None = None) -> Record:
        """The record of one row, in today's shape. traceparent: of the relay's send span.

        Raises Restart for a type that this release does not know: a newer one has written it, and skipping it would
        be a hole for every consumer.
        """
        _, event_id, stream_id, version, kind, name, schema, data, correlation, causation, trace, occurred, recorded = row
        form = self._forms.get((kind, name))
        if form is None:
            raise Restart(f"this release does not know {name} of {kind}: upgrade the worker with its api")
        value = data.encode()
        if schema != form.schema:
            value = orjson.dumps(self._aggregates[kind].upcast(name, schema, orjson.loads(value)))
        key = str(stream_id).encode()
        # isoformat gives "+00:00" in UTC; asyncpg hands out UTC only.
        headers = [
            _CONTENT_TYPE,
            _SPECVERSION,
            ("ce_id", str(event_id).encode()),
            form.source,
            form.type,
            ("ce_subject", key),
            ("ce_partitionkey", key),
            ("ce_time", (occurred.isoformat(timespec="milliseconds")[:23] + "Z").encode()),
            ("ce_recordedtime", (recorded.isoformat(timespec="milliseconds")[:23] + "Z").encode()),
            ("ce_sequence", b"%010d" % version),
            ("ce_correlationid", correlation.encode() if correlation else b""),
            ("ce_causationid", causation.encode() if causation else b""),
            form.dataschema,
        ]
        if trace:
            headers.append(("ce_traceparent", trace.encode()))
        if traceparent:
            headers.append(("traceparent", traceparent))
        return Record(form.topic, key, value, headers)


# What the guard needs of a record and `fact` needs to go on: stream, version, type, headers. A plain tuple: naming its
# members would cost as much as reading two of them.
Head = tuple[str, int, str, Mapping[str, bytes]]

# Bounded by what is accepted: types come from a topic, so a producer gone wild must not fill the memory.
_types: dict[bytes, str] = {}
_schemas: dict[bytes, bytes] = {}
_MANY = 1000


def head(record: Any) -> Head:
    """Stream, version and type of a record. Raises Undecodable."""
    headers = dict(record.headers)
    value = record.value
    content_type = headers.get(CONTENT_TYPE)
    if content_type != JSON:
        headers, value = _other_mode(headers, content_type, value)
    try:
        subject = headers["ce_subject"]
        sequence = headers["ce_sequence"]
        type_ = headers["ce_type"]
        if headers["ce_specversion"] != b"1.0" or len(sequence) != 10 or not sequence.isdigit():
            raise Undecodable("bad-header")
    except KeyError:
        raise Undecodable("missing-header") from None
    except (TypeError, AttributeError):
        raise Undecodable("bad-header") from None  # Kafka knows headers without a value
    if len(headers) != len(record.headers) and content_type == JSON:
        raise Undecodable("bad-header")  # one name twice: which of the two was meant is anybody's guess
    if record.key != subject or not _STREAM(subject):
        raise Undecodable("key-mismatch")
    version = int(sequence)
    if version < 1:
        raise Undecodable("bad-header")
    name = _types.get(type_)
    if name is None:
        name = _text(type_)
        if len(_types) < _MANY:
            _types[type_] = name
    return subject.decode(), version, name, headers


def fact(record: Any, head: Head) -> Fact:
    """The whole fact of a record whose head was read. Raises Undecodable."""
    stream, version, kind, headers = head
    value = record.value if CONTENT_TYPE in headers else headers["data"]
    if value is None:
        raise Undecodable("bad-json")
    if len(value) > LARGEST:
        raise Undecodable("too-large")
    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise Undecodable("bad-json") from None
    if type(data) is not dict or type(data.get("ctx")) is not dict or type(data.get("sealed", _NONE)) is not dict:
        raise Undecodable("schema-mismatch")
    schema = headers.get("ce_dataschema")
    if schema is not None and (_schemas.get(schema) or _type_of(schema)) != headers["ce_type"]:
        raise Undecodable("schema-mismatch")
    try:
        occurred, recorded = headers["ce_time"].decode(), headers["ce_recordedtime"].decode()
        if not (_INSTANT(occurred) and _INSTANT(recorded)):
            raise Undecodable("bad-header")
        return Fact(
            record.topic,
            record.partition,
            record.offset,
            stream,
            version,
            kind,
            headers["ce_id"].decode(),
            occurred,
            recorded,
            headers["ce_source"].decode(),
            data,
            headers.get("ce_causationid", b"").decode(),
            headers.get("ce_correlationid", b"").decode(),
            headers.get("ce_traceparent", b"").decode(),
        )
    except KeyError:
        raise Undecodable("missing-header") from None
    except (UnicodeDecodeError, AttributeError):
        raise Undecodable("bad-header") from None


def decode(record: Any) -> Fact:
    """A record as it came from aiokafka -> the fact in it. Raises Undecodable and nothing else."""
    return fact(record, head(record))


_NONE: dict[str, str] = {}


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except (UnicodeDecodeError, AttributeError):
        raise Undecodable("bad-header") from None


def _type_of(schema: bytes) -> bytes:
    """`urn:gabay:schema:<service>:<event>:<major>.<minor>` -> the `ce_type` that it speaks of; empty if it is none."""
    match schema.split(b":"):
        case [b"urn", b"gabay", b"schema", service, event, number]:
            found = b"gabay.%b.%b.v%b" % (service, event, number.partition(b".")[0])
        case _:
            found = b""
    if len(_schemas) < _MANY:
        _schemas[schema] = found
    return found


def _other_mode(headers: dict[str, bytes], content_type: bytes | None, value: bytes | None) -> tuple[dict[str, bytes], Any]:
    """Structured mode, which others may send: the attributes as if they had come in headers, the data as bytes."""
    if content_type is None:
        raise Undecodable("missing-header")
    media, _, _ = content_type.partition(b";")
    media = media.strip().lower()
    if media == JSON:
        return headers, value
    if media != STRUCTURED:
        raise Undecodable("bad-header")
    if value is not None and len(value) > LARGEST:
        raise Undecodable("too-large")
    try:
        envelope = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        raise Undecodable("bad-json") from None
    if type(envelope) is not dict or "data" not in envelope:
        raise Undecodable("schema-mismatch")
    data = orjson.dumps(envelope.pop("data"))
    if not all(type(each) is str for each in envelope.values()):
        raise Undecodable("schema-mismatch")
    try:
        return {f"ce_{name}": text.encode() for name, text in envelope.items()} | {"data": data}, data
    except UnicodeEncodeError:
        raise Undecodable("bad-header") from None
