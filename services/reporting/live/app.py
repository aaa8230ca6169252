"""The Faust app `reporting-live`: records in, windows out. Live and advisory, and so the one place where Faust is used.

Its acknowledgement can skip records on errors, it repeats records after a crash, and it costs twenty times what aiokafka does:
no figure, no command and no read model depends on it (messaging chapter, section 12).
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import faust
import orjson

from services.reporting.live.sources import TYPES, seen
from services.reporting.live.windows import BOARD_KEPT, HOUR, KEPT, SIZE, STEP, Key, Pruned, add, name
from shared import telemetry
from shared.messaging.access import LIVE_APP, LIVE_TOPICS
from shared.messaging.broker import Broker

Place = tuple[str, int]
COMMIT_S: Final = 2.0
_HANDLED: Final = {ce_type.encode(): ce_type for ce_type in TYPES}

log = telemetry.logger()


@dataclass(slots=True)
class Read:
    """How far a partition was read. following: its next offset; recorded_at: RFC 3339, of the last record."""

    following: int
    recorded_at: str = ""


@dataclass(slots=True)
class Board:
    """What records have come to. counts: 24 hours every six, for the surge watch; hours: for the board, by point.

    changed: windows of `hours` that the database does not have yet.
    """

    counts: Any = None
    hours: Any = None
    changed: set[Key] = field(default_factory=set)
    read: dict[Place, Read] = field(default_factory=dict)
    _prune_counts: Pruned = field(default_factory=lambda: Pruned(KEPT))
    _prune_hours: Pruned = field(default_factory=lambda: Pruned(BOARD_KEPT))

    def take(self, event: Any, now: float) -> None:
        """Count one record. One that is no fact of ours is passed over: nothing depends on it, and the worker parks it."""
        message = event.message
        headers = dict(message.headers)
        try:
            ce_type = _HANDLED.get(headers.get("ce_type", b""))
            if ce_type is not None:
                self._count(ce_type, headers["ce_time"].decode(), event.value, message, now)
            recorded_at = headers["ce_recordedtime"].decode()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            telemetry.LIVE_SKIPPED.add(1, {"topic": message.topic})
            log.warning("live_record_skipped", topic=message.topic, offset=message.offset, exception=type(error).__name__)
            recorded_at = ""
        self.read[message.topic, message.partition] = Read(message.offset + 1, recorded_at)

    def recovered(self) -> None:
        """After a start: what the changelog has may be newer than the rows of the database."""
        self.changed.update(list(self.hours.table))

    def _count(self, ce_type: str, occurred_at: str, value: bytes, message: Any, now: float) -> None:
        occurred = _instant(occurred_at)
        if occurred < now - KEPT:
            return
        found = seen(ce_type, orjson.loads(value))
        if found is None:
            return
        key, place = name(found, message.partition, point=False), name(found, message.partition, point=True)
        for window in self.counts.table.window.ranges(occurred):
            add(self.counts.table, (key, tuple(window)), found.n, message.offset)
        if occurred >= now - BOARD_KEPT:
            window = tuple(self.hours.table.window.ranges(occurred)[0])
            if add(self.hours.table, (place, window), found.n, message.offset):
                self.changed.add((place, window))
        self._prune_counts.prune(self.counts.table, message.partition, now)
        self._prune_hours.prune(self.hours.table, message.partition, now)


class LiveApp(faust.App):
    """Faust with one difference: an agent that fails ends the process. Faust itself would acknowledge and go on."""

    failed: Callable[[BaseException], None] = lambda _: None

    async def _on_agent_error(self, agent: Any, exc: BaseException) -> None:
        self.failed(exc)


def make(broker: Broker, board: Board) -> LiveApp:
    """The app with its tables and agents. Topics and changelogs are those of `shared/messaging/topics.py`; it makes none."""
    app = LiveApp(
        LIVE_APP,
        broker=[f"kafka://{address}" for address in broker.bootstrap.split(",")],
        broker_credentials=_credentials(broker),
        broker_commit_interval=COMMIT_S,
        broker_client_id=LIVE_APP,
        # A killed process holds its partitions for so long; the board is to be back sooner than the workers.
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        consumer_auto_offset_reset="earliest",
        store="memory://",
        datadir=Path(tempfile.gettempdir()) / f"gabay-{LIVE_APP}",
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        stream_wait_empty=True,
        worker_redirect_stdouts=False,
        key_serializer="raw",
        value_serializer="raw",
    )
    # Without `expires`: Faust would keep a timestamp for each change of each window until it closes.
    board.counts = app.Table("counts", key_type=str, partitions=6).hopping(timedelta(seconds=SIZE), timedelta(seconds=STEP))

    async def recovered() -> None:
        board.recovered()

    board.hours = app.Table("windows", key_type=str, partitions=6, on_recover=recovered).tumbling(timedelta(seconds=HOUR))
    for topic in LIVE_TOPICS:
        source = app.topic(topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        app.agent(source, name=f"live.{topic}", concurrency=1)(_reader(board))
    return app


def _reader(board: Board) -> Callable[[Any], Any]:
    async def read(stream: Any) -> None:
        async for event in stream.events():
            board.take(event, time.time())

    return read


def _credentials(broker: Broker) -> Any:
    security = broker.security
    context = security.get("ssl_context")
    if "sasl_mechanism" in security:
        return faust.SASLCredentials(
            username=security["sasl_plain_username"], password=security["sasl_plain_password"],
            mechanism=security["sasl_mechanism"], ssl_context=context,
        )  # fmt: skip
    return faust.SSLCredentials(context=context) if context is not None else None


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
