"""The language of indicators: which facts, what of them, by which dimensions. No declaration has SQL of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Words = Mapping[str, str]
"""en, fr, fil"""

Class = str
"""N normal, S sensitive, I internal only (statistics chapter, section 3)."""


class Measure(StrEnum):
    """What a figure counts."""

    FACTS = "FACTS"
    PERSONS = "PERSONS"
    """distinct counted persons, each once in a cell: cells don't add up"""
    PERSONS_PER_1000 = "PERSONS_PER_1000"
    """the same, and by province for each 1,000 inhabitants of it: `n`, `per_1000`"""
    QTY = "QTY"
    """sum of what the facts bring: heads of a group, units of a service"""
    ACCEPTED = "ACCEPTED"
    """of referrals: accepted within 14 days after the period, over all that were not withdrawn before an answer"""
    SHARE = "SHARE"
    """of items those that went well: `n` all, `num` the good ones"""
    PERSON_SHARE = "PERSON_SHARE"
    """the same of distinct persons"""
    DURATION = "DURATION"
    """`n` items, `median` of their days"""
    MEAN = "MEAN"
    """`n` items, `mean` of what was measured of them"""
    TOTAL = "TOTAL"
    """sum of what was measured"""
    LOWEST = "LOWEST"
    """`n` items, the `lowest` of what was measured of them"""
    CASELOAD = "CASELOAD"
    """`n` items; `workers` who have them, with the `mean` and the `most` of one, and workers by number of items"""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to divide figures. column: of the fact; codes: its list in shared/codes, where it has one.

    many: a fact may have several codes, so that rows don't add up. sensitive: a code says more of a person than that they
    came. fixed: the codes, where they are no list of shared/codes.
    """

    name: str
    column: str
    codes: str = ""
    many: bool = False
    sensitive: bool = False
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One column of figures of an indicator; series of one indicator are never added.

    kind: of the facts. by: its dimensions beyond D. margins: those of them (by name) with a roll-up of their own.
    only: codes that the facts must have (column -> codes). outcome: `kind` is a question of the view `outcome`.
    latest: of each person only the latest in the period counts. window: days before the end of the period that are looked
    at, whatever its beginning; 0: all time.
    """

    letter: str = ""
    title: Words
    kind: str
    measure: Measure = Measure.FACTS
    by: tuple[Dimension, ...] = ()
    margins: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outcome: bool = False
    latest: bool = False
    window: int | None = None

    @property
    def now_only(self) -> bool:
        """Whether it is answered as of now alone: what became of things is not kept as it was known."""
        return self.outcome or self.measure is Measure.ACCEPTED

    @property
    def dimensions(self) -> Mapping[str, Dimension]:
        """All dimensions by name: D and the series' own."""
        return {**COMMON, **{d.name: d for d in self.by}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One of the forty. number: as in the statistics chapter."""

    number: int
    title: Words
    method: Words
    series: tuple[Series, ...]
    klass: Class = "N"

    @property
    def id(self) -> str:
        return f"{self.number:02d}"


TIME = ("MONTH", "QUARTER", "YEAR")
AGES = ("A11", "A5", "A2")

AREA = Dimension("AREA", "area", "Psgc")
TYPE = Dimension("TYPE", "types", "ClientType", many=True)
NAT = Dimension("NAT", "nat", "Country")
EDU = Dimension("EDU", "edu")
ISCO1 = Dimension("ISCO1", "isco", "Isco")

COMMON: Mapping[str, Dimension] = {
    d.name: d
    for d in (
        Dimension("CENTRE", "centre"),
        Dimension("SITE", "site", "Psgc"),
        AREA,
        Dimension("SEX", "sex", "Sex"),
        Dimension("A11", "a11"),
        Dimension("A5", "a5"),
        Dimension("A2", "a2"),
        TYPE,
    )
}
"""D of the statistics chapter: what every internal table may use."""
