"""Working days and the three timers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.codes.calendar import Calendar, add_calendar_days, add_hours, add_working_days, calendar

MANILA = "Asia/Manila"
SENT = datetime.fromisoformat("2026-03-05T10:15+08:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_worked_example_of_antique() -> None:
    """events.md section 8: 28 days end on Maundy Thursday, so the service lapses on Monday."""
    assert add_working_days(SENT, 3, MANILA, "PH-ANT") == at("2026-03-10T17:00+08:00")
    assert add_working_days(SENT, 6, MANILA, "PH-ANT") == at("2026-03-13T17:00+08:00")
    assert add_calendar_days(SENT, 14, MANILA, "PH-ANT") == at("2026-03-19T17:00+08:00")
    assert add_calendar_days(SENT, 28, MANILA, "PH-ANT") == at("2026-04-06T17:00+08:00")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-05T16:59:59+08:00", "2026-03-06T17:00+08:00"),
        ("2026-03-05T17:00+08:00", "2026-03-09T17:00+08:00"),  # closed: day 0 is Friday
        ("2026-03-07T09:00+08:00", "2026-03-10T17:00+08:00"),  # Saturday: day 0 is Monday
        ("2026-03-05T23:30Z", "2026-03-09T17:00+08:00"),  # already Friday in Manila
        ("2026-04-01T09:00+08:00", "2026-04-06T17:00+08:00"),  # Holy Week
        ("2026-02-10T09:00+08:00", "2026-02-12T17:00+08:00"),  # the 11th is kept in Antique alone
    ],
)
def test_a_working_day_counts_from_day_zero(start: str, due: str) -> None:
    assert add_working_days(at(start), 1, MANILA, "PH-ANT") == at(due)


def test_a_province_keeps_its_own_days() -> None:
    day = date(2026, 2, 11)
    assert not calendar("PH-ANT").working(day)
    assert calendar("PH-MAS").working(day)
    assert calendar("PH-ANT").holiday(day) == "Governor Evelio B. Javier Day"
    assert calendar("PH-MGN").holiday(date(2027, 1, 21)) == "Bangsamoro Foundation Day"
    assert calendar("PH-MGS").holiday(date(2026, 5, 26)) == "Day of Arafah"
    assert calendar("PH-ANT").working(date(2026, 5, 26))


def test_a_special_working_day_works(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"calendar": "PH-ZZZ", "month_day": "03-05", "date": "", "name": "x", "source": "y"}
    for kind, works in (("SPECIAL_WORKING", True), ("SPECIAL_NON_WORKING", False), ("REGULAR", False)):
        monkeypatch.setattr("shared.codes.calendar.rows", lambda _, kind=kind: [{**row, "kind": kind}])
        assert Calendar("PH-ZZZ").working(SENT.date()) is works


@pytest.mark.parametrize(("year", "days"), [(2024, 21), (2025, 22), (2026, 20), (2027, 20)])
def test_the_national_holidays_are_those_without_work(year: int, days: int) -> None:
    new_year = date(year, 1, 1)
    every = [new_year + timedelta(days=n) for n in range(366) if (new_year + timedelta(days=n)).year == year]
    assert sum(calendar("PH").holiday(day) is not None for day in every) == days


def test_another_country_has_other_holidays() -> None:
    assert calendar("HN-EP").holiday(date(2026, 9, 15)) is not None
    assert calendar("HN-EP").working(date(2026, 4, 9))
    assert not calendar("PH-ANT").working(date(2026, 4, 9))


def test_hours_run_through_nights_and_holidays() -> None:
    assert add_hours(at("2026-04-02T22:00+08:00"), 24) == at("2026-04-03T22:00+08:00")
    assert add_hours(SENT, 2).isoformat() == "2026-03-05T12:15:00+08:00"


def test_a_due_date_is_told_in_the_centre_s_zone() -> None:
    due = add_calendar_days(SENT.astimezone(UTC), 14, "America/Tegucigalpa", "HN-EP")
    assert due.isoformat() == "2026-03-18T17:00:00-06:00"


def test_a_timer_needs_an_instant_and_runs_forward() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        add_working_days(datetime(2026, 3, 5, 10), 1, MANILA, "PH-ANT")  # noqa: DTZ001 - the mistake under test
    with pytest.raises(ValueError, match="forward"):
        add_calendar_days(SENT, -1, MANILA, "PH-ANT")
