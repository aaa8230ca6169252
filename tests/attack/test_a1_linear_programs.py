"""A1: everything that is published of a year as one linear system; how many counts may a blank stand for?"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from services.reporting.disclosure.audit import possible
from tests.attack.published import Year

pytestmark = pytest.mark.timeout(300)


def fallen(published: Year, reach: int, sample: int) -> tuple[list[str], int, int]:
    """The blanks whose true count is certain (as claims to print), the fewest values of any, and how many were tried."""
    linked = published.block(reach)
    blanks = [
        (i, codes) for i, grid in enumerate(published.grids) for codes, cell in published.shown[grid.table].items()
        if cell.value is None and 0 < grid[codes].n < 10
    ]  # fmt: skip
    tried = random.Random(1).sample(blanks, min(sample, len(blanks)))
    claims, fewest = [], 1 << 30
    for place in tried:
        values = possible(linked, place)
        fewest = min(fewest, len(values))
        if len(values) == 1:
            table = published.grids[place[0]].table
            claims.append(f"{table} {' '.join(place[1])} = {values[0]}")
            assert published.truth(table, place[1]) == values[0]
    print(*claims, sep="\n")
    return claims, fewest, len(tried)


@pytest.mark.parametrize("size", [3000, pytest.param(12000, marks=pytest.mark.long)])
def test_no_blank_has_fewer_than_five_possible_values(size: int) -> None:
    claims, fewest, tried = fallen(Year.of(size), reach=5, sample=40)
    assert tried == 40
    assert not claims
    assert fewest >= 5


@pytest.mark.parametrize("size", [3000, pytest.param(12000, marks=pytest.mark.long)])
def test_without_noise_blanks_fall(size: int, planted: Callable[[str], None]) -> None:
    planted("gate_without_noise")
    claims, _, tried = fallen(Year.of(size), reach=0, sample=40)
    assert len(claims) >= tried // 4, f"only {len(claims)} of {tried} fell: the attack is too weak to prove anything"
