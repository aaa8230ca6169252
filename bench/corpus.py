"""The same events and bodies for everybody: seeded, in the proportions of a region's load (performance chapter, sections 1 and 8).

20 % registrations; stream lengths with median 6, p99 60 and at most 400; 900 bytes an event on average; sealed blobs of
random base64, because real ones do not compress either.
"""

from __future__ import annotations

import base64
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from shared.eventsourcing.store import NewEvent, Part

CENTRES = tuple(f"PH-ANT-{n:02d}" for n in range(1, 42))
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
MEDIAN, P99, LONGEST = 6, 60, 400
SIGMA = math.log(P99 / MEDIAN) / 2.326


@dataclass
class Corpus:
    """Draws from one seed. Two corpora of a seed and a use give the same things in the same order.

    use: who draws; two pairs on one stack must not send the same idempotency keys.
    """

    seed: int = 1
    use: str = ""
    draw: random.Random = field(init=False)
    _clock: int = field(init=False, default=0)
    _texts: dict[str, list[NewEvent]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.draw = random.Random(f"{self.seed} {self.use}")

    def id7(self) -> UUID:
        """A time-ordered id, as centre apps make them: index inserts stay local."""
        self._clock += 1
        ms = int(BEGIN.timestamp() * 1000) + self._clock // 4
        return UUID(int=ms << 80 | 0x7 << 76 | self.draw.getrandbits(12) << 64 | 0b10 << 62 | self.draw.getrandbits(62))

    def id4(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 0x4 << 76 | 0b10 << 62)

    def blob(self, size: int) -> str:
        return base64.b64encode(self.draw.randbytes(size)).decode()

    def length(self) -> int:
        """Of a stream, in events."""
        return min(LONGEST, max(1, round(self.draw.lognormvariate(math.log(MEDIAN), SIGMA))))

    # Rows of the store, for pairs below HTTP

    def event(self, stream: UUID, kind: str, type_: str) -> NewEvent:
        """One event ready to be stored, about 900 bytes of data and meta."""
        command = str(self.id4())
        ctx = {
            "centre": self.draw.choice(CENTRES), "actor": "stf-w1", "role": "caseworker", "purpose": "CASE_MANAGEMENT",
            "basis": "CONSENT", "consent_id": str(self.id4()), "subject_id": str(stream),
        }  # fmt: skip
        data: dict[str, object] = {"ctx": ctx, "registered_on": "2024-03-02", "channel": "WALK_IN", "search_hits": 0}
        if kind == "client":
            data["sealed"] = {"identity": self.blob(200), "profile": self.blob(120)}
        else:
            data |= {"topics": ["REI", "LIV"], "minutes": 10, "immediate_need": False, "info_given": True}
            data["sealed"] = {"profile": self.blob(290)}
        meta = {
            "command_id": command, "correlation_id": command, "causation_id": command,
            "fp": {"k": 2026, "h": self.blob(16)},
        }  # fmt: skip
        return NewEvent(
            self.id4(), type_, 1, orjson.dumps(data).decode(), orjson.dumps(meta).decode(),
            BEGIN + timedelta(seconds=self._clock),
        )  # fmt: skip

    def creations(self, number: int, events: int = 1) -> list[Part]:
        """Appends that each start a stream of `events` events; texts repeat after 500, ids never."""
        texts = [[self.event(self.id4(), "client", t) for t in _types(events)] for _ in range(min(number, 500))]
        return [
            Part(self.id7(), "client", 0, [event._replace(event_id=self.id4()) for event in texts[n % len(texts)]]) for n in range(number)
        ]

    def stored(self, events: int) -> Iterator[tuple[UUID, str, int, NewEvent]]:
        """(stream, kind, version, event) of whole streams, `events` in all; one stream in five is a client's.

        Texts repeat after 500 of a type, ids never.
        """
        if not self._texts:
            kinds = {"client-registered": "client", "consent-given": "client", "encounter-recorded": "encounter"}
            self._texts = {t: [self.event(self.id4(), kind, t) for _ in range(500)] for t, kind in kinds.items()}
        left = events
        while left > 0:
            stream, client = self.id7(), self.draw.random() < 0.2
            for version in range(1, min(left, self.length()) + 1):
                type_ = "encounter-recorded" if not client else "client-registered" if version == 1 else "consent-given"
                text = self._texts[type_][left % 500]
                event = NewEvent(self.id4(), type_, 1, text.data, text.meta, text.occurred_at)
                yield stream, "client" if client else "encounter", version, event
                left -= 1


def _types(events: int) -> list[str]:
    return ["client-registered", *["consent-given"] * (events - 1)]
