"""The store says "appended" inside the transaction and commits a moment later."""

import asyncio
from collections.abc import Sequence
from typing import Any

from shared.eventsourcing.store import Part, PostgresStore, Result, _columns

_late: set[asyncio.Task[None]] = set()


def plant() -> None:
    async def flush(self: PostgresStore, parts: Sequence[Part]) -> list[Result]:
        connection = await self.pool.acquire()
        transaction = connection.transaction()
        await transaction.start()
        rows = await connection.fetch(self.APPEND, *_columns(parts), False)
        task = asyncio.create_task(_commit(self, connection, transaction))
        _late.add(task)
        task.add_done_callback(_late.discard)
        return [Result(row[1], row[2], row[3], row[4]) for row in sorted(rows, key=lambda row: row[0])]

    PostgresStore._flush = flush


async def _commit(store: PostgresStore, connection: Any, transaction: Any) -> None:
    await asyncio.sleep(0.2)
    await transaction.commit()
    await store.pool.release(connection)
