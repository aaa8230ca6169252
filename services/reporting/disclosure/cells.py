"""What the gate works on: grids of true counts in, cells with a status out (statistics chapter, section 8). Pure.

A grid is one measure of one published table with all its margins. Cells are named by one code per axis, `_T` for the
total of an axis. Grids that count the same things (`universe`) are linked: whoever reads one reads the other beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import NamedTuple

TOTAL = "_T"
Codes = tuple[str, ...]


class Status(StrEnum):
    """SDMX's CL_OBS_STATUS, as far as a release uses it."""

    SHOWN = "A"
    HIDDEN = "Q"
    IMPOSSIBLE = "M"
    """no such figure can exist: nothing to divide by"""


class Count(NamedTuple):
    """n: what the cell counts; contributors: distinct persons in it (facts or heads where there is no person); ksum: sum of
    the record keys of its distinct units."""

    n: int = 0
    contributors: int = 0
    ksum: int = 0


NOTHING = Count()


class Shown(NamedTuple):
    """A protected cell: no value with status Q or M."""

    value: float | None
    status: Status

    @property
    def zero(self) -> bool:
        return self.value == 0 and self.status is Status.SHOWN


ZERO = Shown(0, Status.SHOWN)
HIDDEN = Shown(None, Status.HIDDEN)
IMPOSSIBLE = Shown(None, Status.IMPOSSIBLE)


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of a grid. codes: without `_T`, in the order of the list. total: whether `_T` is published too.
    within: view -> (code -> coarser code), where another grid may use that view (ages nest, months lie in quarters).
    sensitive: its category says more about a person than that they came."""

    name: str
    codes: Codes
    total: bool = True
    within: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sensitive: bool = False

    @property
    def all(self) -> Codes:
        return (*self.codes, TOTAL) if self.total else self.codes


@dataclass(frozen=True, slots=True)
class Grid:
    """One measure of a table. universe: what is counted, the same text where the same is counted; only: codes that narrow it
    (the part of a share). additive: every unit is one contributor, so that few contributors mean a small n. sensitive: class
    S, threshold 11 in place of 10. cells: only those that are not empty."""

    table: str
    measure: str
    axes: tuple[Axis, ...]
    universe: str
    cells: Mapping[Codes, Count]
    only: frozenset[tuple[str, str]] = frozenset()
    sensitive: bool = False
    additive: bool = True

    @property
    def threshold(self) -> int:
        return 11 if self.sensitive else 10

    def __getitem__(self, codes: Codes) -> Count:
        return self.cells.get(codes, NOTHING)

    def every(self) -> Iterator[Codes]:
        """All cells, in the order of the code lists, totals last."""
        return product(*(axis.all for axis in self.axes))


Protected = dict[Codes, Shown]


class CellName(NamedTuple):
    """A cell wherever it is published: what is counted, and the codes of the axes that are not totals."""

    universe: str
    where: frozenset[tuple[str, str]]


def name_of(grid: Grid, codes: Codes) -> CellName:
    """The same name wherever the same units are counted."""
    where = frozenset((axis.name, code) for axis, code in zip(grid.axes, codes, strict=True) if code != TOTAL)
    return CellName(grid.universe, where | grid.only)


def coarser(grid: Grid, codes: Codes) -> Iterator[CellName]:
    """Every cell that holds this cell's units too, itself among them: each axis as it is, in a coarser view, or in total."""
    options: list[list[tuple[str, str] | None]] = [[each, None] for each in grid.only]
    for axis, code in zip(grid.axes, codes, strict=True):
        if code != TOTAL:
            options.append([(axis.name, code), *((view, codes[code]) for view, codes in axis.within.items() if code in codes), None])
    for chosen in product(*options):
        yield CellName(grid.universe, frozenset(each for each in chosen if each is not None))
