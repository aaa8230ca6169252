"""A timer is stopped before its command is carried out: a worker that dies in between takes it along."""

from typing import Any

from shared.eventsourcing.timer import Due
from shared.messaging.timers import Ringing

STOP = "update timers_v1.timer set running = false where stream_id = $1 and name = $2 and item = $3"


def plant() -> None:
    ring = Ringing._ring

    async def stopped_first(self: Ringing, due: Due, now: Any) -> bool:
        await self._pool.execute(STOP, due.stream_id, due.name, due.item)
        return await ring(self, due, now)

    Ringing._ring = stopped_first
