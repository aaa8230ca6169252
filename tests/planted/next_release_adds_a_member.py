"""No bug but a release to come: its relay adds a member to every registration."""

from collections.abc import Sequence
from typing import Any

from shared.eventsourcing.decider import Row
from shared.messaging.cloudevents import Encoder, Record

MEMBER = "member_of_the_next_release"


def plant() -> None:
    encode = Encoder.encode

    def more(self: Encoder, row: Row | Sequence[Any], traceparent: bytes | None = None) -> Record:
        record = encode(self, row, traceparent)
        if row[5] != "client-registered":
            return record
        return record._replace(value=record.value[:-1] + f', "{MEMBER}": true}}'.encode())

    Encoder.encode = more
