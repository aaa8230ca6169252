"""`stats_http`: one centre-month of a table over a million facts, by sex and age, beside an answer of as many bytes."""

from __future__ import annotations

from contextlib import AsyncExitStack

import orjson

from bench import centre_app, drive
from bench.corpus import Corpus
from bench.load import request
from bench.pair import Pair, Sample, VoidRun
from bench.stack import Stack
from bench.yardsticks import empty
from services.reporting.facts.projection import facts

FACTS, FEW = 1_000_000, 10_000
MONTHS, CENTRES = 24, 41
A_STATEMENT = 20_000
SLOWEST_P99_MS = 20.0

# Straight into the facts; the roll-ups follow by their trigger, as in the product.
INSERT = """
insert into fact (kind, stream, event_id, part, seq, client, centre, date, precision, recorded_at, counted, sex, age, nat, c1)
select 'transit', s.id, s.id, 0, 1, s.id,
       case n % {centres} when 0 then '{centre}' else 'HN-X' || n % {centres} end,
       date '2022-01-01' + ((n * 7919) % (730))::integer, 'D', now(), true,
       (array['M', 'F', 'X'])[1 + (n / 7) % 3],
       (array['Y0T4', 'Y5T11', 'Y12T14', 'Y15T17', 'Y18T24', 'Y25T29', 'Y30T34', 'Y35T39', 'Y40T44', 'Y45T59', 'Y_GE60'])[1 + n % 11],
       (array['VEN', 'CUB', 'HTI', 'ECU', 'COL', 'CHN', 'GIN', 'SEN'])[1 + n % 8], 'Las Manos'
  from generate_series($1::bigint, $2::bigint) as n, lateral (select uuidv7() as id where n > 0) as s
"""


class StatsHttp:
    """Eight readers of one small table each time anew: nothing between them and the roll-ups."""

    name, concurrency, unit = "stats_http", "8", "requests/s"
    yardstick_name, bar, ambitious = "N2", 0.15, 0.25
    needs, profiled = frozenset({"issuer", "reporting-api"}), ("reporting-api",)

    def __init__(self) -> None:
        self._open = AsyncExitStack()
        self._held = 0

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        self.stack = stack
        self.token = await stack.token("supervisor", centre_app.CENTRE)
        self.api = drive.Target("127.0.0.1", stack.embedded.port("reporting-api"), (stack.pid("reporting-api"),))
        self.empty = await self._open.enter_async_context(empty.serving())
        body = {"indicator": "16b", "period": "2023-03", "by": ["SEX", "A11"], "where": {"CENTRE": [centre_app.CENTRE]}}
        self.request = request("POST", "/v1/statistics/live:query", centre_app.headers(self.token), orjson.dumps(body))

    async def _fill(self, seconds: float) -> None:
        wanted = FACTS if seconds >= 2 else FEW
        if self._held:
            return
        async with self.stack.superuser("reporting") as connection:
            await connection.execute(f'set search_path = "{facts.schema}", public')
            statement = INSERT.format(centres=CENTRES, centre=centre_app.CENTRE)
            for first in range(0, wanted, A_STATEMENT):
                await connection.execute(statement, first + 1, min(first + A_STATEMENT, wanted))
            await connection.execute("vacuum analyze")
        self._held = wanted
        self.size = await self._compare()

    async def _compare(self) -> int:
        """The answer equals the facts, counted the long way. Returns its bytes."""
        import httpx

        head, _, body = self.request.partition(b"\r\n\r\n")
        told = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[2:])
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.api.port}") as http:
            answer = await http.post("/v1/statistics/live:query", content=body, headers=told)
        if answer.status_code != 200:
            raise VoidRun(f"stats_http: {answer.status_code} {answer.text[:300]}")
        async with self.stack.superuser("reporting") as connection:
            wanted = await connection.fetchval(
                f"select count(*) from \"{facts.schema}\".fact where kind = 'transit' and centre = $1 and period = 202303",
                centre_app.CENTRE,
            )
        shown = sum(cell["n"] for cell in answer.json()["cells"])
        if shown != wanted:
            raise VoidRun(f"stats_http: the answer adds up to {shown}, the facts to {wanted}")
        return len(answer.content)

    async def yardstick(self, seconds: float) -> Sample:
        await self._fill(seconds)
        requests = [empty.read_request(self.size)]
        return (await drive.load(self.stack, self.empty, requests, connections=8, seconds=seconds, cycle=True)).sample

    async def subject(self, seconds: float) -> Sample:
        await self._fill(seconds)
        return (await drive.load(self.stack, self.api, [self.request], connections=8, seconds=seconds, cycle=True)).sample

    async def check(self) -> None:
        if await self._compare() != self.size:
            raise VoidRun("stats_http: the answer changed while nothing was written")

    async def close(self) -> None:
        await self._open.aclose()


def pairs() -> list[Pair]:
    return [StatsHttp()]
