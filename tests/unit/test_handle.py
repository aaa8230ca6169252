"""The runner on a store in memory: what a repeated command hears."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from shared.errors import Mismatch, Rejected
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Aggregate, Context, Event
from shared.eventsourcing.handle import Envelope, Handle
from shared.eventsourcing.memory import MemoryStore
from tests.unit.http.kit import NoKeys

CTX = Context(centre="PH-ANT-01", actor="stf-w1", role="caseworker", purpose="CASE_MANAGEMENT")


class Opened(Event, type="opened"):
    """Something begins."""


@dataclass(frozen=True, slots=True)
class Open:
    today: date
    until: date


def decide(command: Open, state: None) -> list[Event]:
    if command.today > command.until:
        raise Rejected("invalid-state", "It has run out.")
    return [Opened()]


OPENED: Decider[Open, None] = Decider(
    aggregate=Aggregate("intake", "opened", Opened), initial=None, decide=decide, evolve=lambda state, event: None
)


async def test_a_creation_repeated_when_its_rules_have_moved_on_hears_its_first_outcome() -> None:
    handle: Any = Handle(MemoryStore(), NoKeys())  # type: ignore[arg-type]
    stream, today = uuid4(), date(2026, 3, 2)
    envelope = Envelope(command_id=uuid4(), ctx=CTX, occurred_at=datetime(2026, 3, 2, tzinfo=UTC), fingerprint={"k": 2026, "h": "one"})
    first = await handle.run(OPENED, stream, Open(today, today), envelope, None)
    late = Open(date(2026, 3, 3), today)
    again = await handle.run(OPENED, stream, late, envelope, None)
    assert (again.replayed, again.version, again.events) == (True, 1, first.events)
    with pytest.raises(Mismatch):
        await handle.run(OPENED, stream, late, replace(envelope, fingerprint={"k": 2026, "h": "other"}), None)
    for other in (replace(envelope, command_id=uuid4()), replace(envelope, command_id=uuid4(), fingerprint=None)):
        with pytest.raises(Rejected):
            await handle.run(OPENED, uuid4(), late, other, None)
