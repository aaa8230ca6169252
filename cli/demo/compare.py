"""The published tables beside Gabay's, cell by cell."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from cli.data.published import GROUPS, Published
from cli.demo.people import AGE_CLASS, SEX
from cli.demo.traffic import Refused

ARRIVALS = "16b"
A2 = {"ADULT": "Y_GE18", "CHILD": "Y0T17"}


@dataclass(frozen=True, slots=True)
class Table:
    """month -> category -> count, as published and as Gabay answers."""

    published: Mapping[str, Mapping[str, int]]
    gabay: Mapping[str, Mapping[str, int]]

    def cells(self) -> list[tuple[str, str, int, int]]:
        """(month, category, published, Gabay's) of every cell that either side has."""
        return [
            (month, category, self.published[month].get(category, 0), self.gabay.get(month, {}).get(category, 0))
            for month in self.published
            for category in sorted(set(self.published[month]) | set(self.gabay.get(month, {})))
        ]

    def wrong(self) -> list[tuple[str, str, int, int]]:
        return [cell for cell in self.cells() if cell[2] != cell[3]]


class Figures:
    """Asks reporting for true counts, as a statistician may."""

    def __init__(self, url: str, token: Callable[[], Awaitable[str]]) -> None:
        """token: asked for each question, since an import can outlast any token."""
        self._http, self._token = httpx.AsyncClient(base_url=url, timeout=60), token

    async def ask(self, indicator: str, months: Sequence[str], by: Sequence[str] = (), **more: Any) -> list[dict[str, Any]]:
        """The cells of one question. Raises Refused."""
        body = {"indicator": indicator, "from": months[0], "to": months[-1], "by": list(by), **more}
        answer = await self._http.post("/v1/statistics/live:query", json=body, headers={"Authorization": f"Bearer {await self._token()}"})
        if answer.status_code != 200:
            raise Refused(f"reporting: {answer.text[:600]}")
        cells: list[dict[str, Any]] = answer.json()["cells"]
        return cells

    async def total(self, indicator: str, months: Sequence[str], **more: Any) -> int:
        return sum(cell["n"] for cell in await self.ask(indicator, months, **more))

    async def by_group(self, months: Sequence[str]) -> dict[str, dict[str, int]]:
        names = {(SEX[group], A2[AGE_CLASS[group]]): group for group in GROUPS}
        table: dict[str, dict[str, int]] = {}
        for cell in await self.ask(ARRIVALS, months, ["MONTH", "SEX", "A2"]):
            group = names.get((cell["SEX"], cell["A2"]), f"{cell['SEX']} {cell['A2']}")
            table.setdefault(cell["MONTH"], {})[group] = cell["n"]
        return table

    async def by_nationality(self, months: Sequence[str]) -> dict[str, dict[str, int]]:
        table: dict[str, dict[str, int]] = {}
        for cell in await self.ask(ARRIVALS, months, ["MONTH", "NAT"]):
            table.setdefault(cell["MONTH"], {})[cell["NAT"]] = cell["n"]
        return table

    async def close(self) -> None:
        await self._http.aclose()


async def compare(figures: Figures, tables: Published, months: Sequence[str]) -> tuple[Table, Table]:
    """Both tables of these months, by group and by nationality."""
    groups = Table({m: tables.by_group[m] for m in months}, await figures.by_group(months))
    nationalities = Table({m: tables.by_nationality[m] for m in months}, await figures.by_nationality(months))
    return groups, nationalities
