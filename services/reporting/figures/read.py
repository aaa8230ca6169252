"""Asking the read model: a question in, cells out, with what the reader must know about them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.reporting.figures.period import name_of
from services.reporting.figures.plan import Plan, Question, age_view, plan
from services.reporting.indicators.declaration import AGES, TIME, Measure
from shared.codes import psgc
from shared.codes.currency import rates_json
from shared.errors import Rejected, Unavailable
from shared.eventsourcing.sql import statements

SQL = statements(__package__)
Cell = dict[str, Any]

SETTLE = timedelta(seconds=60)
"""What was recorded this lately may still be on its way from a store to its topic."""


@dataclass(frozen=True, slots=True)
class ModelState:
    """generation: of the read model; watermark: everything recorded until then is counted, None while it is being filled;
    parked_streams: whose facts are missing."""

    generation: int
    watermark: datetime | None
    parked_streams: int


class Reader:
    """Figures from reporting's database. One for each process; `state` is asked for at most once a second."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._state: ModelState | None = None
        self._until = 0.0
        self._generic: set[int] = set()

    async def state(self) -> ModelState:
        """Raises Unavailable while there is no read model yet."""
        now = time.monotonic()
        if self._state is None or now >= self._until:
            row = await self._pool.fetchrow(SQL.state)
            if row is None:
                raise Unavailable("the read model of reporting", "Run: ./gabay migrate reporting")
            read_until = row["read_until"]
            if not isinstance(read_until, datetime) or read_until.year < 2000:
                read_until = None
            self._state = ModelState(row["generation"], read_until - SETTLE if read_until else None, row["parked_streams"])
            self._until = now + 1.0
        return self._state

    async def ask(self, question: Question) -> list[Cell]:
        """Cells that are not empty: {<dimension>: code, ..., "n": figure}, sorted by their codes."""
        if not question.places:
            return []
        planned = plan(question)
        rows = await self._fetch(planned, question)
        cells: dict[tuple[str, ...], Cell] = {}
        for row in rows:
            key = tuple(_code(name, row[i]) for i, name in enumerate(planned.by))
            figures = _figures(question.series.measure, row)
            if not figures["n"]:
                continue
            if (cell := cells.get(key)) is None:
                cells[key] = dict(zip(planned.by, key, strict=True)) | figures
            elif planned.merges:
                cell["n"] += figures["n"]
        if question.series.measure is Measure.CASELOAD and "WORKER" not in question.by:
            return _caseload(list(cells.values()), question.by)
        if question.series.measure is Measure.PERSONS_PER_1000 and "AREA" in question.by:
            for cell in cells.values():
                inhabitants = psgc.inhabitants(cell["AREA"])
                cell["per_1000"] = round(1000 * cell["n"] / inhabitants, 4) if inhabitants else None
        return [cells[key] for key in sorted(cells)]

    async def _fetch(self, planned: Plan, question: Question) -> list[Any]:
        text = SQL.__getattr__(planned.statement)
        async with self._pool.acquire() as connection:
            if not planned.narrow:
                # Reading much takes longer than planning it for just these filters. And two processes share it, which they may
                # not while a statement also says its reach: that is said before.
                async with connection.transaction(readonly=True):
                    await connection.fetchrow(SQL.ask_of, question.reach, *_asked(planned, question))
                    return list(await connection.fetch(text, *planned.params))
            # A range of an index whatever the parameters are: planned each time, it would cost twice its execution.
            if (server := connection.get_server_pid()) not in self._generic:
                await connection.execute("set plan_cache_mode = force_generic_plan")
                self._generic.add(server)
            return list(await connection.fetch(text, *planned.params))

    async def check_known(self, known_at: datetime, centres: Iterable[str], reach: str) -> bool:
        """Whether anybody was forgotten since; raises Rejected `not-yet-known` for an instant after the watermark."""
        watermark = (await self.state()).watermark
        if watermark is None or known_at > watermark:
            shown = watermark.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if watermark else None
            raise Rejected("not-yet-known", "Ask for an earlier instant, or wait.", watermark=shown)
        return bool(await self._pool.fetchval(SQL.forgotten, known_at, list(centres), reach))


def _asked(planned: Plan, question: Question) -> tuple[str | None, ...]:
    """What views cannot be given as a parameter: until when a fact was known, and in which period what became of it is judged."""
    known_at = question.known_at.isoformat() if question.known_at else None
    if planned.last is None:
        return known_at, None, None, None
    return known_at, planned.first.isoformat(), planned.last.isoformat(), rates_json()


def _code(dimension: str, stored: str) -> str:
    if dimension in TIME:
        return name_of(dimension, stored)
    return age_view(dimension, stored) if dimension in AGES and stored not in ("Y12T17", "Y18T59") else stored


def _figures(measure: Measure, row: Any) -> Cell:
    match measure:
        case Measure.FACTS:
            return {"n": row["n"]}
        case Measure.QTY:
            return {"n": _number(row["qty"])}
        case Measure.PERSONS | Measure.PERSONS_PER_1000:
            return {"n": row["persons"]}
        case Measure.ACCEPTED:
            return {"n": row["n"], "accepted": row["accepted"]}
        case Measure.SHARE:
            return {"n": row["n"], "num": row["good"]}
        case Measure.PERSON_SHARE:
            return {"n": row["persons"], "num": row["good_persons"]}
        case Measure.DURATION:
            return {"n": row["n"], "median": row["median"]}
        case Measure.MEAN:
            return {"n": row["valued"], "mean": round(float(row["total"] / row["valued"]), 4) if row["valued"] else None}
        case Measure.TOTAL:
            return {"n": _number(row["total"])}
        case Measure.LOWEST:
            return {"n": row["valued"], "lowest": None if row["lowest"] is None else float(row["lowest"])}
        case Measure.CASELOAD:
            return {"n": row["n"]}


def _caseload(cells: Iterable[Cell], by: tuple[str, ...]) -> list[Cell]:
    """Open cases by worker -> what a worker has. Cases of nobody are in `n` alone."""
    found: dict[tuple[str, ...], list[Cell]] = {}
    for cell in cells:
        found.setdefault(tuple(cell[name] for name in by), []).append(cell)
    rows = []
    for key, each in sorted(found.items()):
        loads = [cell["n"] for cell in each if cell["WORKER"] != "_U"]
        bins = {f"B{low}T{low + 9}": sum(low <= n < low + 10 for n in loads) for low in (0, 10, 20)}
        rows.append(
            dict(zip(by, key, strict=True))
            | {"n": sum(cell["n"] for cell in each), "workers": len(loads), "mean": round(sum(loads) / len(loads), 2) if loads else None}
            | {"most": max(loads, default=0), **bins, "B_GE30": sum(n >= 30 for n in loads)}
        )
    return rows


def _number(total: Decimal | None) -> int | float:
    if total is None:
        return 0
    return int(total) if total == total.to_integral_value() else float(total)
