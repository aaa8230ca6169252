"""A2: two published figures of which one holds the other's people and a few more: who are the few?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.reporting.disclosure.cells import CellName, coarser, name_of
from tests.attack.published import Year, probabilities

PRIOR = range(1, 25)


def pairs(published: Year) -> list[tuple[CellName, CellName]]:
    """(larger, smaller), both published, whose true difference is 1 to 9."""
    found: set[tuple[CellName, CellName]] = set()
    for grid in published.grids:
        for codes in grid.every():
            small = name_of(grid, codes)
            if small not in published.figures:
                continue
            for large in coarser(grid, codes):
                if large in published.figures and 0 < published.true[large] - published.true[small] < 10:
                    found.add((large, small))
    return sorted(found, key=str)


def posterior(published: Year, seen: int) -> dict[int, float]:
    """Of the difference, given the difference of the figures; both counts are large, so their noises are alike."""
    noise = probabilities(published.table, 100)
    odds = {d: sum(p * noise.get(seen - d + e, 0.0) for e, p in noise.items()) for d in PRIOR}
    whole = sum(odds.values())
    return {d: each / whole for d, each in odds.items()} if whole else {}


def guesses(published: Year) -> tuple[float, float, int]:
    """Share of exact guesses, the surest posterior, number of pairs."""
    hits, surest, tried = 0, 0.0, 0
    for large, small in pairs(published):
        seen = published.figures[large][0] - published.figures[small][0]
        truth = published.true[large] - published.true[small]
        told = posterior(published, seen)
        if not told:
            continue
        guess = max(told, key=lambda d: (told[d], -abs(d - seen)))
        hits, surest, tried = hits + (guess == truth), max(surest, told[guess]), tried + 1
    return hits / max(tried, 1), surest, tried


@pytest.mark.parametrize("size", [3000, pytest.param(12000, marks=pytest.mark.long)])
def test_a_difference_of_a_few_is_guessed_no_better_than_noise_allows(size: int) -> None:
    worlds = [guesses(Year.of(size, seed)) for seed in (7, 8)]
    tried = sum(world[2] for world in worlds)
    assert tried >= 60
    assert sum(world[0] * world[2] for world in worlds) / tried <= 0.25
    assert max(world[1] for world in worlds) <= 0.9


def test_without_noise_every_difference_is_plain(planted: Callable[[str], None]) -> None:
    planted("gate_without_noise")
    published = Year.of(3000)
    plain = [published.figures[a][0] - published.figures[b][0] == published.true[a] - published.true[b] for a, b in pairs(published)]
    assert len(plain) >= 30
    assert all(plain)
