"""A centre app at work: batches over several connections, the same keys again until every item has its answer."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import orjson

from shared.errors import GabayError

AGAIN = (429, 500, 502, 503, 504)


class Refused(GabayError):
    """The service refused a registration that it should have taken: the demo stops and says which rule."""


@dataclass
class Progress:
    """Counts of one import. posted: (seconds since the start, people answered so far), for the end-to-end lag."""

    answered: int = 0
    replayed: int = 0
    visible: int = 0
    lag_s: float = 0.0
    worst_lag_s: float = 0.0
    started: float = field(default_factory=time.monotonic)
    posted: deque[tuple[float, int]] = field(default_factory=deque)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def answer(self, people: int, replayed: int) -> None:
        self.answered += people
        self.replayed += replayed
        self.posted.append((time.monotonic(), self.answered))

    def see(self, people: int) -> None:
        """Reporting shows `people` by now: how long ago had as many been answered?"""
        now = time.monotonic()
        self.visible = people
        while self.posted and self.posted[0][1] <= people:
            self.posted.popleft()
        # What is answered and not yet visible waits; nothing waits when all is visible.
        self.lag_s = now - self.posted[0][0] if self.posted else 0.0
        self.worst_lag_s = max(self.worst_lag_s, self.lag_s)


async def hand_in(
    url: str,
    token: Callable[[], str],
    batches: Iterator[tuple[str, int, bytes]],
    progress: Progress,
    *,
    connections: int = 4,
    renew: Callable[[], Awaitable[None]],
) -> None:
    """Post the batches over several connections until each item is answered. Raises Refused.

    renew: called before each batch; sees to it that `token` is good for another while.
    """
    waiting = iter(batches)
    async with httpx.AsyncClient(base_url=url, timeout=90, limits=httpx.Limits(max_connections=connections)) as http:

        async def connection() -> None:
            for _, people, body in waiting:
                await renew()
                await _post(http, token, people, body, progress)

        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(connection())


async def _post(http: httpx.AsyncClient, token: Callable[[], str], people: int, body: bytes, progress: Progress) -> None:
    pause = 0.25
    while True:
        headers = {
            "Authorization": f"Bearer {token()}",
            "Content-Type": "application/json",
            "Gabay-Device-Time": datetime.now(UTC).isoformat(),
        }
        try:
            answer = await http.post("/v1/clients:batch", content=body, headers=headers)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == 200:
            items = orjson.loads(answer.content)["items"]
            wrong = [item for item in items if item["status"] not in (200, 201)]
            refused = [item for item in wrong if item["status"] not in AGAIN]
            if refused:
                raise Refused(f"intake refused a registration: {orjson.dumps(refused[0].get('problem')).decode()}")
            if not wrong:
                progress.answer(people, sum(item["replayed"] for item in items))
                return
        elif answer is not None and answer.status_code not in AGAIN:
            raise Refused(f"intake answered {answer.status_code}: {answer.text[:500]}")
        # The same keys again: what was done before the answer got lost is not done twice.
        await asyncio.sleep(pause)
        pause = min(pause * 2, 5)
