"""How often the timers of a service are looked at."""

from types import SimpleNamespace
from typing import Any

import pytest

from shared.eventsourcing.timer import Timers
from shared.messaging import timers


class Enough(Exception):
    """The loop has rested often enough."""


async def test_a_look_that_takes_long_is_followed_by_a_longer_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    now, takes, rested = [0.0], [0.01, 3.0, 0.0], list[float]()

    async def sleep(seconds: float) -> None:
        rested.append(seconds)
        if not takes:
            raise Enough

    class Slow(timers.Ringing):
        async def round(self) -> int:
            now[0] += takes.pop(0)
            return 0

    monkeypatch.setattr(timers, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(timers, "time", SimpleNamespace(monotonic=lambda: now[0]))
    nothing: Any = None
    with pytest.raises(Enough):
        await Slow(Timers("intake", topics=()), nothing, nothing).run()
    assert rested == [2.0, 27.0, 2.0]
