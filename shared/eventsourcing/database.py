"""Connections to Postgres: one way to open a pool, and which errors heal by themselves."""

import asyncio
from typing import Any

import asyncpg

from shared.errors import Unavailable


class PlainConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types for subclassing
    """A connection whose release sends no reset query: nothing here sets session state outside a transaction.

    The reset query is a second round trip for every statement (performance chapter, rule 6).
    """

    def get_reset_query(self) -> str:
        return ""


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
            asyncpg.create_pool(
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
