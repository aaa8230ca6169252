"""A batch reads its offsets without locking them: a zombie and its successor both believe they are alone."""

from collections.abc import Mapping
from typing import Any

from shared.messaging import guard
from shared.messaging.batch import Batch, Place


class _Unlocked:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, statement: str, *arguments: Any) -> Any:
        return await self._connection.fetch(statement.replace("for update", ""), *arguments)


def plant() -> None:
    lock = guard.lock

    async def unlocked(connection: Any, consumer: str, batch: Batch, expected: Mapping[Place, int]) -> None:
        await lock(_Unlocked(connection), consumer, batch, expected)

    guard.lock = unlocked
