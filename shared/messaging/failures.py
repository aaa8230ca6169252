"""Which failures heal by themselves, which belong to a record, and which end the process.

transient   the same work is tried again, for ever, with back-off: a broken connection, a deadlock, a full disk
fatal       the process ends with status 70 and says what an operator has to do: a hole, a missing table or right
poison      anything else: the record at fault is parked with its stream
"""

import asyncio
import random
from typing import Final, Literal

import aiokafka.errors as kafka
import asyncpg

from shared.errors import Conflict, GabayError, Hole, Unavailable

EXIT_RESTART: Final = 70

Verdict = Literal["transient", "fatal", "poison"]


class Restart(GabayError):
    """This process cannot go on and says what to do; exit status 70."""


# 25006: a standby took over and is not yet writable. 25P03, 25P04, 57xxx: the server ended session or statement.
_TRANSIENT_STATES = ("40", "53", "57", "58", "08", "25006", "25P03", "25P04", "55P03", "55006", "XX")
# 42, 3D, 3F, 0A, 28: a missing table, right or schema is no record's fault. Parking every stream for it would be a flood.
_FATAL_STATES = ("42", "3D", "3F", "0A", "28")


def judge(error: BaseException, connection: "asyncpg.Connection | None" = None) -> Verdict:
    """What to do after an error of Postgres, Kafka, the keyring or of our own."""
    if isinstance(error, Restart | Hole):
        return "fatal"
    if isinstance(error, Unavailable | Conflict | OSError | TimeoutError | asyncio.IncompleteReadError):
        return "transient"
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        if state.startswith(_TRANSIENT_STATES):
            return "transient"
        return "fatal" if state.startswith(_FATAL_STATES) else "poison"
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        # asyncpg says "interface error" both for a connection that is gone and for a value that has no encoding.
        gone = connection is None or connection.is_closed()
        return "transient" if gone and not isinstance(error, asyncpg.DataError) else "poison"
    if isinstance(error, kafka.KafkaError):
        return "fatal" if isinstance(error, FATAL_KAFKA) else "transient"
    return "poison"


FATAL_KAFKA: Final = (
    kafka.TopicAuthorizationFailedError,
    kafka.GroupAuthorizationFailedError,
    kafka.ClusterAuthorizationFailedError,
    kafka.UnknownTopicOrPartitionError,
    kafka.MessageSizeTooLargeError,
    kafka.RecordListTooLargeError,
    kafka.InvalidTopicError,
    kafka.UnsupportedVersionError,
    kafka.IllegalStateError,
)


class Backoff:
    """Delays from `low` to `high` seconds, doubling, with a third of chance so that many do not knock together."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high, self.next = low, high, low

    def reset(self) -> None:
        self.next = self.low

    def delay(self) -> float:
        delay = self.next * random.uniform(0.67, 1)  # noqa: S311  # spreading retries needs no secret chance
        self.next = min(self.high, self.next * 2)
        return delay

    async def wait(self, stopping: asyncio.Event | None = None) -> None:
        """Sleep for the next delay, or less if `stopping` is set meanwhile."""
        if stopping is None:
            await asyncio.sleep(self.delay())
            return
        try:
            async with asyncio.timeout(self.delay()):
                await stopping.wait()
        except TimeoutError:
            pass
