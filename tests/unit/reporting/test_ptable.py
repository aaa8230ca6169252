"""G3's noise: what section 8 of the statistics chapter promises of it, in whole numbers where it says exactly."""

from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.disclosure.keys import pads, record_key
from services.reporting.disclosure.ptable import SMALL, M, PTable, make

TABLE = make(5, 3.0)


def weights(table: PTable, n: int) -> dict[int, int]:
    d, cumulative = table.rows[n]
    return dict(zip(d.tolist(), np.diff(cumulative, prepend=0).tolist(), strict=True))


@pytest.mark.parametrize(("bound", "variance"), [(5, 3.0), (5, 2.2), (5, 4.0), (6, 2.6), (6, 4.0), (7, 2.6), (7, 4.0)])
def test_noise_has_no_bias_and_the_variance_asked_for(bound: int, variance: float) -> None:
    for n, (_, cumulative) in make(bound, variance).rows.items():
        each = weights(make(bound, variance), n)
        assert cumulative[-1] == M
        assert sum(d * w for d, w in each.items()) == 0
        assert sum(d * d * w for d, w in each.items()) / M == pytest.approx(variance, abs=5e-8 * 10)


def test_nothing_is_shown_as_one_or_two_nor_below_zero() -> None:
    for n in TABLE.rows:
        assert {n + d for d in weights(TABLE, n)} <= {0, *range(SMALL + 1, n + 6)}
        assert max(map(abs, weights(TABLE, n))) <= 5


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, {0: 0.734, 3: 0.137, 4: 0.073, 5: 0.037, 6: 0.019}),
        (3, {0: 0.204, 3: 0.394, 4: 0.247, 5: 0.111, 6: 0.035, 7: 0.008, 8: 0.001}),
        (8, {8: 0.229, 7: 0.194, 9: 0.194, 6: 0.119, 10: 0.119, 5: 0.052, 4: 0.017, 3: 0.004}),
    ],
)
def test_the_outputs_of_the_published_rows(n: int, expected: dict[int, float]) -> None:
    shown = {n + d: w / M for d, w in weights(TABLE, n).items()}
    for v, p in expected.items():
        assert shown[v] == pytest.approx(p, abs=5e-4), v


def test_a_small_count_is_never_shown_as_it_is() -> None:
    unchanged = {n: weights(TABLE, n).get(0, 0) / M for n in TABLE.rows}
    assert unchanged[1] == unchanged[2] == 0
    assert (round(unchanged[3], 2), round(unchanged[4], 2)) == (0.39, 0.27)
    assert max(unchanged[n] for n in range(5, 9)) <= 0.235


@pytest.mark.parametrize(("bound", "variance"), [(5, 1.9), (5, 5.0), (7, 2.0)])
def test_what_cannot_be_had_is_refused(bound: int, variance: float) -> None:
    with pytest.raises(ValueError, match="draw another"):
        make(bound, variance)


@given(n=st.integers(1, 10**6), key=st.integers(0, 2**62))
def test_noise_depends_on_count_and_key_alone(n: int, key: int) -> None:
    first = TABLE.noise(n, key)
    assert first == make(5, 3.0).noise(n, key) == TABLE.noise(n, key % M)
    assert abs(first) <= 5
    assert TABLE.noise(0, key) == 0


@given(seed=st.binary(min_size=32, max_size=32), of=st.uuids())
@settings(max_examples=50)
def test_a_key_is_the_same_wherever_it_is_reckoned(seed: bytes, of: UUID) -> None:
    import hashlib

    inner, outer = pads(seed)
    told = b"person\0" + of.bytes
    digest = hashlib.sha256(outer + hashlib.sha256(inner + told).digest()).digest()
    assert record_key(seed, "person", of) == int.from_bytes(digest[:4], "big") & 0x7FFFFFFF
    assert 0 <= record_key(seed, "person", of) < M
    assert record_key(seed, "person", of) != record_key(seed, "fact", of)
    assert record_key(seed, "group", of, 0) != record_key(seed, "group", of, 1)
