"""The store says "appended" inside the transaction and commits a moment later."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.eventsourcing.store import Part, PostgresStore, Result

_late: set[asyncio.Task[None]] = set()


class HastyPool:
    """A pool whose `fetch` answers before its transaction has ended."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def fetch(self, query: str, *arguments: Any) -> Any:
        connection = await self._pool.acquire()
        try:
            transaction = connection.transaction()
            await transaction.start()
            rows = await connection.fetch(query, *arguments)
        except BaseException:
            await self._pool.release(connection)
            raise
        task = asyncio.create_task(self._commit(connection, transaction))
        _late.add(task)
        task.add_done_callback(_late.discard)
        return rows

    async def _commit(self, connection: Any, transaction: Any) -> None:
        await asyncio.sleep(0.2)
        try:
            with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await transaction.commit()
        finally:
            await self._pool.release(connection)


def plant() -> None:
    flush = PostgresStore._flush

    async def hasty(self: PostgresStore, parts: Sequence[Part]) -> list[Result]:
        other = PostgresStore.__new__(PostgresStore)
        other.__dict__ |= self.__dict__ | {"pool": HastyPool(self.pool)}
        return await flush(other, parts)

    PostgresStore._flush = hasty
