"""`freeze`: how long a quarter of four provinces takes from facts to a frozen release: count, gate, audit, every format, documents."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from bench import figures, quarter
from bench.corpus import Corpus
from bench.pair import VoidRun
from bench.run import Options
from bench.stack import opened
from shared.errors import Rejected

BAR_S, AIM_S = 600.0, 180.0
PEOPLE, FEW = 12_000, 500  # a quarter of four provinces; a province has as many in a year


async def series(options: Options, _: int) -> dict[str, list[dict[str, Any]]]:
    """One row; `--to` says of how many people, --quick 500. Frozen by the product's own code, as its worker's role."""
    people = FEW if options.quick else options.size or PEOPLE
    there = quarter.region()
    async with opened({"reporting-api"}) as stack:
        options.progress(f"freeze: a quarter of {people:,} people")
        facts = await quarter.fill(stack, Corpus(options.seed, "freeze"), people, there)
        async with figures.office(stack) as office:
            options.progress(f"freeze: {facts:,} facts")
            now = datetime.now(UTC)
            began = perf_counter()
            try:
                await dataclasses.replace(office, region=there).freeze(quarter.PERIOD, "stf-bench", now, now - timedelta(minutes=2))
            except Rejected as error:
                raise VoidRun(f"freeze: {error.code}: {error.__cause__}") from error
            took = perf_counter() - began
        async with stack.superuser("reporting") as connection:
            manifest = json.loads(await connection.fetchval("select manifest from ledger.release"))
            empty = await connection.fetch("select name from ledger.cell_secret group by name having sum(n) = 0")
    if lacking := [*manifest["withheld"], *(row["name"] for row in empty)]:
        raise VoidRun(f"freeze: {', '.join(lacking)} withheld or empty, so less was made than a quarter's release")
    verdict = "ambitious" if took <= AIM_S else "holds" if took <= BAR_S else "missed"
    told = {"people": people, "facts": facts, "tables": len(manifest["tables"]), "files": len(manifest["files"])}
    return {"freeze": [{**told, "seconds": round(took, 1), "aim_s": AIM_S, "bar_s": BAR_S, "verdict": verdict}]}
