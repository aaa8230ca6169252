"""G3: the noise of a count, by a perturbation table of our own (statistics chapter, section 8).

For each true count the noise is bounded by D, has mean exactly 0 and variance V, and never makes a 1 or 2; among all such
distributions it is the one of maximum entropy. Which noise a count gets is decided by its key alone, so the same people get
the same noise in every table, period and release. `row` is slow and needs scipy: tables are made once, with the secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

M = 1 << 31
"""Cell keys lie in [0, M)."""

SMALL = 2
"""1 and 2 are never shown."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Row = tuple[Integers, Integers]
"""Noise values, ascending, and their cumulative weights of M."""


@dataclass(frozen=True, slots=True)
class PTable:
    """bound: D; variance: V; rows: for n = 1 to D + 3, of which the last serves all larger counts."""

    bound: int
    variance: float
    rows: Mapping[int, Row]

    def noise(self, n: int, key: int) -> int:
        """What is added to a true count. key: sum of record keys, of any size."""
        if n == 0:
            return 0
        d, cumulative = self.rows[min(n, self.bound + 3)]
        return int(d[np.searchsorted(cumulative, key % M, side="right")])


def make(bound: int, variance: float) -> PTable:
    """The table for D and V. Raises ValueError where no such noise exists or a tail would vanish (section 8, last row)."""
    return PTable(bound, variance, {n: row(n, bound, variance) for n in range(1, bound + 4)})


def row(n: int, bound: int, variance: float) -> Row:
    """Noise for a true count n >= 1: the dual of the entropy has two variables and is smooth."""
    from scipy.optimize import minimize

    out = [v for v in range(max(0, n - bound), n + bound + 1) if v == 0 or v > SMALL]
    d = np.array(out, dtype=np.int64) - n
    g: Floats = np.array([d, d * d - variance], float)  # E[g] = 0: no bias, and the variance

    def p_of(t: Floats) -> Floats:
        p: Floats = np.exp(t @ g - (t @ g).max())
        normal: Floats = p / p.sum()
        return normal

    def dual(t: Floats) -> tuple[Any, Floats]:
        z = t @ g
        return z.max() + np.log(np.exp(z - z.max()).sum()), g @ p_of(t)

    def hess(t: Floats) -> Floats:
        p = p_of(t)
        scaled: Floats = (g * p) @ g.T - np.outer(g @ p, g @ p)
        return scaled

    p = p_of(minimize(dual, np.zeros(2), jac=True, hess=hess, method="trust-exact", options={"gtol": 1e-10}).x)
    w: Integers = np.floor(p * M).astype(np.int64)
    w[p.argmax()] += M - w.sum()
    # Rounding left a mean of s / M: s units go from one value to its neighbour.
    s = int(w @ d)
    k = max((i for i in range(len(d) - 1) if d[i + 1] - d[i] == 1), key=lambda i: int(min(w[i], w[i + 1])))
    w[k] += s
    w[k + 1] -= s
    if w.min() <= 0 or w.sum() != M or w @ d != 0 or abs(w @ (d * d) / M - variance) >= 1e-6:
        raise ValueError(f"no noise within {bound} has the variance {variance} for a count of {n}: draw another D or V")
    return d, w.cumsum()
