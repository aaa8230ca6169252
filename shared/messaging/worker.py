"""One worker process of a service: relay, projections, reactions, health, and how all of them end.

    # services/casework/worker.py
    PROJECTIONS = (caseload,)
    REACTIONS = reactions

    def main(settings: Settings) -> None:
        run_worker(settings, aggregates=(CASE, STAY), projections=PROJECTIONS, reactions=REACTIONS)

The command line finds `PROJECTIONS` and `REACTIONS` there too (`gabay rebuild`, `gabay parked release`).
Exit status: 0 after SIGTERM, 70 when a loop cannot go on (a hole, a stuck client), 78 for settings that do not fit.
"""

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING, Any

import uvloop

from shared import telemetry
from shared.allocator import give_back
from shared.compose import Parts, open_parts
from shared.errors import Hole, Unavailable
from shared.eventsourcing.event import Aggregate
from shared.eventsourcing.projection import Projection
from shared.eventsourcing.reaction import Reactions
from shared.messaging.broker import Broker, assert_extension
from shared.messaging.cloudevents import Encoder
from shared.messaging.consume import Consumer
from shared.messaging.failures import EXIT_RESTART, Backoff, Restart, judge
from shared.messaging.health import Health
from shared.messaging.measure import measure
from shared.messaging.models import at_generation, live_generation
from shared.messaging.progress import Progress
from shared.messaging.project import Projecting
from shared.messaging.reactions import Reacting
from shared.messaging.relay import Relay
from shared.messaging.watchdog import watch

if TYPE_CHECKING:
    from shared.settings import Settings

log = telemetry.logger()

Loop = Callable[[Parts], Awaitable[None]]
Opening = Callable[..., AbstractAsyncContextManager[Parts]]


def run_worker(
    settings: "Settings",
    *,
    aggregates: Iterable[Aggregate],
    projections: Iterable[Projection] = (),
    reactions: Reactions | None = None,
    loops: Sequence[Loop] = (),
    parts: Opening = open_parts,
) -> None:
    """Run until SIGTERM or SIGINT; leaves with an exit status of its own if a loop fails.

    aggregates: what this service's relay publishes. loops: further coroutines of the service (timers); each gets the
    opened parts, runs until it is cancelled, and ends the process if it raises. parts: how to open them.
    """
    give_back()
    telemetry.setup(settings)
    assert_extension()
    worker = Worker(settings, tuple(aggregates), tuple(projections), reactions, tuple(loops), parts)
    worker.leaving = _end_soon
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        status = runner.run(worker.run())
    if status:
        sys.exit(status)


