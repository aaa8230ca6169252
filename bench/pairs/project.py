"""`project`, `project_profile`, `project_naive`: reporting's read model regrown from its topics, beside reading them and doing nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from time import perf_counter

import asyncpg

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.pair import Pair, Sample, VoidRun
from bench.stack import Stack
from bench.yardsticks import broker
from services.reporting.facts import zones
from services.reporting.facts.projection import facts
from shared.compose import Parts, open_parts
from shared.eventsourcing.projection import Projection
from shared.messaging.broker import Broker
from shared.messaging.consume import Consumer
from shared.messaging.models import at_generation, ensure_generation
from shared.messaging.project import Projecting
from shared.messaging.worker import calm_collector
from shared.region import load_region
from shared.settings import Settings

CLIENTS, ENCOUNTERS = "intake.client.v1", "intake.encounter.v1"
PERSON = 4  # events of an arrival: registration, two consents, the arrival itself
A_SECOND = 20_000  # events for each second that a cell should last
BATCH = 250


class Project:
    """The consumer of `gabay rebuild`, from the first offset to the ends, into the tables of a fresh database.

    topics: what it reads; sealed: whether profiles are opened. The topics are filled once, through intake's api and
    relay, and read by all cells and pairs.
    """

    unit, concurrency, yardstick_name = "events/s", "-", "K"
    needs = frozenset({"kafka", "issuer", "intake-api", "intake-worker"})
    records = 2000
    quick = True

    def __init__(self, name: str, topics: Sequence[str], bar: float, ambitious: float) -> None:
        self.name, self.topics = name, tuple(topics)
        self.bar, self.ambitious = bar, ambitious
        self._open = AsyncExitStack()
        self._made = ""

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        self.stack, self.corpus = stack, corpus
        settings = Settings.load("reporting", "worker", stack.embedded.env("reporting", "worker"))
        zones.follow(lambda: load_region(settings.region_path).centres)
        self.parts: Parts = await self._open.enter_async_context(open_parts(settings))
        calm_collector()  # as a worker has it and a rebuild; the yardstick's too

    async def _filled(self, seconds: float) -> int:
        """Events on the topics; the first call brings them there, and then stops what brought them."""
        wanted = max(10_000, round(A_SECOND * seconds))
        have = sum((await broker.ends(self.stack, [CLIENTS, ENCOUNTERS])).values())
        if have < wanted * 0.9:
            # As a region's load: one person in five events is a registration's.
            await fill(self.stack, self.corpus, people=wanted // 2 // PERSON, encounters=wanted // 2)
        await self.stack.only({"kafka"})
        return sum((await broker.ends(self.stack, self.topics)).values())

    async def yardstick(self, seconds: float) -> Sample:
        await self._filled(seconds)
        return await broker.read(self.stack, self.topics)

    async def subject(self, seconds: float) -> Sample:
        self._events = await self._filled(seconds)
        return await self._consume(self._events, self.records)

    async def _consume(self, events: int, records: int, seconds: float = 0) -> Sample:
        """Consume until `events` are written (seconds: or until the time is over). Measured from the first commit on."""
        self._made = await self.stack.fresh("reporting")
        projection: Projection = at_generation(facts, facts.version)
        projection.topics = self.topics
        owner = await asyncpg.connect(self.stack.dsn("reporting_owner", self._made))
        await ensure_generation(owner, facts)
        await owner.close()
        meter, first, done = self.stack.meter(py=[os.getpid()]), 0, 0
        over = asyncio.Event()
        end = perf_counter() + (seconds or 300)

        def wrote(number: int) -> None:
            nonlocal first, done
            if not done:
                first = number
                meter.start()
            done += number
            if done >= events or perf_counter() >= end:
                over.set()

        consumer = Consumer(
            Projecting(projection, sealer=self.parts.sealer), dsn=self.stack.dsn("reporting_worker", self._made),
            broker=Broker(self.stack.bootstrap), max_records=records, search_path=f'"{projection.schema}", public',
            grouped=False, replays=False, wrote=wrote,
        )  # fmt: skip
        running = asyncio.create_task(consumer.run())
        waiting = asyncio.create_task(over.wait())
        await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            await running  # raises why it ended
        use = meter.stop()
        consumer.stop()
        await running
        return Sample.of(done - first, use)

    async def check(self) -> None:
        """Guard, facts and cells say what the topics hold."""
        schema = facts.schema
        async with self.stack.superuser(self._made) as connection:
            applied = await connection.fetchval("select sum(version) from applied")
            counted = {
                kind: (n, cells)
                for kind, n, cells in await connection.fetch(
                    f'select kind, count(*), (select sum(n) from "{schema}".cell_person c where c.kind = f.kind)::bigint '
                    f'from "{schema}".fact f where counted group by 1'
                )
            }
            parked = {str(reason): n for reason, n in await connection.fetch("select reason, count(*) from parked group by 1")}
        await self.stack.drop(self._made)
        if applied != self._events or parked:
            raise VoidRun(f"{self.name}: the guard has applied {applied} of {self._events} events, parked are {parked}")
        wanted = await told(self.stack, self.topics)
        if counted != {kind: (n, n) for kind, n in wanted.items()}:
            raise VoidRun(f"{self.name}: facts and cells are {counted}, the topics hold {wanted}")

    async def close(self) -> None:
        await self._open.aclose()


class Naive(Project):
    """The same loop with batches of one: a transaction for each event."""

    yardstick_name, quick = "itself", False

    async def yardstick(self, seconds: float) -> Sample:
        events = await self._filled(seconds)
        sample = await self._consume(events, 1, seconds)
        await self.stack.drop(self._made)
        return sample


async def told(stack: Stack, topics: Sequence[str]) -> dict[str, int]:
    """Countable facts by kind that intake has stored: what the read model must show."""
    kinds = {"client-registered": "registration", "transit-arrival-recorded": "transit", "encounter-recorded": "encounter"}
    async with stack.superuser("intake") as connection:
        rows = await connection.fetch(
            "select kind, type, count(*) from event where type = any ($1) group by 1, 2",
            list(kinds),
        )
    return {kinds[type_]: n for kind, type_, n in rows if f"intake.{kind}.v1" in topics}


async def fill(stack: Stack, corpus: Corpus, *, people: int, encounters: int) -> None:
    """Bring arrivals and encounters onto their topics through intake's api and relay; returns when the outbox is empty."""
    await stack.only({"kafka", "issuer", "intake-api", "intake-worker"})
    token = await stack.token("caseworker", centre_app.CENTRE)
    api = drive.Target("127.0.0.1", stack.embedded.port("intake-api"), (stack.pid("intake-api"),))
    requests = centre_app.batches(corpus, max(1, people // BATCH), BATCH, token)
    requests += [centre_app.encounter_batch(corpus, BATCH, token) for _ in range(max(1, encounters // BATCH))]
    await drive.load(stack, api, requests, connections=2, seconds=600, warmup=0, counted='"status":201', per_request=BATCH)
    async with stack.superuser("intake") as connection:

        async def empty() -> bool:
            return not await connection.fetchval("select exists (select from outbox)")

        await drive.until(empty, "an empty outbox")


def pairs() -> list[Pair]:
    return [
        Project("project", [ENCOUNTERS], 0.22, 0.35),
        Project("project_profile", [CLIENTS, ENCOUNTERS], 0.30, 0.45),
        Naive("project_naive", [CLIENTS, ENCOUNTERS], 20, 50),
    ]
