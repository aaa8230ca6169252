"""`table_10m`, `table_10m_plain`: a table of three dimensions over a published eleven million, beside engines that count the rows.
`table_as_of`: the same table as it was known at an instant.

Gabay answers by the reader that `/v1/statistics/live:query` asks: from its roll-ups, as of an instant from the facts. DuckDB (D)
and plain Postgres (G) hold the same facts, and count them.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import os
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import asyncpg

from bench.corpus import Corpus
from bench.pair import Pair, Sample, VoidRun
from bench.stack import Stack
from services.reporting.facts.projection import facts
from services.reporting.figures.period import span
from services.reporting.figures.plan import Place, Question
from services.reporting.figures.read import Reader
from services.reporting.indicators.catalogue import find
from shared.eventsourcing.database import open_pool
from shared.http.reach import WHOLE
from shared.messaging.models import ensure_generation

if TYPE_CHECKING:
    import duckdb

TABLE = Path(__file__).resolve().parent.parent / "data" / "usa_southwest_encounters.csv.gz"
CENTRES = tuple(f"US-SW-{n:02d}" for n in range(1, 42))
AGE = {"single adult": "Y_GE18", "family unit member": "_U", "accompanied child": "Y0T17", "unaccompanied child": "Y0T17"}
THREADS = 2  # of DuckDB: as many as the reference machine has cores

# Straight into the facts; the roll-ups follow by their trigger, as in the product. A detection is a fact and no person.
INSERT = """
insert into fact (kind, stream, event_id, part, seq, centre, date, precision, recorded_at, counted, sex, age, nat)
select 'transit', s.id, s.id, 0, 1, ($5::text[])[1 + n % cardinality($5)], $1::date + (n % 28)::integer, 'D', now(), true,
       case n / cardinality($5) % 2 when 0 then 'M' else 'F' end, t.age, t.nat
  from unnest($2::text[], $3::text[], $4::bigint[]) as t(age, nat, people),
       lateral generate_series(1, t.people) as n, lateral (select uuidv7() as id where n > 0) as s
