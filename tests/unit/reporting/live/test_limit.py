"""What is expected of a day, and from which count on it is a surge."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.live.limit import FLOOR, YEAR_DAYS, Expected, expect, ratio, season_of


def test_a_steady_centre_expects_its_own_mean() -> None:
    assert expect([20] * 56) == Expected(20.0, 1.0)


def test_the_limit_is_by_chance_by_half_as_much_again_and_never_below_ten() -> None:
    assert Expected(20.0, 1.0).limit == pytest.approx(20 + 3.5 * 20**0.5)
    assert Expected(100.0, 1.0).limit == 150.0
    assert Expected(0.5, 1.0).limit == FLOOR


def test_a_weekday_counts_half_of_what_it_seems() -> None:
    week = [14, 14, 14, 14, 14, 0, 0]  # mean 10: factors 1.2 and 0.5
    closed = expect([*(week * 8)[:-2], 0, 0])
    assert closed.rate == pytest.approx(1.2 * (14 / 1.2 * 5) / 7)
    assert expect([0, 0, *(week * 8)[:-2]]).rate == pytest.approx(0.5 * (14 / 1.2 * 5) / 7)


def test_seven_days_expect_the_sum_of_their_days() -> None:
    week = [14, 14, 14, 14, 14, 0, 0]
    assert expect(week * 8, days=7).rate == pytest.approx(sum([1.2] * 5 + [0.5] * 2) * (14 / 1.2 * 5) / 7)


def test_one_surge_does_not_widen_the_limit() -> None:
    calm = [20, 22, 18, 21, 19, 20, 23] * 8
    assert expect([*calm[:-1], 200]).spread == pytest.approx(expect(calm).spread, abs=0.6)


def test_below_three_a_day_the_plain_mean_of_squares_is_taken() -> None:
    rare = [0, 0, 0, 0, 0, 0, 7] * 8
    assert expect(rare).spread > 1
    assert expect([1] * 56).spread == 1.0


def test_a_centre_that_counted_nobody_expects_nobody() -> None:
    assert expect([0] * 56) == Expected(0.0, 1.0)


def test_four_weeks_are_the_least() -> None:
    with pytest.raises(ValueError, match="28 are the least"):
        expect([5] * 27)
    assert expect([5] * 30).rate == pytest.approx(5.0)


def test_last_years_season_counts_from_thirteen_months_on() -> None:
    year = [10] * YEAR_DAYS
    assert season_of(year[1:]) == 1.0
    # A year ago the fortnight around this day was 1.2 times the four weeks before it.
    year[-364 - 7 : -364 + 7] = [12] * 14
    assert season_of(year) == pytest.approx(1.2)
    assert season_of([10, *year]) == pytest.approx(1.2)


def test_the_season_stays_within_bounds() -> None:
    assert ratio([90] * 14, [10] * 28) == 1.5
    assert ratio([1] * 14, [10] * 28) == 0.67
    assert ratio([5] * 14, [0] * 28) == 1.0


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])  # long lists, on a machine that others use
@given(st.lists(st.integers(0, 5000), min_size=28, max_size=60), st.sampled_from([1, 7]))
def test_whatever_came_before_there_is_a_limit(history: list[int], days: int) -> None:
    expected = expect(history, days=days)
    assert expected.rate >= 0
    assert expected.spread >= 1
    assert expected.limit >= max(FLOOR, 1.5 * expected.rate)