class Worker:
    """The loops of one process. `run` returns its exit status."""

    STOP_S = 30.0
    # How soon a swap is seen. Each read model of a service asks for itself.
    FOLLOW_S = 5.0

    def __init__(
        self,
        settings: "Settings",
        aggregates: tuple[Aggregate, ...],
        projections: tuple[Projection, ...],
        reactions: Reactions | None,
        loops: tuple[Loop, ...],
        parts: Opening = open_parts,
    ) -> None:
        self.settings, self.projections, self.reactions = settings, projections, reactions
        self._loops, self._open = loops, parts
        self._sharing = len(projections) + (reactions is not None)
        self._broker = Broker.of(settings)
        service = settings.service or ""
        self.relay = Relay(
            settings.database_url,
            self._broker,
            Encoder(settings.region, aggregates),
            service=service,
            limit=settings.relay_batch,
            poll_ms=settings.relay_poll_ms,
        )
        self.health = Health(self.progress)
        self._consumers: dict[str, Consumer] = {}
        self._waiting: dict[str, Progress] = {}
        self._stopping = asyncio.Event()
        self.leaving: Callable[[], None] = lambda: None

    def progress(self) -> list[Progress]:
        """What each loop says about itself."""
        return [self.relay.progress, *(c.progress for c in self._consumers.values()), *self._waiting.values()]

    def stop(self) -> None:
        """Let every loop finish its transaction."""
        self.health.ready = False
        self._stopping.set()
        self.relay.stop()
        for consumer in self._consumers.values():
            consumer.stop()

    async def run(self) -> int:
        """Run all loops until `stop` or until one fails."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        await self.health.start(self.settings.http_host, self.settings.health_port)
        try:
            return await self._opened()
        except (Restart, Hole) as error:
            log.critical("worker_ends", exit_code=EXIT_RESTART, exception=type(error).__name__)
            print(error, file=sys.stderr, flush=True)
            return EXIT_RESTART
        except Exception:
            log.exception("worker_ends", exit_code=EXIT_RESTART)
            return EXIT_RESTART
        finally:
            self.leaving()
            await self.health.stop()

    async def _opened(self) -> int:
        backoff = Backoff(0.2, 5.0)
        while not self._stopping.is_set():
            try:
                async with self._open(self.settings, appended=self.relay.wake) as parts:
                    return await self._all(parts)
            except Unavailable as error:
                log.warning("worker_waits", part=error.part)
                await backoff.wait(self._stopping)
        return 0

    async def _all(self, parts: Parts) -> int:
        tasks = [asyncio.create_task(self.relay.run(), name="relay")]
        tasks += [asyncio.create_task(self._follow(p, parts), name=p.name) for p in self.projections]
        if self.reactions is not None:
            tasks.append(asyncio.create_task(self._react(self.reactions, parts), name=self.reactions.consumer))
        ends_with_us = [asyncio.create_task(_watched(self)), asyncio.create_task(telemetry.watch_loop())]
        ends_with_us.append(asyncio.create_task(_forever(measure(parts.pool, lambda: list(self._consumers.values())))))
        ends_with_us += [asyncio.create_task(_forever(each(parts))) for each in self._loops]
        self.health.ready = True
        calm_collector()
        log.info("worker_started", count=len(tasks))
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait([*tasks, *ends_with_us, stopped], return_when=asyncio.FIRST_COMPLETED)
            self.stop()
            await asyncio.wait(tasks, timeout=self.STOP_S)
            for task in {*done, *(t for t in tasks if t.done())}:
                if not task.cancelled() and (error := task.exception()):
                    raise error
        finally:
            everything = [*tasks, *ends_with_us, stopped]
            for task in everything:
                task.cancel()
            await asyncio.wait(everything, timeout=10)
        return 0

    async def _follow(self, projection: Projection, parts: Parts) -> None:
        """Fill the live generation of a read model; move over when a rebuild has swapped in another."""
        while not self._stopping.is_set():
            version = await self._generation(projection, parts)
            if version is None or self._stopping.is_set():
                continue
            current = at_generation(projection, version)
            consumer = Consumer(
                Projecting(current, sealer=parts.sealer),
                dsn=self.settings.database_url,
                broker=self._broker,
                max_records=self.settings.consume_batch,
                sharing=self._sharing,
                search_path=f'"{current.schema}", public',
            )
            self._consumers[projection.name] = consumer
            watching = asyncio.create_task(self._swapped(projection, parts, version, consumer))
            try:
                await consumer.run()
            finally:
                watching.cancel()
                del self._consumers[projection.name]

    async def _generation(self, projection: Projection, parts: Parts) -> int | None:
        waiting = self._waiting.setdefault(projection.name, Progress(projection.name, "retrying"))
        try:
            version = await live_generation(parts.pool, projection)
        except Exception as error:
            if judge(error) != "transient":
                raise
            version = None
        if version is None:
            waiting.completed()
            log.warning("generation_missing", read_model=projection.name, remedy_code="gabay migrate, then gabay rebuild")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self.FOLLOW_S)
            return None
        del self._waiting[projection.name]
        return version

    async def _swapped(self, projection: Projection, parts: Parts, version: int, consumer: Consumer) -> None:
        while True:
            await asyncio.sleep(self.FOLLOW_S)
            with suppress(Exception):  # the consumer itself sees and tells a database that is away
                if await live_generation(parts.pool, projection) != version:
                    log.info("generation_changed", read_model=projection.name)
                    consumer.stop()
                    return

    async def _react(self, reactions: Reactions, parts: Parts) -> None:
        consumer = Consumer(
            Reacting(reactions, parts.handle, sealer=parts.sealer),
            dsn=self.settings.database_url,
            broker=self._broker,
            # Of a thousand facts few make anybody react; with 200 a poll an import cost five times the round trips.
            max_records=1000,
            sharing=self._sharing,
        )
        self._consumers[reactions.consumer] = consumer
        if not self._stopping.is_set():
            await consumer.run()


def calm_collector() -> None:
    """Let the garbage collector look less often: a record is some twenty objects, and none of them is part of a cycle.

    With Python's default of 700 it takes 6 of the 20 us that a consumer spends on a record, and finds nothing.
    """
    # What was imported and opened stays to the end: without this every full collection walks through all of it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def _end_soon() -> None:
    """Whatever still hangs now (a client that never closes) must not keep a process that has ended."""
    last = threading.Timer(15, os._exit, (EXIT_RESTART,))
    last.daemon = True
    last.start()


async def _watched(worker: Worker) -> None:
    await watch(_Now(worker.progress), poll_s=worker.settings.watchdog_s)


class _Now:
    """The loops as they are at each look: a swap replaces one."""

    def __init__(self, loops: Callable[[], list[Progress]]) -> None:
        self._loops = loops

    def __iter__(self) -> Any:
        return iter(self._loops())


async def _forever(coroutine: Awaitable[None]) -> None:
    await coroutine
    await asyncio.Event().wait()  # a loop that has nothing more to do does not end the worker
