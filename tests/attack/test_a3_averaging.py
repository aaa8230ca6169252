"""A3: the same count along many routes (as it is, as sums of its parts in other tables), weighted by their noise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from services.reporting.disclosure.cells import TOTAL, Axis, CellName, Grid, name_of
from tests.attack.published import Year
from tests.harness.population import A5, AREA, EDU, NEW_CLIENTS, SEX, TYPE

YEARLY = {"Y1": (AREA, SEX), "Y2": (EDU, SEX), "Y3": (AREA, EDU), "Y4": (AREA, A5), "Y5": (A5, SEX)}
"""Five tables of the same people: every margin stands in three of them."""


def routes(published: Year) -> dict[CellName, list[tuple[float, int]]]:
    """Cell -> (estimate, number of noises in it): published directly, or added up along an axis of some table."""
    found: dict[CellName, list[tuple[float, int]]] = {}
    for name, figures in published.figures.items():
        # Where tables tell different figures of one count each is a route of its own.
        found[name] = [(float(v), 1) for v in sorted(set(figures))]
    for grid in published.grids:
        for name, parts in _sums(grid):
            values = [published.figures.get(part) for part in parts]
            if name in found and all(values):
                found[name].append((float(sum(v[0] for v in values if v)), len(parts)))
    return found


def _sums(grid: Grid) -> Iterator[tuple[CellName, list[CellName]]]:
    for codes in grid.every():
        for place, axis in enumerate(grid.axes):
            if codes[place] == TOTAL and axis is not TYPE:  # somebody may be of several types
                yield name_of(grid, codes), [name_of(grid, (*codes[:place], code, *codes[place + 1 :])) for code in axis.codes]


def errors(tables: Mapping[str, tuple[Axis, ...]], size: int, seeds: Iterable[int], directly: int) -> np.ndarray:
    """Estimate less truth for every cell that at least `directly` tables publish, along all its routes."""
    found = []
    for seed in seeds:
        published = Year.of(size, seed, tables)
        for name, several in routes(published).items():
            if len(several) > 1 and len(published.figures[name]) >= directly:
                weights = np.array([1 / count for _, count in several])
                estimate = float(weights @ np.array([value for value, _ in several]) / weights.sum())
                found.append(round(estimate, 6) - published.true[name])
    return np.array(found)


def test_averaging_over_all_routes_gains_nothing() -> None:
    error = errors(NEW_CLIENTS, 12000, (7, 8), 1)
    assert len(error) >= 40
    assert np.mean(np.rint(error) == 0) <= 0.35
    assert error.std() >= 1.3
    again = errors(YEARLY, 3000, range(12), 3)
    assert len(again) >= 60
    assert again.std() >= 1.3


def test_with_noise_of_its_own_in_each_table_averaging_pays(planted: Callable[[str], None]) -> None:
    planted("gate_draws_noise_for_each_table")
    error = errors(YEARLY, 3000, range(12), 3)
    assert len(error) >= 60
    assert error.std() < 1.3
