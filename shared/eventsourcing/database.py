"""Connections to Postgres: one way to open a pool, and which errors heal by themselves."""

import asyncio
import time
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from shared import telemetry
from shared.errors import Unavailable


class PlainConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types for subclassing
    """A connection whose release sends no reset query: nothing here sets session state outside a transaction.

    The reset query is a second round trip for every statement (performance chapter, rule 6).
    """

    def get_reset_query(self) -> str:
        return ""


class Pool(asyncpg.Pool):  # type: ignore[misc]
    """A pool that notices when the server has fallen silent.

    asyncpg waits for a connection for ever. Behind a cable that was cut every request would hang for as long as the
    statements before it, and hundreds would wait when it is mended. So whoever has waited for a second asks whether the
    server still answers: a pool that is only busy is waited for, one behind a dead cable is given up.
    """

    STALLED_S = 1.0
    ANSWER_S = 0.8

    dsn: str
    _asking: "asyncio.Task[bool] | None" = None

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109  # asyncpg's own name
        if timeout is not None:
            return await super()._acquire(timeout)
        while True:
            try:
                async with asyncio.timeout(self.STALLED_S):
                    return await super()._acquire(None)
            except TimeoutError:
                if not await self.answers():
                    raise

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109  # asyncpg's own name
        """Give a connection back.

        asyncpg does it in a task of its own, so that a caller who is cancelled keeps no connection; that task costs as much
        as a short query. A connection at rest goes back without waiting for anything, and nothing can be cancelled in it.
        """
        con = connection._con if type(connection) is PoolConnectionProxy else None
        if con is None or connection._holder._pool is not self or not _at_rest(connection._holder, con, self._generation):
            await super().release(connection, timeout=timeout)
            return
        con._on_release()
        await connection._holder.release(timeout)

    async def answers(self) -> bool:
        """Whether the server takes a new connection now. All who ask at once share one."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> bool:
        try:
            connection = await asyncpg.connect(self.dsn, timeout=self.ANSWER_S)
        except (*TRANSIENT, asyncpg.PostgresError):
            return False
        connection.terminate()
        return True


def _at_rest(holder: Any, con: Any, generation: int) -> bool:
    """Whether asyncpg would release a connection without waiting: open, of today, not worn out, nothing under way."""
    if con.is_closed() or holder._generation != generation or con._top_xact is not None:
        return False
    protocol = con._protocol
    return protocol.queries_count < holder._max_queries and not protocol._is_cancelling() and not protocol.is_in_transaction()


class MeasuredPool(Pool):
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
    """Open a pool with our timeouts; 0: none. Raises Unavailable when the server does not answer within 10 s."""
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
                # The server gives up first and says why; 0 is its word for no limit, and so it is ours.
                command_timeout=statement_timeout_ms / 1000 + 5 if statement_timeout_ms else None,
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
    # As create_pool would call it, which makes no pool but its own.
    rest = dict.fromkeys(("connect", "setup", "init", "reset", "loop"))
    kind = MeasuredPool if telemetry.enabled() else Pool
    pool = kind(dsn, max_queries=50_000, record_class=asyncpg.Record, **rest, **told)
    pool.dsn = dsn
    return pool


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
