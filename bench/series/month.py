"""`month`: the heaviest month of the published tables, 102,008 people, from the first request to figures that equal the table."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bench.centre_app import headers
from bench.load import request
from bench.pair import VoidRun
from bench.pairs.end_to_end import EVERYTHING, nothing_parked, through
from bench.run import Options
from bench.stack import Stack, opened
from cli.data import published
from cli.demo import people

MONTH, BAR_S, AIM_S, BATCH = "2023-10", 60.0, 30.0, 500
SEX = {"men": "M", "boys": "M", "women": "F", "girls": "F"}


async def series(options: Options, to: int) -> dict[str, list[dict[str, Any]]]:
    """One row for each go, from a fresh stack. With --quick the month has 10,000 people."""
    limit = 10_000 if options.quick else None
    async with opened(EVERYTHING) as stack:
        tokens = {centre: await stack.token("caseworker", centre) for centre in people.CENTRES}
        bodies = await asyncio.to_thread(lambda: list(people.batches([MONTH], BATCH)))
        requests, counted = [], 0
        for centre, size, body in bodies:
            if size == BATCH and (limit is None or counted < limit):
                requests.append(request("POST", "/v1/clients:batch", headers(tokens[centre]), body))
                counted += size
        last = [(centre, size, body) for centre, size, body in bodies if size != BATCH]
        options.progress(f"month: {counted:,} people")
        acked, sample = await through(stack, requests, BATCH, 900)
        for centre, size, body in last if limit is None else ():
            # The rest of each centre: smaller batches, posted behind the others and timed with them.
            more, small = await through(stack, [request("POST", "/v1/clients:batch", headers(tokens[centre]), body)], size, 60)
            acked, sample.seconds = acked + more, sample.seconds + small.seconds
        if limit is None:
            await compare(stack)
        await nothing_parked(stack)
    verdict = "holds" if sample.seconds <= BAR_S else "missed"
    row: dict[str, Any] = {"month": MONTH, "people": acked, "seconds": round(sample.seconds, 1), "people_s": round(acked / sample.seconds)}
    row |= {"bar_s": BAR_S, "aim_s": AIM_S, "verdict": verdict if limit is None else ""}
    parts = [{"part": part, "cpu_us_a_person": round(us, 1)} for part, us in sample.cpu_us.items()]
    return {"month": [row], "month_cpu": parts}


async def compare(stack: Stack) -> None:
    """The figures equal the published table, cell by cell. Raises VoidRun with the first that differs."""
    table = published.load()
    sexes: dict[str, int] = {}
    for group, number in table.by_group[MONTH].items():
        sexes[SEX[group]] = sexes.get(SEX[group], 0) + number
    period = int(MONTH.replace("-", ""))
    async with stack.superuser("reporting") as connection:
        by_sex = dict(
            await connection.fetch(
                "select sex, sum(n)::bigint from facts.cell_person where kind = 'transit' and period = $1 group by 1", period
            )
        )
        by_nationality = dict(
            await connection.fetch(
                "select code, sum(n)::bigint from facts.cell_code where kind = 'transit' and dim = 'nat' and period = $1 group by 1", period
            )
        )
    for wanted, found in ((sexes, by_sex), (table.by_nationality[MONTH], by_nationality)):
        if difference := _difference(wanted, found):
            raise VoidRun(f"the figures differ from the published table: {difference}")


def _difference(wanted: Mapping[str, int], found: Mapping[str, int]) -> str:
    for code in sorted({*wanted, *found}):
        if wanted.get(code, 0) != found.get(code, 0):
            return f"{code} is {found.get(code, 0)}, published {wanted.get(code, 0)}"
    return ""
