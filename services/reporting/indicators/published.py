"""The language of the allow-list: which tables of an indicator may leave, what they count, and by which dimensions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from services.reporting.indicators.declaration import Class, Dimension, Series, Words

Frequency = Literal["M", "Q", "A"]

Unit = Literal["person", "household", "fact", "row", "group"]
"""What a figure counts, and so whose record key decides its noise: distinct persons or households, facts, one of several
items of a fact, heads of an observed group."""

Figure = Literal["count", "median", "ratio", "mean", "lowest", "sum", "plain"]
"""count: with noise. The others are made of values (G7): of days, of ratios, of scores, a smallest one, a sum of what people brought;
plain: a sum that is of no person and is shown as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One measure. code: in the dimension MEASURE, empty where it is the only one. kind: of the facts, or the question of
    the view `outcome`. narrowed: codes of which only the part of a share has one. latest: of each person the latest only.
    window: as in the series. dimensions: by name, with the columns that hold them."""

    code: str = ""
    kind: str
    unit: Unit
    figure: Figure = "count"
    outcome: bool = False
    latest: bool = False
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    narrowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    window: int | None = None
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)

    @property
    def universe(self) -> str:
        """The same text where the same is counted."""
        only = ";".join(f"{column}={','.join(codes)}" for column, codes in sorted(self.only.items()))
        return "/".join((self.kind, self.unit, "latest" if self.latest else "", only))

    @property
    def additive(self) -> bool:
        """Whether every unit is one contributor."""
        return self.unit in ("person", "household", "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Codes of the measures that a share is made of, and its own: part over whole, in percent.

    rate: the part is not among the whole (incidents for each hundred people), so that none or as many says of nobody what they are.
    rough: always a whole percent, however large the whole.
    """

    part: str = "NUM"
    whole: str = "DEN"
    code: str = "PCT"
    rate: bool = False
    rough: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PerInhabitants:
    """A measure for each 1,000 inhabitants of the province in `by`. part: the measure; code: its own."""

    part: str = "NUM"
    code: str = "PER_1000"
    by: str = "AREA"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicTable:
    """A table of a release. name: `I09C`; by: its dimensions; shares: of its measures; rates: of them by a census."""

    name: str = ""
    indicator: int = 0
    frequency: Frequency
    by: tuple[str, ...]
    measures: tuple[Counted, ...]
    shares: tuple[Share, ...] = ()
    rates: tuple[PerInhabitants, ...] = ()
    klass: Class = "N"
    title: Words = field(default_factory=dict)

    @property
    def share(self) -> bool:
        return bool(self.shares)

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the dimension MEASURE in their order; none where there is one measure alone."""
        found = [measure.code for measure in self.measures if measure.code]
        for share in self.shares:
            found.insert(max(found.index(share.part), found.index(share.whole)) + 1, share.code)
        return (*found, *(rate.code for rate in self.rates))


def counted(series: Series, unit: Unit, code: str = "", figure: Figure = "count", **changes: Any) -> Counted:
    """What a series counts, as a measure of a table. changes: where the table differs, as `narrowed` or `only`."""
    told: dict[str, Any] = {
        "kind": series.kind, "outcome": series.outcome, "latest": series.latest, "only": series.only, "window": series.window,
        "dimensions": series.dimensions,
    }  # fmt: skip
    return Counted(unit=unit, code=code, figure=figure, **(told | changes))


def table(frequency: Frequency, by: str, *measures: Counted, klass: Class = "", title: Words | None = None, **more: Any) -> PublicTable:
    """A table by space-separated dimensions. klass and title: only where they are not the indicator's. more: its shares and rates."""
    return PublicTable(frequency=frequency, by=tuple(by.split()), measures=measures, klass=klass, title=title or {}, **more)


def share(frequency: Frequency, by: str, series: Series, unit: Unit, *more: Counted, klass: Class = "", **changes: Any) -> PublicTable:
    """A table of one share: NUM, DEN and PCT. more: measures shown beside it."""
    return table(frequency, by, *part_and_whole(series, unit, **changes), *more, shares=(Share(),), klass=klass)


def part_and_whole(series: Series, unit: Unit, letter: str = "", **changes: Any) -> tuple[Counted, Counted]:
    """Items that went well, and all of them. letter: of the series, where a table has several shares."""
    mark = f"{letter}_" if letter else ""
    part = {"narrowed": {"good": ("true",)}} | changes
    whole = {name: value for name, value in changes.items() if name != "narrowed"}
    return counted(series, unit, f"{mark}NUM", **part), counted(series, unit, f"{mark}DEN", **whole)


def lettered(letter: str) -> Share:
    return Share(part=f"{letter}_NUM", whole=f"{letter}_DEN", code=f"{letter}_PCT")
