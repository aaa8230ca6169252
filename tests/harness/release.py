"""A release of made-up people, rendered as the worker renders one: for documents, notebooks and pictures."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from services.reporting.disclosure.cells import TOTAL, Axis, Codes, Count, Grid
from services.reporting.disclosure.ptable import make
from services.reporting.exports.cube import frequency
from services.reporting.indicators.public import of_frequency
from services.reporting.indicators.published import Counted, PublicTable
from services.reporting.releases import calendar
from services.reporting.releases.axes import Divided, divided
from services.reporting.releases.render import Draft, Rendered, render
from shared.region import Region, load_region

REGIONS = Path(__file__).parents[2] / "deploy" / "regions"
COUNTRIES = ("ARE", "HKG", "KWT", "QAT", "SAU", "SGP")
LISTED = {"NAT": COUNTRIES, "COUNTRY": COUNTRIES, "ORG": ("OWWA", "DSWD")}
A5 = {"Y0T4": 2, "Y5T11": 3, "Y12T17": 4, "Y18T59": 77, "Y_GE60": 12, "_U": 2}
SEX = {"F": 55, "M": 42, "X": 0.3, "_U": 2}
SIZES = {
    "registration": 700,
    "active": 900,
    "encounter": 1500,
    "service": 1300,
    "departure": 600,
    "return": 450,
    "transit": 350,
    "group": 800,
}
TABLE = make(5, 3.0)


@cache
def region() -> Region:
    """The four provinces that the field describes, in one stack."""
    found = [load_region(REGIONS / f"{name}.toml") for name in ("masbate", "antique", "agusan-del-sur", "maguindanao-del-sur")]
    names = found[0].names.model_copy(update={"en": "Four provinces (example)", "fr": "Quatre provinces (exemple)",
                                              "fil": "Apat na lalawigan (halimbawa)"})  # fmt: skip
    return found[0].model_copy(update={"region": "ph", "names": names, "centres": tuple(c for each in found for c in each.centres)})


def a_draft(period: str, size: float = 1.0, edition: int = 0, only: Iterable[str] = (), **more: object) -> Draft:
    """size: how many people there are, 1.0 for some hundred in each table. only: some of its tables."""
    counted = [table for table in of_frequency(frequency(period)) if all(each.figure == "count" for each in table.measures)]
    tables = [table for table in counted if not only or table.name in only]
    divisions = {table.name: tuple(_divided(table, measure) for measure in table.measures) for table in tables}
    axes: dict[str, dict[str, Axis]] = {}
    for table in tables:
        for measure, dims in zip(table.measures, divisions[table.name], strict=True):
            axes.setdefault(measure.universe, {}).update({each.axis.name: each.axis for each in dims})
    several = {name for table in tables for measure in table.measures for name in table.by if measure.dimensions[name].many}
    units = {universe: list(_units(universe, named, several, period, size)) for universe, named in axes.items()}
    grids = [
        _grid(table, measure, dims, units[measure.universe])
        for table in tables
        for measure, dims in zip(table.measures, divisions[table.name], strict=True)
    ]
    issued = calendar.publication(period)
    frozen = datetime(issued.year, issued.month, issued.day, 18, tzinfo=UTC) - timedelta(days=4)
    return Draft(
        release=f"PH-{period.replace('-', '')}.{edition}", period=period, grids=grids, divisions=divisions, noise=TABLE, before={},
        issued=issued, frozen=frozen, previous="5f" * 32, region=region(), **more,
    )  # type: ignore[arg-type]  # fmt: skip


def a_release(period: str, size: float = 1.0, **more: object) -> Rendered:
    return render(a_draft(period, size, **more))  # type: ignore[arg-type]


def _divided(table: PublicTable, measure: Counted) -> tuple[Divided, ...]:
    return tuple(divided(measure, name, region(), LISTED.get(name, ())) for name in table.by)


def _units(
    universe: str, axes: Mapping[str, Axis], several: Container[str], period: str, size: float
) -> Iterable[tuple[int, Mapping[str, Codes], float]]:
    draw = random.Random(f"{universe} {period}")
    kind = universe.split("/")[0]
    number = int(SIZES.get(kind, 400) * size * {"M": 0.4, "Q": 1, "A": 3}[frequency(period)] * draw.uniform(0.85, 1.2))
    for _ in range(number):
        codes = {
            name: tuple(sorted(set(draw.choices(axis.codes, _weights(name, axis), k=2 if name in several else 1))))
            for name, axis in axes.items()
        }
        if "A2" in codes and "A5" in codes:
            codes["A2"] = (axes["A5"].within["A2"][codes["A5"][0]],)
        if "AREA" in codes and "SITE" in codes and draw.random() < 0.85:
            codes["AREA"] = codes["SITE"]
        if "AREA" in codes and "MUN" in codes:
            codes["AREA"] = (axes["MUN"].within["AREA"][codes["MUN"][0]],)
        yield draw.getrandbits(31), codes, draw.random()


def _weights(name: str, axis: Axis) -> list[float]:
    known: Mapping[str, float] = {"SEX": SEX, "A5": A5, "A2": {"Y0T17": 10, "Y_GE18": 88, "_U": 2}}.get(name, {})
    if known:
        return [known[code] for code in axis.codes]
    return [0.03 if code.startswith("_") else 1 / (place + 1.2) for place, code in enumerate(axis.codes)]


def _grid(table: PublicTable, measure: Counted, dims: tuple[Divided, ...], units: list[tuple[int, Mapping[str, Codes], float]]) -> Grid:
    only = frozenset((column, code) for column, codes in measure.narrowed.items() for code in codes)
    n: Counter[Codes] = Counter()
    keys: Counter[Codes] = Counter()
    for key, codes, chance in units:
        if only and chance > 0.4:
            continue
        rows: list[Codes] = [()]
        for each in dims:
            rows = [(*row, code) for row in rows for code in (*codes[each.axis.name], TOTAL)]
        for row in rows:
            n[row] += 1
            keys[row] += key
    cells = {row: Count(n[row], n[row], keys[row]) for row in n}
    return Grid(
        table.name, measure.code, tuple(each.axis for each in dims), measure.universe, cells, only=only, sensitive=table.klass == "S",
        additive=measure.additive,
    )  # fmt: skip


def published_on(period: str) -> date:
    return calendar.publication(period)
