"""`stats_http`, `frozen_table`: a centre-month of a million facts, and a released table that was read before, beside an empty GET."""

from __future__ import annotations

from contextlib import AsyncExitStack

import httpx
import orjson

from bench import centre_app, drive, figures
from bench.corpus import Corpus
from bench.load import request
from bench.pair import Pair, Sample, VoidRun
from bench.stack import Stack
from bench.yardsticks import empty
from services.reporting.facts.projection import facts

FACTS, FEW = 1_000_000, 10_000
MONTH = "2023-03"


class StatsHttp:
    """Eight readers of one small table each time anew: nothing between them and the roll-ups."""

    name, concurrency, unit = "stats_http", "8", "requests/s"
    yardstick_name, bar, ambitious, p99_ms = "N2", 0.15, 0.25, (20.0, 10.0)
    needs, profiled = frozenset({"issuer", "reporting-api"}), ("reporting-api",)
    method, path, status = "POST", "/v1/statistics/live:query", 200
    asked = orjson.dumps({"indicator": "16b", "period": MONTH, "by": ["SEX", "A11"], "where": {"CENTRE": [centre_app.CENTRE]}})

    def __init__(self) -> None:
        self._open = AsyncExitStack()
        self.bytes = -1

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        self.stack = stack
        self.headers = centre_app.headers(await stack.token("supervisor", centre_app.CENTRE))
        self.api = drive.Target("127.0.0.1", stack.embedded.port("reporting-api"), (stack.pid("reporting-api"),))
        self.empty = await self._open.enter_async_context(empty.serving())

    async def yardstick(self, seconds: float) -> Sample:
        return await self._load(self.empty, empty.read_request(await self._filled(seconds)), seconds)

    async def subject(self, seconds: float) -> Sample:
        await self._filled(seconds)
        return await self._load(self.api, request(self.method, self.path, self.headers, self.asked), seconds)

    async def _load(self, target: drive.Target, asked: bytes, seconds: float) -> Sample:
        return (await drive.load(self.stack, target, [asked], connections=8, seconds=seconds, cycle=True)).sample

    async def _filled(self, seconds: float) -> int:
        """Bytes of the answer; before the first cell it is made and compared."""
        if self.bytes < 0:
            await self._fill(FACTS if seconds >= 2 else FEW)
            self.bytes = await self._compare()
        return self.bytes

    async def _fill(self, wanted: int) -> None:
        await figures.fill(self.stack, wanted)

    async def _answer(self) -> httpx.Response:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.api.port}", headers=self.headers | {"content-type": "application/json"}
        ) as http:
            answer = await http.request(self.method, self.path, content=self.asked)
        if answer.status_code != self.status:
            raise VoidRun(f"{self.name}: {answer.status_code} {answer.text[:300]}")
        return answer

    async def _compare(self) -> int:
        """The answer equals the facts, counted the long way. Returns its bytes."""
        answer = await self._answer()
        async with self.stack.superuser("reporting") as connection:
            wanted = await connection.fetchval(
                f"select count(*) from \"{facts.schema}\".fact where kind = 'transit' and centre = $1 and period = $2",
                centre_app.CENTRE, int(MONTH.replace("-", "")),
            )  # fmt: skip
        shown = sum(cell["n"] for cell in answer.json()["cells"])
        if shown != wanted:
            raise VoidRun(f"{self.name}: the answer adds up to {shown}, the facts to {wanted}")
        return len(answer.content)

    async def check(self) -> None:
        if await self._compare() != self.bytes:
            raise VoidRun(f"{self.name}: the answer changed while nothing was written")

    async def close(self) -> None:
        await self._open.aclose()


class FrozenTable(StatsHttp):
    """The same eight, of a table that they have: they hear that it is still the same."""

    name, bar, ambitious, p99_ms = "frozen_table", 0.6, 0.8, None  # type: ignore[assignment]
    method, asked, status = "GET", b"", 304

    async def _fill(self, wanted: int) -> None:
        await figures.fill(self.stack, FEW)
        release = await figures.publish(self.stack, MONTH)
        self.path = f"/v1/statistics/releases/{release}/tables/I16A"
        self.status = 200
        self.headers["If-None-Match"] = (await self._answer()).headers["ETag"]
        self.status = 304

    async def _compare(self) -> int:
        return len((await self._answer()).content)


def pairs() -> list[Pair]:
    return [StatsHttp(), FrozenTable()]
