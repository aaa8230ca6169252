"""Periods as requests name them."""

from __future__ import annotations

from datetime import date

import pytest

from services.reporting.dashboard.content import _year_before
from services.reporting.figures.period import Span, name_of, parse, span
from shared.errors import Rejected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-07-04", date(2026, 7, 4), date(2026, 7, 4)),
    ],
)
def test_a_period_is_its_first_and_last_day(text: str, first: date, last: date) -> None:
    assert parse(text) == Span(first, last)


@pytest.mark.parametrize("text", ["", "26", "2026-13", "2026-00", "2026-Q5", "2026-02-30", "1800", "2026-7", "2026-Q", "٢٠٢٦", "2026 "])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        parse(text)
    assert refused.value.code == "bad-period"


def test_a_span_goes_from_the_start_of_one_period_to_the_end_of_another() -> None:
    assert span(None, "2025-Q4", "2026-01") == Span(date(2025, 10, 1), date(2026, 1, 31))
    for wrong in [("2026", "2025", "2026"), (None, "2026", None), (None, None, None), (None, "2026-02", "2026-01")]:
        with pytest.raises(Rejected):
            span(*wrong)


def test_only_whole_months_may_be_added_up() -> None:
    assert span(None, "2026-01", "2026-03").whole_months
    assert not span(None, "2026-01-02", "2026-03").whole_months
    assert span(None, "2025", "2026").whole_years
    assert not span(None, "2026-01", "2026-11").whole_years
    assert parse("2026").until(date(2026, 3, 31)) == Span(date(2026, 1, 1), date(2026, 3, 31))


def test_periods_are_named_as_they_are_asked_for() -> None:
    assert [name_of("MONTH", "202607"), name_of("QUARTER", "20263"), name_of("YEAR", "2026")] == ["2026-07", "2026-Q3", "2026"]


@pytest.mark.parametrize(("asked", "before"), [("2025-02", "2024-02"), ("2024-02", "2023-02"), ("2026-07", "2025-07")])
def test_a_year_before_a_february_is_a_whole_february(asked: str, before: str) -> None:
    assert _year_before(parse(asked)) == parse(before)
