"""Every public table at once, over made-up units: what a whole release looks like to the gate, whatever indicators there are."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from uuid import UUID

from services.reporting.disclosure.cells import TOTAL, Codes, Count, Grid
from services.reporting.disclosure.derived import Valued, Values
from services.reporting.disclosure.keys import record_key
from services.reporting.indicators.published import Counted, PublicTable
from services.reporting.releases.axes import LISTED, Divided, divided, provinces, towns
from shared.region import load_region
from tests.harness.population import A2_OF, SEED

REGION = load_region(Path(__file__).parents[2] / "deploy" / "regions" / "route-example.toml")
LISTS = {"Country": ("ARE", "SAU"), "Agency": ("OWWA",)}
OTHER = "-"
TOWNS = towns(provinces(REGION))


@dataclass(frozen=True, slots=True)
class Unit:
    """A person, a fact or a group. who: of whom it is; codes: by column."""

    id: UUID
    who: int
    heads: int
    worth: float
    codes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the gate is given, and what renders it."""

    grids: list[Grid]
    valued: list[Valued]
    divisions: dict[str, tuple[tuple[Divided, ...], ...]]


def drawn(tables: Sequence[PublicTable], size: int, seed: int) -> Drawn:
    """Units of every universe, about `size` of each, counted for each table as the database counts them."""
    made = Drawn([], [], {})
    for table in tables:
        made.divisions[table.name] = tuple(tuple(_divided(measure, name) for name in table.by) for measure in table.measures)
    units = {universe: _units(universe, tables, made, size, seed) for universe in {m.universe for t in tables for m in t.measures}}
    for table in tables:
        for measure, dims in zip(table.measures, made.divisions[table.name], strict=True):
            _count(table, measure, dims, units[measure.universe], made)
    return made


def _divided(measure: Counted, name: str) -> Divided:
    return divided(measure, name, REGION, LISTS[LISTED[name]] if name in LISTED else ())


def _units(universe: str, tables: Sequence[PublicTable], made: Drawn, size: int, seed: int) -> list[Unit]:
    draw = random.Random(f"{universe} {seed}")
    options: dict[str, dict[str, bool]] = {}
    many = set()
    for table in tables:
        for measure, dims in zip(table.measures, made.divisions[table.name], strict=True):
            if measure.universe == universe:
                for name, each in zip(table.by, dims, strict=True):
                    options.setdefault(each.column, {}).update(dict.fromkeys(each.axis.codes, True))
                    # Whoever is counted once came for several services, and to several centres.
                    several = measure.dimensions[name].many or (measure.unit in ("person", "household") and name not in ("A2", "A5"))
                    many.update([each.column] if several else [])
                for column, codes in measure.narrowed.items():
                    options.setdefault(column, {OTHER: True}).update(dict.fromkeys(codes, True))
    weights = {column: [draw.choice((1, 3, 9, 27)) for _ in codes] for column, codes in options.items()}
    found = []
    for _ in range(draw.randint(size // 2, size)):
        codes = {
            column: tuple(sorted(set(draw.choices(tuple(options[column]), weights[column], k=2 if column in many else 1))))
            for column in options
        }
        if {"a5", "a2"} <= codes.keys():
            codes["a2"] = (A2_OF[codes["a5"][0]],)
        if {"area", "c2"} <= codes.keys() and universe.startswith("registration"):
            codes["area"] = tuple(sorted({TOWNS[town] for town in codes["c2"]}))
        id = UUID(int=draw.getrandbits(128), version=4)
        found.append(Unit(id, draw.randrange(1 + size // 2), draw.randint(1, 9), draw.choice((5.0, 9.0, 800.0)), codes))
    return found


def _count(table: PublicTable, measure: Counted, dims: tuple[Divided, ...], units: Sequence[Unit], made: Drawn) -> None:
    axes = tuple(each.axis for each in dims)
    n: Counter[Codes] = Counter()
    keys: Counter[Codes] = Counter()
    who: dict[Codes, set[object]] = {}
    parts: dict[Codes, list[float]] = {}
    heads = measure.unit == "group"
    for unit in units:
        if any(not {*codes} & {*unit.codes[column]} for column, codes in measure.narrowed.items()):
            continue
        key = record_key(SEED, "fact", unit.id)
        for codes in _cells(dims, unit):
            n[codes] += unit.heads if heads else 1
            keys[codes] += key
            who.setdefault(codes, set()).add(unit.id if measure.additive else unit.who)
            parts.setdefault(codes, []).append(unit.worth)
    if measure.figure == "count":
        cells = {codes: Count(n[codes], n[codes] if heads else len(who[codes]), keys[codes]) for codes in n}
        narrowed = frozenset((column, code) for column, codes in measure.narrowed.items() for code in codes)
        made.grids.append(
            Grid(
                table.name, measure.code, axes, measure.universe, cells,
                only=narrowed, sensitive=table.klass == "S", additive=measure.additive,
            )
        )  # fmt: skip
    else:
        values = {codes: Values(len(who[codes]), tuple(parts[codes])) for codes in n}
        made.valued.append(Valued(table.name, measure.code, axes, measure.figure, values))


def _cells(dims: Sequence[Divided], unit: Unit) -> Iterator[Codes]:
    return product(*((*unit.codes[each.column], TOTAL) for each in dims))
