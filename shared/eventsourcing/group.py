"""Group commit in the process: what arrives while one flush is in flight travels together in the next.

No timer: an idle service sends at once, a busy one in groups, because the disk's flush is the same for one row and for
sixty-four (performance chapter, rule 3). Used for appends, new keys and read-audit rows.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def never(error: Exception) -> bool:
    return False


class Group(Generic[T, R]):
    """Collects items and flushes them together; every caller gets its own result, in the order of the items.

    flush: items -> one result each, same order. limit: items a flush. flights: flushes at once.
    isolates: for an error of a flush of several items, whether one bad item may be to blame: then each is tried alone,
    so that it fails only itself. Any other error (the connection is gone) reaches every caller of that flush.
    alive: whether flushes can still end, asked of one that is long under way. If not, whoever waits behind it is told at
    once (TimeoutError), and so is whoever comes until it has landed.
    """

    LONG_S = 1.0

    def __init__(
        self,
        flush: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        *,
        limit: int = 64,
        flights: int = 1,
        isolates: Callable[[Exception], bool] = never,
        alive: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._alive, self._lost = alive, False
        self._flush, self._limit, self._flights, self._isolates = flush, limit, flights, isolates
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._flying: set[asyncio.Task[None]] = set()
        self._watching: set[asyncio.Task[None]] = set()
        self._called = False

    async def submit(self, item: T) -> R:
        """Have one item flushed; returns its result or raises the error of its flush."""
        return await self.enqueue(item)

    async def submit_all(self, items: Sequence[T]) -> list[R]:
        """Have several items flushed, in one flight or in several; results in order.

        Without a task for each, which would cost more than its share of the flush.
        """
        futures = [self.enqueue(item) for item in items]
        try:
            return [await future for future in futures]
        finally:
            for future in futures:
                if not future.done():
                    future.cancel()
                elif not future.cancelled():
                    future.exception()  # seen: the first error is the one that is raised

    def enqueue(self, item: T) -> "asyncio.Future[R]":
        """Line an item up for the next flight; the future has its result."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        if self._lost:
            future.set_exception(TimeoutError())
            return future
        self._waiting.append((item, future))
        if not self._called:
            # At the end of this turn of the loop, so that items submitted in the same turn share the first flush.
            self._called = True
            loop.call_soon(self._depart)
        return future

    @property
    def pending(self) -> int:
        """Items that wait for a flight."""
        return len(self._waiting)

    def _depart(self) -> None:
        self._called = False
        while self._waiting and len(self._flying) < self._flights:
            batch = [self._waiting.popleft() for _ in range(min(self._limit, len(self._waiting)))]
            task = asyncio.get_running_loop().create_task(self._fly(batch))
            self._flying.add(task)
            task.add_done_callback(self._landed)
            if self._alive is not None:
                asyncio.get_running_loop().call_later(self.LONG_S, self._look, task)

    def _look(self, task: asyncio.Task[None]) -> None:
        if not task.done():
            looking = asyncio.get_running_loop().create_task(self._watch(task))
            self._watching.add(looking)
            looking.add_done_callback(self._watching.discard)

    async def _watch(self, task: asyncio.Task[None]) -> None:
        """Tell those who wait behind a flight that it will not land soon."""
        assert self._alive is not None
        while not task.done():
            self._lost = not await self._alive()
            while self._lost and self._waiting:
                future = self._waiting.popleft()[1]
                if not future.done():
                    future.set_exception(TimeoutError())
            await asyncio.wait([task], timeout=self.LONG_S)
        self._lost = False

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        if self._waiting and not self._called:
            self._depart()

    async def _fly(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._flush([item for item, _ in batch])
        except Exception as error:
            if len(batch) > 1 and self._isolates(error):
                for pair in batch:
                    await self._fly([pair])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        except BaseException:
            for _, future in batch:
                future.cancel()
            raise
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
