"""Which failures are waited out, which are the record's, which end the process."""

import asyncio

import aiokafka.errors as kafka
import asyncpg
import pytest

from shared.errors import Conflict, Hole, Rejected, Unavailable, Unreadable
from shared.messaging.failures import Backoff, Restart, judge


class Connection:
    def __init__(self, *, closed: bool) -> None:
        self.closed = closed

    def is_closed(self) -> bool:
        return self.closed


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError(), asyncpg.SerializationError(), asyncpg.DeadlockDetectedError(),
        asyncpg.LockNotAvailableError(), asyncpg.QueryCanceledError(), asyncpg.DiskFullError(), asyncpg.TooManyConnectionsError(),
        asyncpg.AdminShutdownError(), asyncpg.CannotConnectNowError(), asyncpg.IdleInTransactionSessionTimeoutError(),
        asyncpg.ReadOnlySQLTransactionError(), ConnectionRefusedError(), TimeoutError(), Unavailable("Postgres"),
        Conflict(None, 1), kafka.KafkaConnectionError(), kafka.NodeNotReadyError(), kafka.RequestTimedOutError(),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_what_heals_by_itself_is_transient(error: BaseException) -> None:
    assert judge(error) == "transient"


@pytest.mark.parametrize(
    "error",
    [
        Restart("x"), Hole("c", "s", 1, 3), asyncpg.UndefinedTableError(), asyncpg.InsufficientPrivilegeError(),
        asyncpg.UndefinedColumnError(), kafka.TopicAuthorizationFailedError(), kafka.UnknownTopicOrPartitionError(),
        kafka.ClusterAuthorizationFailedError(), kafka.MessageSizeTooLargeError(),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_what_only_an_operator_mends_is_fatal(error: BaseException) -> None:
    assert judge(error) == "fatal"


@pytest.mark.parametrize(
    "error",
    [asyncpg.DataError("x"), asyncpg.CheckViolationError(), asyncpg.NotNullViolationError(), ValueError(), KeyError("a"),
     Rejected("consent-missing"), Unreadable("x"), ZeroDivisionError(), LookupError()],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_anything_else_is_the_records(error: BaseException) -> None:
    assert judge(error) == "poison"


def test_an_interface_error_is_transient_only_if_the_connection_is_gone() -> None:
    assert judge(asyncpg.InterfaceError("closed"), Connection(closed=True)) == "transient"  # type: ignore[arg-type]
    assert judge(asyncpg.InterfaceError("takes 2 arguments"), Connection(closed=False)) == "poison"  # type: ignore[arg-type]


async def test_delays_grow_to_their_bound_and_end_early_when_asked() -> None:
    backoff = Backoff(0.05, 5)
    delays = [backoff.delay() for _ in range(12)]
    assert 0.03 < delays[0] <= 0.05
    assert all(3.3 < delay <= 5 for delay in delays[8:])
    stopping = asyncio.Event()
    stopping.set()
    await asyncio.wait_for(backoff.wait(stopping), 1)