"""
SAID = "kind, centre, period, sex, age, nat"
COUNT = "select period, nat, age, count(*) from fact where kind = 'transit' and period between {first} and {last} group by 1, 2, 3"

Cells = dict[tuple[str, str, str], int]


class Table:
    """Month x nationality x adult or child, all time, all centres; one caller, one answer after the other.

    size: facts, the whole table or a smaller one of the same proportions. as_of: as it was known once all was recorded.
    """

    concurrency, unit, needs = "1", "tables/s", frozenset[str]()
    quick = False  # of a few thousand facts every engine is fast

    def __init__(
        self, name: str, yardstick_name: str, bar: float, ambitious: float, *, as_of: bool = False, size: int | None = None
    ) -> None:
        self.as_of = as_of
        self.name, self.yardstick_name, self.bar, self.ambitious = name, yardstick_name, bar, ambitious
        self.size = size
        self._open = AsyncExitStack()

    async def prepare(self, stack: Stack, corpus: Corpus) -> None:
        self.stack = stack
        self.wanted = published(self.size)
        database = await stack.fresh("reporting")
        self.owner = await asyncpg.connect(stack.dsn("reporting_owner", database))
        self._open.push_async_callback(self.owner.close)
        await ensure_generation(self.owner, facts)
        self.plain = await self._open.enter_async_context(stack.superuser(database))
        await self.plain.execute(f'set search_path = "{facts.schema}", public')
        for month in sorted({month for month, _, _ in self.wanted}):
            rows = [(age, nat, n) for (each, nat, age), n in self.wanted.items() if each == month]
            await self.plain.execute(INSERT, date.fromisoformat(f"{month}-01"), *map(list, zip(*rows, strict=True)), CENTRES)
        await self.plain.execute("vacuum analyze")
        self.duck = await self._copied() if self.yardstick_name == "D" else None
        pool = await open_pool(stack.dsn("reporting_app", database), maximum=1, minimum=1)
        self._open.push_async_callback(pool.close)
        self.reader = Reader(pool)
        self.question = question(self.wanted, datetime.now(UTC) if self.as_of else None)

    async def _copied(self) -> duckdb.DuckDBPyConnection:
        """The same rows, in DuckDB's memory."""
        import duckdb

        duck = self._open.enter_context(duckdb.connect(config={"threads": THREADS}))
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            await self.plain.copy_from_query(f"select {SAID} from fact", output=file.name, format="csv", header=True)
            await asyncio.to_thread(duck.execute, "create table fact as select * from read_csv(?)", [file.name])
        return duck

    async def subject(self, seconds: float) -> Sample:
        try:
            return await self._repeat(lambda: self.reader.ask(self.question), seconds)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise VoidRun(f"{self.name}: no answer within the 30 s of a transaction: {type(error).__name__}") from error

    async def yardstick(self, seconds: float) -> Sample:
        first, last = self.question.span.months
        text = COUNT.format(first=first, last=last)
        if self.duck is not None:
            return await self._repeat(lambda: asyncio.to_thread(lambda: self.duck.execute(text).fetchall()), seconds)  # type: ignore[union-attr]
        return await self._repeat(lambda: self.plain.fetch(text), seconds)

    async def _repeat(self, answer: Callable[[], Awaitable[Any]], seconds: float) -> Sample:
        """The same table again and again; each answer is looked at once it is measured."""
        rows = await answer()  # plans, caches
        meter, latencies = self.stack.meter(py=[os.getpid()]), []
        meter.start()
        end = perf_counter() + seconds
        while perf_counter() < end:
            began = perf_counter()
            rows = await answer()
            latencies.append((perf_counter() - began) * 1000)
        use = meter.stop()
        if len(rows) != len(self.wanted):
            raise VoidRun(f"{self.name}: {len(rows)} cells, published are {len(self.wanted)}")
        return Sample.of(len(latencies), use, latencies=latencies)

    async def check(self) -> None:
        """The answer is the published table, cell by cell."""
        cells = {(cell["MONTH"], cell["NAT"], cell["A2"]): cell["n"] for cell in await self.reader.ask(self.question)}
        if cells != self.wanted:
            wrong = sum(cells.get(key) != n for key, n in self.wanted.items())
            raise VoidRun(f"{self.name}: {wrong} of {len(self.wanted)} cells differ from the published table")

    async def close(self) -> None:
        await self._open.aclose()


def published(size: int | None = None) -> Cells:
    """(month, nationality, adult or child) -> how many; of the whole table, or about `size` in its proportions."""
    cells: Counter[tuple[str, str, str]] = Counter()
    for row in _rows():
        nat = row["nationality"]
        cells[row["month"], "XXX" if nat in ("", "OOO") else nat, AGE[row["group"]]] += int(row["encounters"])
    if size is None:
        return dict(cells)
    share = size / cells.total()
    return {key: max(1, round(n * share)) for key, n in cells.items() if n}


def question(cells: Cells, known_at: datetime | None = None) -> Question:
    """The whole table, as a reader with a grant for all centres asks for it."""
    found = find("16b")
    assert found is not None
    months = sorted({month for month, _, _ in cells})
    places = [Place(centre, centre, "UTC") for centre in CENTRES]
    wanted = span(None, months[0], months[-1])
    by = ("MONTH", "NAT", "A2")
    return Question(series=found[1][0], span=wanted, by=by, where={}, places=places, reach=WHOLE, known_at=known_at)


def _rows() -> Iterator[dict[str, str]]:
    with gzip.open(TABLE, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def pairs() -> list[Pair]:
    return [
        Table("table_10m", "D", 1, 2),
        Table("table_10m_plain", "G", 8, 10),
        Table("table_as_of", "G", 0.8, 1, as_of=True),
    ]
