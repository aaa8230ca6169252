"""What was read in one poll: records, decoded as far as this consumer needs them, with what does not decode told apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from opentelemetry.trace import Span

from shared.eventsourcing.projection import Fact
from shared.messaging.cloudevents import Reason, Undecodable, fact, head

Place = tuple[str, int]  # topic, partition


class Entry(NamedTuple):
    """One record. reason: why it cannot be applied; then stream and version are named as far as they are known."""

    record: Any
    stream: str | None
    version: int | None
    type: str
    fact: Fact | None
    reason: Reason | None = None
    error: str | None = None


@dataclass(slots=True)
class Batch:
    """Entries by partition, in the order of their offsets.

    following: where each partition goes on behind what was read, whatever of it is dropped on the way. spans: topic ->
    its span while the batch is written.
    """

    epoch: int
    parts: dict[Place, list[Entry]] = field(default_factory=dict)
    records: int = 0
    unknown: int = 0
    following: dict[Place, int] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)


class Reader:
    """Records -> entries, for a consumer that handles some types. The others only move its guard.

    handled: ce_type -> anything; only membership counts.
    """

    def __init__(self, handled: Mapping[str, Any]) -> None:
        self._handled = handled
        self._stems = {name.rpartition(".v")[0] for name in handled}
        self._strange: dict[str, Reason | None] = {}

    def entries(self, records: list[Any], into: list[Entry]) -> int:
        """Append the entries of some records; returns how many were of types that nobody here handles."""
        handled = self._handled
        new = tuple.__new__  # half the time of Entry(...), which unpacks keywords first
        passed = 0
        for record in records:
            try:
                found = head(record)
                stream, version, kind, _ = found
                if kind in handled:
                    into.append(new(Entry, (record, stream, version, kind, fact(record, found), None, None)))
                    continue
            except Undecodable as error:
                into.append(_aside(record, error.reason))
                continue
            passed += 1
            reason = "bad-json" if record.value is None else self._stranger(kind)
            into.append(Entry(record, stream, version, kind, None) if reason is None else _aside(record, reason))
        return passed

    def _stranger(self, kind: str) -> Reason | None:
        """A type without handler: passed over, unless it is another major of one that has."""
        try:
            return self._strange[kind]
        except KeyError:
            reason: Reason | None = "unknown-major" if kind.rpartition(".v")[0] in self._stems else None
            if len(self._strange) < 1000:
                self._strange[kind] = reason
            return reason


def _aside(record: Any, reason: Reason) -> Entry:
    """An entry that will be parked: the record key names its stream even if its headers do not decode."""
    headers = dict(record.headers)
    sequence = headers.get("ce_sequence") or b""
    version = int(sequence) if sequence.isdigit() and len(sequence) <= 10 and 0 < int(sequence) < 1 << 31 else None
    subject = record.key if record.key is not None else headers.get("ce_subject")
    if record.key is not None and headers.get("ce_subject") not in (None, record.key):
        version = None  # whose version is it? The key's stream keeps its guard
    try:
        stream = subject.decode() if subject else None
    except UnicodeDecodeError:
        stream = None
    if stream is not None and not is_stream(stream):
        stream = None
    kind = (headers.get("ce_type") or b"").decode(errors="replace")
    return Entry(record, stream, version if stream else None, kind, None, reason)


_STREAM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII).fullmatch


def is_stream(text: str) -> bool:
    """Whether a text has the form of a stream id, 36 lower-case characters."""
    return _STREAM(text) is not None


def pack_headers(headers: Any) -> bytes:
    """Record headers as bytes that `unpack_headers` gives back exactly, order and repetitions included."""
    return orjson.dumps([[name, value.hex() if value is not None else None] for name, value in headers])


def unpack_headers(packed: bytes) -> tuple[tuple[str, bytes | None], ...]:
    return tuple((name, bytes.fromhex(value) if value is not None else None) for name, value in orjson.loads(packed))


def erases(kind: str) -> bool:
    """Whether a type is `client-erased`, of whichever service: it is never held behind parked records."""
    return ".client-erased.v" in kind
