"""The process `reporting-live`: live board and surge watch. It holds nothing that is not somewhere else, and may die at any time.

Exit status: 0 after SIGTERM, 70 when it cannot go on (a failed agent, no assignment), 78 for settings that do not fit.
"""

import asyncio
import logging
import signal
import sys
from datetime import UTC, datetime
from typing import Any, Final

import uvloop

from services.reporting.live.app import Board, LiveApp, make
from services.reporting.live.show import drop_windows, put_sources, put_windows
from services.reporting.live.surge import SurgeWatch
from shared import telemetry
from shared.errors import Unavailable
from shared.eventsourcing.database import open_pool
from shared.messaging.access import LIVE_APP, LIVE_TOPICS
from shared.messaging.broker import Broker, assert_extension
from shared.messaging.failures import EXIT_RESTART, Backoff, Restart, judge
from shared.messaging.health import Health
from shared.messaging.progress import Progress
from shared.messaging.topics import BY_NAME
from shared.messaging.watchdog import watch
from shared.region import load_region
from shared.settings import Settings

SHOW_S, LOOK_S, START_S, STOP_S = 1.0, 10.0, 60.0, 30.0
_LABELS: Final = {"consumer": LIVE_APP}

log = telemetry.logger()


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    telemetry.setup(settings)
    assert_extension()
    for talkative in ("faust", "mode"):  # a dozen lines a start that name their own line numbers
        logging.getLogger(talkative).setLevel(logging.WARNING)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        status = runner.run(Live(settings).run())
    if status:
        sys.exit(status)


class Live:
    """One run of the process. `run` returns its exit status."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._broker = Broker.of(settings)
        self._progress = Progress(LIVE_APP)
        self._health = Health(lambda: [self._progress])
        self._stopping = asyncio.Event()
        self._error: BaseException | None = None
        self._board = Board()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        await self._health.start(self._settings.http_host, self._settings.health_port)
        try:
            await self._opened()
        except Restart as error:
            print(error, file=sys.stderr, flush=True)
            self._error = error
        except Exception as error:
            log.exception("worker_ends", exit_code=EXIT_RESTART)
            self._error = error
        finally:
            await self._health.stop()
        return EXIT_RESTART if self._error is not None else 0

    async def _opened(self) -> None:
        backoff = Backoff(0.2, 5.0)
        while not self._stopping.is_set():
            try:
                pool = await open_pool(self._settings.database_url, minimum=1, maximum=2, application="gabay-reporting-live")
            except Unavailable as error:
                log.warning("worker_waits", part=error.part)
                await backoff.wait(self._stopping)
                continue
            try:
                await self._connected(pool)
            finally:
                await pool.close()
            return

    async def _connected(self, pool: Any) -> None:
        changelogs = {name for name in BY_NAME if name.startswith(f"{LIVE_APP}-")}
        if missing := {*LIVE_TOPICS, *changelogs} - (await self._broker.partitions()).keys():
            raise Restart(f"{LIVE_APP}: topic {min(missing)} does not exist or may not be read: ./gabay topics list")
        app = make(self._broker, self._board)
        app.failed = self._failed
        try:
            async with asyncio.timeout(START_S):
                await app.start()
            self._health.ready = True
            log.info("worker_started", count=len(LIVE_TOPICS))
            tasks = [asyncio.create_task(each) for each in (self._show(app, pool), self._look(pool), watch([self._progress], commit_s=600))]
            stopped = asyncio.create_task(self._stopping.wait())
            done, _ = await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in (*tasks, stopped):
                task.cancel()
            await asyncio.wait([*tasks, stopped])
            for task in done - {stopped}:
                task.result()
        finally:
            self._health.ready = False
            # What hangs here holds nothing: the next start reads it again from the changelog.
            await asyncio.wait({asyncio.create_task(app.stop())}, timeout=STOP_S)

    def _failed(self, error: BaseException) -> None:
        """Faust would take the record for read and go on with the next."""
        log.error("live_agent_failed", exception=type(error).__name__)
        self._error = error
        self._stopping.set()

    async def _show(self, app: LiveApp, pool: Any) -> None:
        """Once a second: windows and positions into the database."""
        while True:
            now = datetime.now(UTC)
            try:
                written = await put_windows(pool, self._board)
                waiting = await put_sources(pool, app, self._board, now)
                if now.second == 0:
                    await drop_windows(pool, now)
            except Exception as error:
                self._retrying(error)
            else:
                self._measure(written, waiting)
            await asyncio.sleep(SHOW_S)

    async def _look(self, pool: Any) -> None:
        surges = SurgeWatch(pool, load_region(self._settings.region_path).centres, season=self._settings.surge_season)
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await surges.look(self._board.counts.table, datetime.now(UTC), caught_up=self._waiting == 0)
            except Exception as error:
                self._retrying(error)

    _waiting: int | None = None

    def _measure(self, written: int, waiting: int | None) -> None:
        self._waiting = waiting
        if waiting is None:  # Faust never tells of errors of its group: a live worker without partitions would stay one
            self._progress.unassigned_since = self._progress.unassigned_since or self._progress.passed
        else:
            self._progress.unassigned_since = None
            telemetry.CONSUMER_LAG.set(waiting, _LABELS)
        self._progress.completed()
        self._progress.wrote(written)
        telemetry.CONSUMER_STATE.set(1, _LABELS)
        telemetry.CONSUMER_LAST_POLL.set(self._progress.age(), _LABELS)

    def _retrying(self, error: Exception) -> None:
        if judge(error) != "transient":
            raise error
        self._progress.state = "retrying"
        self._progress.completed()
        telemetry.CONSUMER_STATE.set(2, _LABELS)
        log.warning("consumer_retries", consumer=LIVE_APP, exception=type(error).__name__)
