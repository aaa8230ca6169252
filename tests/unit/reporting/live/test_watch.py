"""From looks at windows to alerts."""

from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.live.limit import Expected
from services.reporting.live.watch import Alert, Level, judge, silent, to_notice

EXPECTED = Expected(20.0, 1.0)  # limit 35.65
T = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(hours=6)


def after(*counts: int) -> Alert | None:
    alert = None
    for number, x in enumerate(counts):
        if alert is not None and alert.cleared:
            alert = None
        alert = judge(alert, x, EXPECTED, T + number * STEP)
    return alert


def level(*counts: int) -> Level | None:
    alert = after(*counts)
    return alert.level if alert else None


def test_below_the_limit_there_is_no_alert() -> None:
    assert after(35) is None


def test_the_first_look_above_it_is_a_watch() -> None:
    assert level(36) is Level.WATCH


def test_two_looks_running_confirm_it() -> None:
    assert level(36, 36) is Level.CONFIRMED
    assert level(36, 20, 36) is Level.WATCH


def test_above_three_times_the_expected_it_is_critical() -> None:
    assert level(60) is Level.WATCH
    assert level(61) is Level.CRITICAL


def test_the_highest_level_stays_until_it_is_cleared() -> None:
    assert level(61, 36) is Level.CRITICAL
    assert level(61, 20, 36) is Level.CRITICAL


def test_two_looks_below_clear_it() -> None:
    once, twice = after(36, 20), after(36, 20, 20)
    assert once is not None
    assert twice is not None
    assert not once.cleared
    assert twice.cleared
    assert level(36, 20, 20, 36) is Level.WATCH


def test_a_window_counts_once_however_often_it_is_looked_at() -> None:
    early = judge(None, 36, EXPECTED, T, whole=False)
    later = judge(early, 40, EXPECTED, T, whole=False)
    over = judge(later, 41, EXPECTED, T)
    assert over is not None
    assert (over.x, over.above, over.level) == (41, 1, Level.WATCH)


def test_a_window_that_is_not_over_can_not_clear() -> None:
    alert = after(36)
    assert judge(alert, 3, EXPECTED, T + STEP, whole=False) == alert
    assert judge(None, 3, EXPECTED, T, whole=False) is None


@pytest.mark.parametrize(("hours", "rate", "means"), [(48, 10, True), (47, 50, False), (200, 9.9, False)])
def test_silence_means_something_where_something_was_due(hours: float, rate: float, means: bool) -> None:
    assert silent(hours, rate) is means


def test_nobody_is_told_twice_a_day() -> None:
    assert to_notice(T, None)
    assert not to_notice(T + timedelta(hours=23), T)
    assert to_notice(T + timedelta(hours=24), T)
