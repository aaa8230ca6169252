"""A process whose clock is wrong. Its waiting is not: what counts seconds counts the same ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine

CLOCK = "HARNESS_CLOCK_SECONDS"
"""How far ahead of the true time this process believes itself to be, in seconds; negative: behind."""

_moved: list[time_machine.travel] = []


def move_clock(seconds: float) -> None:
    """Move what `time.time` and `datetime.now` say, for good."""
    travel = time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True)
    travel.start()
    _moved.append(travel)  # it goes back when it is collected
