"""What every document is told, and what it says at its head and foot. Pure."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files

from services.reporting.documents.content import Page, Table
from services.reporting.documents.shelf import Shelf
from services.reporting.documents.texts import TEXTS
from services.reporting.exports.cube import NOTE, days
from services.reporting.indicators.declaration import Words
from services.reporting.pages.content import consented
from services.reporting.pages.words import day

LICENCE = "CC BY 4.0"


@dataclass(frozen=True, slots=True)
class Target:
    """What a province wants to reach. indicator: its number; area: PSGC code, or `_T` for all."""

    indicator: int
    area: str
    year: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A release as its documents know it. issued: day of publication; frozen: until when facts could be counted at all;
    previous: chain id of the release before; region, centres: their names."""

    release: str
    period: str
    issued: date
    frozen: date
    previous: str
    vintage: str
    region: Words
    centres: Sequence[Words]
    shelf: Shelf
    targets: Sequence[Target] = ()

    @property
    def lang(self) -> str:
        return self.shelf.lang

    @property
    def texts(self) -> Mapping[str, str]:
        return TEXTS[self.lang]


@dataclass(frozen=True, slots=True)
class Key:
    """A key figure. before: of the year before; moved: the change, change: the same in a sentence; rising: None where two
    periods cannot be compared."""

    name: str
    value: str
    before: str
    moved: str
    change: str
    rising: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the template sets. kind: its shape, `bulletin`, `pack` or `flow`; facts: pairs for the box at the end."""

    kind: str
    lang: str
    region: str
    title: str
    period: str
    release: str
    issued: str
    subtitle: str = ""
    keys: Sequence[Key] = ()
    compared: Table | None = None
    findings: Sequence[str] = ()
    pages: Sequence[Page] = ()
    coverage: Sequence[str] = ()
    methods: Sequence[tuple[str, str]] = ()
    facts: Sequence[tuple[str, str]] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@cache
def targets() -> tuple[Target, ...]:
    """`targets.csv` beside this file: what the provinces set themselves. Shipped empty."""
    rows = csv.DictReader(files(__package__).joinpath("targets.csv").read_text(encoding="utf-8").splitlines())
    return tuple(Target(int(row["indicator"]), row["area"], int(row["year"]), float(row["value"])) for row in rows)


def facts(sheet: Sheet) -> list[tuple[str, str]]:
    """What a reader needs to cite the release, and to prove it."""
    t, lang = sheet.texts, sheet.lang
    first, last = days(sheet.period)
    return [
        (t["release"], sheet.release),
        (t["days"], f"{day(first, lang)} – {day(last, lang)}"),
        (t["frozen"], day(sheet.frozen, lang)),
        (t["issued"], day(sheet.issued, lang)),
        (t["areas"], f"PSGC {sheet.vintage}"),
        (t["licence"], LICENCE),
        (t["chain"], sheet.previous),
    ]


def coverage(sheet: Sheet) -> list[str]:
    """How to read the figures; with the share of clients who allowed statistics, once it is published."""
    said = [NOTE[sheet.lang]]
    table = sheet.shelf.latest("I04A")
    return [*said, told] if table is not None and (told := consented(table)) else said
