"""A timer rings on what the read model shows, however much of the stream it has not shown yet."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from shared.eventsourcing.timer import Due
from shared.messaging import timers
from shared.messaging.timers import Ringing


def plant() -> None:
    ring = Ringing._ring

    async def whatever_came(self: Ringing, due: Due, now: Any) -> bool:
        return await ring(self, replace(due, version="*"), now)

    Ringing._ring = whatever_came
    timers.SQL = SimpleNamespace(due=timers.SQL.due.replace(" and a.version = s.version", ""))
