"""G8: how many true counts each hidden cell may still have, for a reader who knows everything but the seed. Pure.

Cheap first: if one person could be moved in or out of the cell by enough without leaving what is published, nothing needs to
be solved. The rest is two linear programs a cell, and whole numbers where those leave few.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf

import numpy as np
from scipy.optimize import Bounds as Positive
from scipy.optimize import LinearConstraint, milp

from services.reporting.disclosure.cells import Grid
from services.reporting.disclosure.intervals import Bounds
from services.reporting.disclosure.moves import Moves
from services.reporting.disclosure.system import Place, System, system

FEWEST = 5
"""Possible values that every hidden cell keeps."""

DOUBTFUL = 8
"""Below it linear programs may flatter: whole numbers decide."""


@dataclass(frozen=True, slots=True)
class Block:
    """Linked grids and what is known of each of their published cells."""

    grids: Sequence[Grid]
    known: Mapping[Place, Bounds]
    linked: System

    @classmethod
    def of(cls, grids: Sequence[Grid], known: Mapping[Place, Bounds]) -> "Block":
        return cls(grids, known, system(grids))

    def knowing(self, known: Mapping[Place, Bounds]) -> "Block":
        """The same cells after some were hidden."""
        return Block(self.grids, known, self.linked)


def exposed(block: Block, hidden: Iterable[Place]) -> list[Place]:
    """Those of the hidden cells that have fewer than five possible values."""
    moves = Moves(block.grids, block.known)
    left = [place for place in hidden if moves.values(place, FEWEST) < FEWEST]
    return [place for place in left if len(possible(block, place)) < FEWEST]


def possible(block: Block, place: Place) -> range:
    """The true counts that a cell may have, given all that is published.

    Raises ArithmeticError if nothing fits: then the bounds do not hold the truth, which is a defect of ours.
    """
    low, high = _ends(block, place, whole=False)
    if high - low + 1 < DOUBTFUL:
        low, high = _ends(block, place, whole=True)
    return range(low, min(high, low + 1_000_000) + 1)


def _ends(block: Block, place: Place, *, whole: bool) -> tuple[int, int]:
    at = block.linked
    known = [(block.known[each], more) for each, more in zip(at.places, at.excess, strict=True)]
    rows = [*(Bounds(each.low + more, each.high + more) for each, more in known), *at.links]
    constraint = LinearConstraint(at.matrix, [each.low for each in rows], [each.high for each in rows])
    aim = at.row(place)
    found: list[float] = []
    for sign in (1.0, -1.0):
        solved = milp(sign * aim, integrality=np.full(aim.shape, int(whole)), bounds=Positive(0, inf), constraints=constraint)
        if solved.status == 3:  # unbounded
            found.append(inf)
        elif solved.x is None:
            raise ArithmeticError("no true counts fit what would be published: the bounds of some cell do not hold its count")
        else:
            found.append(sign * solved.fun)
    low, high = (end - at.excess[at.places[place]] for end in found)
    return ceil(low - 1e-6), (1 << 40) if high == inf else floor(high + 1e-6)
