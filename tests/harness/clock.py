"""A process whose clock is wrong. Its waiting is not: what counts seconds counts the same ones."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import time_machine

CLOCK = "HARNESS_CLOCK_SECONDS"
"""How far ahead of the true time this process believes itself to be, in seconds; negative: behind."""

NIGHTFALL, HURRY = signal.SIGUSR2, 30

_moved: list[time_machine.travel] = []


def move_clock(seconds: float) -> None:
    """Move what `time.time` and `datetime.now` say, for good."""
    travel = time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True)
    travel.start()
    _moved.append(travel)  # it goes back when it is collected


def sleep_a_day() -> None:
    """At the signal NIGHTFALL: the calendar jumps by a day, and loops measure time HURRY times as fast from then on.

    The event loop and Kafka's client keep the true time: they would else take each other for dead.
    """

    def fall(*_: object) -> None:
        from shared.messaging import assignment, consume, progress, watchdog

        dusk = time.monotonic()
        clock = SimpleNamespace(monotonic=lambda: dusk + (time.monotonic() - dusk) * HURRY, time=time.time)
        for module in (assignment, consume, progress, watchdog):
            module.time = clock  # type: ignore[attr-defined]
        move_clock(86_400)

    signal.signal(NIGHTFALL, fall)
