"""A record of a topic -> the fact in it (CloudEvents 1.0, binary mode, JSON)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_NEEDED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_recordedtime", "ce_sequence")


class NotAFact(ValueError):
    """A record that cannot be read. reason: a code, never a value, so that it may be logged."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, as one service told it.

    stream, version: which stream, and its place there from 1 on: together the key to deduplicate on. type: such as
    `gabay.casework.service-delivered.v1`. occurred_at, recorded_at: RFC 3339; the first may lie days before the second.
    ctx: who did it, for what purpose, whom it concerns. data: the open members. sealed: class -> base64.
    """

    stream: str
    version: int
    type: str
    id: str
    source: str
    occurred_at: str
    recorded_at: str
    schema: str
    ctx: Mapping[str, Any]
    data: Mapping[str, Any]
    sealed: Mapping[str, str] = field(default_factory=dict, repr=False)
    correlation_id: str = ""
    causation_id: str = ""
    replay_of: str = ""

    @property
    def name(self) -> str:
        """The type without service and major: `service-delivered`."""
        return self.type.split(".")[2]

    @property
    def service(self) -> str:
        """Who told it."""
        return self.type.split(".")[1]

    @property
    def subject(self) -> str:
        """The person it concerns, or an empty text."""
        return str(self.ctx.get("subject_id", ""))


def decode(record: Any) -> Fact:
    """The fact of a record with `key`, `value` and `headers`, as aiokafka or kafka-python hand it out. Raises NotAFact."""
    try:
        headers = {name: value.decode() for name, value in record.headers}
    except (AttributeError, UnicodeDecodeError, TypeError, ValueError):
        raise NotAFact("bad-header") from None
    if any(name not in headers for name in _NEEDED):
        raise NotAFact("missing-header")
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    sequence, kind = headers["ce_sequence"], headers["ce_type"]
    if headers["ce_specversion"] != "1.0" or media != "application/json" or kind.count(".") < 3:
        raise NotAFact("bad-header")
    if len(sequence) != 10 or not (sequence.isascii() and sequence.isdigit()) or int(sequence) < 1:
        raise NotAFact("bad-header")
    stream = headers["ce_subject"]
    if record.key != stream.encode() or not _UUID(stream):
        raise NotAFact("key-mismatch")
    try:
        value = json.loads(record.value or b"")
    except (ValueError, RecursionError):
        raise NotAFact("bad-json") from None
    if not isinstance(value, dict) or not isinstance(value.get("ctx"), dict) or not isinstance(value.get("sealed", {}), dict):
        raise NotAFact("schema-mismatch")
    return Fact(
        stream=stream,
        version=int(sequence),
        type=kind,
        id=headers["ce_id"],
        source=headers["ce_source"],
        occurred_at=headers["ce_time"],
        recorded_at=headers["ce_recordedtime"],
        schema=headers.get("ce_dataschema", ""),
        ctx=value.pop("ctx"),
        sealed=value.pop("sealed", {}),
        data=value,
        correlation_id=headers.get("ce_correlationid", ""),
        causation_id=headers.get("ce_causationid", ""),
        replay_of=headers.get("x-replay-of", ""),
    )
