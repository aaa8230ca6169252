"""`end_to_end`: people a second from the batch route to figures that count them, all parts on the same cores, beside an empty POST."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from time import perf_counter

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.pair import Pair, Sample, VoidRun
from bench.stack import APIS, WORKERS, Stack
from bench.yardsticks import empty

EVERYTHING = frozenset({"kafka", "issuer", *APIS, *WORKERS})
BATCH, CONNECTIONS = 250, 2
PEOPLE_A_SECOND = 5_000


class EndToEnd:
    """Batches of arrivals (four events a person) for so many times a cell's seconds, then until reporting shows them all."""

    name, concurrency, unit = "end_to_end", "-", "people/s"
    yardstick_name, bar, ambitious = "N1", 0.30, 0.45
    longer = 5
    needs, profiled, quick = EVERYTHING, ("intake-api", "reporting-worker", "intake-worker", "casework-worker", "referrals-worker"), False

    def __init__(self) -> None:
        self._open = AsyncExitStack()
        self._acked = self._before = 0

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        self.stack, self.corpus = stack, corpus
        self.token = await stack.token("caseworker", centre_app.CENTRE)
        self.empty = await self._open.enter_async_context(empty.serving())
        # Pairs without workers leave arrivals behind; they would come into the figures while a cell counts its own.
        await drive.until(lambda: caught_up(stack), "the figures to show what earlier pairs stored", seconds=600)

    async def yardstick(self, seconds: float) -> Sample:
        requests = [empty.command_request()]
        return (await drive.load(self.stack, self.empty, requests, connections=8, seconds=seconds, cycle=True)).sample

    async def subject(self, seconds: float) -> Sample:
        self._before = await visible(self.stack)
        # Built beforehand and only as many as the time can take: a million bodies would be the bench's own memory test.
        requests = centre_app.batches(self.corpus, round(PEOPLE_A_SECOND * seconds * self.longer) // BATCH, BATCH, self.token)
        self._acked, sample = await through(self.stack, requests, BATCH, seconds * self.longer)
        return sample

    async def check(self) -> None:
        found = await visible(self.stack) - self._before
        if found != self._acked:
            raise VoidRun(f"end_to_end: {found} people in the figures, {self._acked} were answered")
        await nothing_parked(self.stack)

    async def close(self) -> None:
        await self._open.aclose()


async def through(stack: Stack, requests: Sequence[bytes], size: int, seconds: float) -> tuple[int, Sample]:
    """Post batches for so long, then wait until the figures count everybody; (people, the cell over the whole time)."""
    before = await visible(stack)
    api = drive.Target("127.0.0.1", stack.embedded.port("intake-api"), (stack.pid("intake-api"),))
    parts = {part: [stack.pid(part)] for part in (*APIS, *WORKERS)}
    meter = stack.meter(**parts)
    meter.start()
    begin = perf_counter()
    answered = await drive.load(
        stack, api, requests, connections=CONNECTIONS, seconds=seconds, warmup=0, counted='"status":201', per_request=size,
    )  # fmt: skip
    seen = 0

    async def all_seen() -> bool:
        nonlocal seen
        seen = await visible(stack) - before
        return seen >= answered.acked

    await drive.until(all_seen, f"{answered.acked} people in the figures")
    took = perf_counter() - begin
    use = meter.stop()
    if seen > answered.acked:
        raise VoidRun(f"{seen} people in the figures, {answered.acked} were answered")
    sample = Sample.of(answered.acked, use)
    sample.seconds = took
    gen = answered.sample.cpu_us.get("gen", 0.0)
    sample.foreign = max(sample.foreign - gen * answered.acked / 1e6 / took, 0.0)  # the generator's own processes had ended
    sample.cpu_us = {"py": sum(us for part, us in sample.cpu_us.items() if part in parts), **sample.cpu_us, "gen": gen}
    return answered.acked, sample


async def visible(stack: Stack) -> int:
    """Arrivals in the cells of reporting's live read model, which its api answers from."""
    async with stack.superuser("reporting") as connection:
        return int(await connection.fetchval("select coalesce(sum(n), 0) from facts.cell_person where kind = 'transit'"))


async def caught_up(stack: Stack) -> bool:
    """Every arrival that intake has stored is a fact of reporting. Not by their numbers: other pairs fill reporting themselves."""
    async with stack.superuser("intake") as connection:
        stored = [row[0] for row in await connection.fetch("select event_id from event where type = 'transit-arrival-recorded'")]
    async with stack.superuser("reporting") as connection:
        known = await connection.fetchval("select count(*) from facts.fact where event_id = any ($1)", stored)
    return bool(known == len(stored))


async def nothing_parked(stack: Stack) -> None:
    """No consumer of any service has set a record aside."""
    for service in ("intake", "casework", "referrals", "reporting"):
        async with stack.superuser(service) as connection:
            if parked := await connection.fetchval("select count(*) from parked where state = 'PARKED'"):
                raise VoidRun(f"{parked} records are parked in {service}")


def pairs() -> list[Pair]:
    return [EndToEnd()]
