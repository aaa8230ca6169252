"""A running stack as people and programs outside see it, and the one look inside that tests need: is everything quiet?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.embedded.stack import APIS, SERVICES, WORKERS, Stack
from tests.harness.tokens import mint
from tests.harness.wait import eventually

WITH_OUTBOX = ("intake", "casework", "referrals")
LIVE_POSITIONS = """
select consumer, topic, partition, next
  from consumed c
 where topic not like 'replay.%'
   and not exists (
    select from generation g where c.consumer = $1 || '.' || g.model || '.v' || g.version and g.state <> 'LIVE')
"""
"""Positions of consumers that somebody reads for: a rebuilt read model leaves those of the old one behind."""


class Region:
    """The stack of one region. Every answer is asked for anew: parts come and go under these tests."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    @property
    def bootstrap(self) -> str:
        return self.stack.bootstrap

    def url(self, service: str) -> str:
        return self.stack.api_url(service)

    async def token(self, role: str, **grant: Any) -> str:
        """A development token of somebody with this role; see `mint`."""
        return await mint(self.stack, role, **grant)

    @asynccontextmanager
    async def client(self, service: str, role: str = "supervisor", **grant: Any) -> AsyncIterator[httpx.AsyncClient]:
        """An HTTP client of one service in the name of somebody with this role."""
        headers = {"Authorization": f"Bearer {await self.token(role, **grant)}"}
        async with httpx.AsyncClient(base_url=self.url(service), headers=headers, timeout=30, trust_env=False) as http:
            yield http

    async def rows(self, database: str, query: str, *arguments: Any) -> list[Any]:
        """Look into a database as superuser."""
        connection = await asyncpg.connect(self.stack.dsn("postgres", database), timeout=30)
        try:
            return list(await connection.fetch(query, *arguments, timeout=60))
        finally:
            await connection.close()

    # --- figures ---

    async def live(self, indicator: str, month: str, by: list[str], **more: Any) -> dict[str, Any]:
        """One answer of `POST /v1/statistics/live:query` for a month."""
        async with self.client("reporting", "statistician") as http:
            answer = await http.post("/v1/statistics/live:query", json={"indicator": indicator, "period": month, "by": by, **more})
        if answer.status_code != 200:
            raise AssertionError(f"live:query of {indicator} answered {answer.status_code}: {answer.text[:500]}")
        return dict(answer.json())

    # --- quiet ---

    async def ready(self, seconds: float = 60) -> None:
        """All apis and workers say that they are ready."""

        async def unready() -> list[str]:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
                parts = [*APIS, *WORKERS]
                answers = await asyncio.gather(
                    *(http.get(f"http://127.0.0.1:{self.stack.port(part)}/health/ready") for part in parts), return_exceptions=True
                )
            return [part for part, answer in zip(parts, answers, strict=True) if getattr(answer, "status_code", 0) != 200]

        await eventually(unready, lambda names: not names, what="every api and worker ready", seconds=seconds, pause=0.2)

    async def quiet(self, seconds: float = 60, readers: Iterable[str] = SERVICES) -> None:
        """Everything committed is on its topic, and every consumer of `readers` has read its topics to their ends."""
        readers = tuple(readers)

        async def behind() -> dict[str, int]:
            waiting: dict[str, int] = {}
            for service in WITH_OUTBOX:
                if pending := (await self.rows(service, "select count(*) from outbox"))[0][0]:
                    waiting[f"{service}: outbox"] = pending
            return waiting or await self._unread(readers)

        # Twice in a row: a reaction may just have appended what nobody has read yet.
        for _ in range(2):
            await eventually(behind, lambda waiting: not waiting, what="empty outboxes and consumers at the ends", seconds=seconds)

    async def settled(self) -> None:
        """Quiet, and said to be: the minute for which readers would wait until a fact is surely on its topic is spared."""
        await self.quiet()
        await self.rows("reporting", "update facts.watermark set at = greatest(at, now() + interval '61 seconds')")

    async def _unread(self, readers: Iterable[str]) -> dict[str, int]:
        at: dict[tuple[str, str], dict[TopicPartition, int]] = {}
        for service in readers:
            for row in await self.rows(service, LIVE_POSITIONS, service):
                at.setdefault((service, row[0]), {})[TopicPartition(row[1], row[2])] = row[3]
        ends = await self.ends(sorted({tp for places in at.values() for tp in places}))
        left: Counter[str] = Counter()
        for (_, consumer), places in at.items():
            left[consumer] += sum(max(0, ends[tp] - following) for tp, following in places.items())
        return {name: number for name, number in left.items() if number}

    async def ends(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Where the partitions end now."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=None, request_timeout_ms=5_000, **self.stack.broker("svc-reporting").security
        )
        try:
            async with asyncio.timeout(10):
                await consumer.start()
                return dict(await consumer.end_offsets(places))
        finally:
            await asyncio.wait_for(consumer.stop(), 10)
