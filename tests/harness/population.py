"""Made-up clients and the tables that count them: what the gate and the programs that attack it are tried on."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.reporting.disclosure.cells import TOTAL, Axis, Codes, Count, Grid
from services.reporting.disclosure.keys import record_key

SEED = bytes(range(32))
PROVINCES = ("0504100000", "0600600000", "1600300000", "1908700000")
MONTHS = tuple(f"2026-{m:02d}" for m in range(1, 13))
QUARTERS = tuple(f"2026-Q{q}" for q in range(1, 5))
QUARTER_OF = {m: f"2026-Q{(int(m[5:]) + 2) // 3}" for m in MONTHS}
A2_OF = {"Y0T4": "Y0T17", "Y5T11": "Y0T17", "Y12T17": "Y0T17", "Y18T59": "Y_GE18", "Y_GE60": "Y_GE18", "_U": "_U"}

MONTH = Axis("MONTH", MONTHS, total=False, within={"QUARTER": QUARTER_OF})
QUARTER = Axis("QUARTER", QUARTERS, total=False)
AREA = Axis("AREA", PROVINCES)
TOWNS = {f"{province[:5]}{n:02d}000": province for province in PROVINCES for n in range(1, 6)}
MUN = Axis("MUN", tuple(TOWNS), within={"AREA": TOWNS})
SEX = Axis("SEX", ("F", "M", "X", "_U"))
A5 = Axis("A5", tuple(A2_OF), within={"A2": A2_OF})
A2 = Axis("A2", ("Y0T17", "Y_GE18", "_U"))
EDU = Axis("EDU", ("L0", "L1", "L2", "L3", "L6", "L9"))
TYPE = Axis("TYPE", ("PROSPECTIVE", "RETURNING", "FAMILY_LEFT", "TRANSIT"))

NEW_CLIENTS: Mapping[str, tuple[Axis, ...]] = {
    "I01A": (MONTH, AREA, SEX),
    "I01B": (QUARTER, AREA, SEX, A5),
    "I01C": (AREA, TYPE, SEX),
    "I01E": (EDU, SEX),
    "I01F": (MUN,),
}
"""New clients of one year: tables of 12 monthly, 4 quarterly and 1 annual release."""


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    codes: Mapping[str, tuple[str, ...]]

    def key(self, seed: bytes) -> int:
        return record_key(seed, "person", self.id)


def people(size: int, seed: int, provinces: Sequence[str] = PROVINCES) -> list[Person]:
    """Clients as centres have them: one large province, few children, few of unknown sex."""
    draw, towns = random.Random(seed), random.Random(f"towns {seed}")
    found = []
    for _ in range(size):
        month = draw.choice(MONTHS)
        age = draw.choices(tuple(A2_OF), (2, 3, 4, 75, 12, 4))[0]
        codes = {
            "MONTH": (month,),
            "QUARTER": (QUARTER_OF[month],),
            "AREA": (draw.choices(provinces, (8, 4, 2, 1)[: len(provinces)])[0],),
            "SEX": (draw.choices(SEX.codes, (55, 42, 1, 2))[0],),
            "A5": (age,),
            "A2": (A2_OF[age],),
            "EDU": (draw.choices(EDU.codes, (2, 20, 30, 30, 15, 3))[0],),
            "TYPE": tuple(sorted(set(draw.choices(TYPE.codes, (5, 3, 2, 1), k=draw.choice((1, 1, 2)))))),
        }
        here = [town for town, province in TOWNS.items() if province in codes["AREA"]]
        codes["MUN"] = (towns.choices(here, range(1, len(here) + 1))[0],)
        found.append(Person(UUID(int=draw.getrandbits(128), version=4), codes))
    return found


def grid(
    table: str, axes: tuple[Axis, ...], persons: Iterable[Person], *, seed: bytes = SEED, universe: str = "01", **more: object
) -> Grid:
    """Count them: each once in each cell."""
    n: Counter[Codes] = Counter()
    keys: Counter[Codes] = Counter()
    for person in persons:
        key = person.key(seed)
        for codes in _cells(axes, person.codes):
            n[codes] += 1
            keys[codes] += key
    return Grid(table, "", axes, universe, {codes: Count(n[codes], n[codes], keys[codes]) for codes in n}, **more)  # type: ignore[arg-type]


def year(
    persons: Sequence[Person], tables: Mapping[str, tuple[Axis, ...]] = NEW_CLIENTS, seed_of: Callable[[str], bytes] = lambda _: SEED
) -> list[Grid]:
    """All tables of a year, in the order of their names."""
    return [grid(name, axes, persons, seed=seed_of(name)) for name, axes in sorted(tables.items())]


def _cells(axes: tuple[Axis, ...], codes: Mapping[str, tuple[str, ...]]) -> Iterable[Codes]:
    rows: list[Codes] = [()]
    for axis in axes:
        options = (*codes[axis.name], TOTAL) if axis.total else codes[axis.name]
        rows = [(*row, option) for row in rows for option in options]
    return rows
