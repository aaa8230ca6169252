"""Timers behind the worker: whatever is due becomes a command, once, however many workers there are and however long none was.

Nothing is claimed and no row is locked. A due timer becomes a command under an id of its own, at the version of the stream
that its read model shows: of two workers one appends, and the other finds the command carried out. The fact that follows
stops the timer; until the read model has applied it, the stream is newer than what is shown, and so it does not ring again.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import orjson

from shared import telemetry
from shared.errors import Conflict, Rejected, Stale
from shared.eventsourcing.event import Context
from shared.eventsourcing.handle import Envelope, Handle
from shared.eventsourcing.sql import Statements
from shared.eventsourcing.timer import Due, Timers
from shared.messaging.failures import Backoff, judge
from shared.messaging.models import at_generation, live_generation

if TYPE_CHECKING:
    import asyncpg

    from shared.compose import Parts

log = telemetry.logger()

SQL: Final = Statements("shared.timers")
POLL_S: Final = 2.0
RESTS: Final = 9
"""How many times as long as a look took the next one waits: one timer a person, due for years and asked now and then, is read
at each look."""
PAGE: Final = 200
AGAIN: Final = timedelta(hours=6)
"""After which a timer is asked again that had nothing to do yet, or was refused."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def pause(took: float) -> float:
    """Seconds until the next look: two, and longer after one that had much to read."""
    return max(POLL_S, RESTS * took)


def ringing(timers: Timers) -> Callable[["Parts"], Any]:
    """The loop of a service's timers, for `run_worker(loops=...)`."""

    async def loop(parts: "Parts") -> None:
        await Ringing(timers, parts.handle, parts.pool).run()

    return loop


class Ringing:
    """Carries out what is due. now: the clock, which a test moves."""

    def __init__(self, timers: Timers, handle: Handle, pool: "asyncpg.Pool[Any]", *, now: Callable[[], datetime] = utc_now) -> None:
        self.timers, self._handle, self._pool, self._now = timers, handle, pool, now
        # By timer: when to ask again. In memory, since it only spares work: a worker that starts anew asks once more.
        self._again: dict[tuple[Any, str, str], datetime] = {}

    async def run(self) -> None:
        """Look every two seconds until cancelled, more seldom where a look takes long. Raises what no waiting heals."""
        backoff = Backoff(POLL_S, 60.0)
        while True:
            began = time.monotonic()
            try:
                await self.round()
                backoff.reset()
                await asyncio.sleep(pause(time.monotonic() - began))
            except Exception as error:
                if judge(error) != "transient":
                    raise
                log.warning("timers_wait", exception=type(error).__name__)
                await backoff.wait()

    async def round(self) -> int:
        """Carry out all that is due now; returns how many timers rang. Raises Unavailable."""
        now, rang = self._now(), 0
        self._again = {key: at for key, at in self._again.items() if at > now}
        async for due in self._due(now):
            if (due.stream_id, due.name, due.item) not in self._again:
                rang += await self._ring(due, now)
        return rang

    async def _due(self, now: datetime) -> AsyncIterator[Due]:
        version = await live_generation(self._pool, self.timers.projection)
        if version is None:
            return  # its tables are being made, or rebuilt for this release
        consumer = at_generation(self.timers.projection, version).consumer
        last: tuple[Any, ...] = (None, None, None, None)
        while True:
            rows = await self._pool.fetch(SQL.due, consumer, now, *last, PAGE)
            for stream_id, name, item, at, rings_at, ctx, newest in rows:
                made = Context.read(orjson.loads(ctx))
                yield Due(stream_id=stream_id, name=name, item=item, at=at, rings_at=rings_at, now=now, ctx=made, version=newest)
                last = (rings_at, stream_id, name, item)
            if len(rows) < PAGE:
                return

    async def _ring(self, due: Due, now: datetime) -> bool:
        """Whether the command was carried out. What is refused is asked again later, and holds up no other timer."""
        rule = self.timers.rules[due.name]
        try:
            with telemetry.span(f"timer {due.name}", gabay_consumer=self.timers.projection.name):
                found = await rule.look_up(due, self._handle) if rule.look_up else None
                wish = rule.ring(due, found)
                if wish is None:
                    self._later(due, now)
                    return False
                envelope = Envelope(
                    command_id=due.command_id, ctx=wish.ctx, occurred_at=due.rings_at, traceparent=telemetry.traceparent() or None
                )
                outcome = await self._handle.run(wish.decider, wish.stream_id or due.stream_id, wish.command, envelope, due.version)
        except (Stale, Conflict):
            return False  # something happened meanwhile: the next round sees it
        except Exception as error:
            if judge(error) == "transient":
                raise
            code = error.code if isinstance(error, Rejected) else type(error).__name__
            write = log.info if code in rule.dropped else log.warning
            write("timer_refused", rule=due.key, stream=str(due.stream_id), problem=code)
            self._later(due, now)
            return False
        if outcome.replayed or not outcome.effect:
            self._later(due, now)
            return False
        log.info("timer_rang", rule=due.key, stream=str(due.stream_id))
        return True

    def _later(self, due: Due, now: datetime) -> None:
        self._again[due.stream_id, due.name, due.item] = now + AGAIN
