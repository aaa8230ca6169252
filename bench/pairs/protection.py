"""`authz_read`, `authz_write`: intake's api beside itself without authorisation and audit: what the two cost together."""

from __future__ import annotations

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.pair import Pair, Sample, VoidRun
from bench.pairs.http import ReadClient, Requests, readings
from bench.stack import Stack
from bench.yardsticks import unguarded

READ, WRITE = 0.25, 0.15
"""What they may add to the time of a read and of a write."""


class AuthzRead(ReadClient):
    """The reads of `read_client`: one decision on an object and one row of the access log each."""

    yardstick_name = "U"

    def __init__(self) -> None:
        super().__init__()
        self.name, self.bar, self.ambitious = "authz_read", 1 / (1 + READ), 0.9

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        await super().prepare(stack, corpus)
        self.bare = await self._open.enter_async_context(unguarded.serving(stack))

    async def yardstick(self, seconds: float) -> Sample:
        before = await readings(self.stack)
        answered = await drive.load(self.stack, self.bare, self.reads, connections=8, seconds=seconds, cycle=True)
        if await readings(self.stack) != before:
            raise VoidRun("authz_read: the api without audit has recorded readings")
        return answered.sample


class AuthzWrite(Requests):
    """Registrations, as `command` sends them."""

    yardstick_name = "U"

    def __init__(self) -> None:
        super().__init__("authz_write", centre_app.registrations, 8, events=3, most=4_000, bar=1 / (1 + WRITE), ambitious=0.97)

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        await super().prepare(stack, corpus)
        self.bare = await self._open.enter_async_context(unguarded.serving(stack))

    async def yardstick(self, seconds: float) -> Sample:
        requests = await self.requests(round(self.most * (seconds + 1)))
        return (await drive.load(self.stack, self.bare, requests, connections=self.connections, seconds=seconds)).sample


def pairs() -> list[Pair]:
    return [AuthzRead(), AuthzWrite()]
