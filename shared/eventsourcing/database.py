"""Connections to Postgres: one way to open a pool, and which errors heal by themselves."""

import asyncio
import time
from typing import Any

import asyncpg

from shared import telemetry
from shared.errors import Unavailable


class PlainConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types for subclassing
    """A connection whose release sends no reset query: nothing here sets session state outside a transaction.

    The reset query is a second round trip for every statement (performance chapter, rule 6).
    """

    def get_reset_query(self) -> str:
        return ""


class MeasuredPool(asyncpg.Pool):  # type: ignore[misc]
    """A pool that tells how long its connections are waited for."""

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109  # asyncpg's own name
        began = time.perf_counter()
        connection = await super()._acquire(timeout)
        telemetry.POOL_WAIT.record(time.perf_counter() - began, telemetry.PROCESS)
        return connection


async def open_pool(
    dsn: str,
    *,
    minimum: int = 2,
    maximum: int = 8,
    statement_timeout_ms: int = 15_000,
    lock_timeout_ms: int = 5_000,
    application: str = "gabay",
) -> "asyncpg.Pool[Any]":
    """Open a pool with our timeouts. Raises Unavailable when the server does not answer within 10 s."""
    try:
        return await asyncio.wait_for(
            _pool(
                dsn,
                min_size=minimum,
                max_size=maximum,
                connection_class=PlainConnection,
                # A connection that was idle for long is no cheaper to keep than to make; one that served many
                # different statements is dearer, because each keeps its plans.
                max_inactive_connection_lifetime=300,
                command_timeout=statement_timeout_ms / 1000 + 5,
                server_settings={
                    "application_name": application,
                    "statement_timeout": str(statement_timeout_ms),
                    "lock_timeout": str(lock_timeout_ms),
                    "idle_in_transaction_session_timeout": "60000",
                    "jit": "off",
                },
            ),
            10,
        )
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as error:
        raise Unavailable("Postgres", "Is the stack up? Try: ./gabay status") from error


def _pool(dsn: str, **told: Any) -> "asyncpg.Pool[Any]":
    if not telemetry.enabled():
        return asyncpg.create_pool(dsn, **told)
    # As create_pool would call it, which makes no pool but its own.
    rest = dict.fromkeys(("connect", "setup", "init", "reset", "loop"))
    return MeasuredPool(dsn, max_queries=50_000, record_class=asyncpg.Record, **rest, **told)


TRANSIENT: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""Errors that heal by themselves: the same work may be tried again as it is."""
