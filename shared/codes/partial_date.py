"""Dates of which only the year or the month may be known: YYYY, YYYY-MM, YYYY-MM-DD."""

import re
from datetime import date, timedelta

_SHAPE = re.compile(r"(19|20)\d\d(-\d\d(-\d\d)?)?", re.ASCII)
_REST = {4: "-01-01", 7: "-01", 10: ""}


def valid(text: str) -> bool:
    if _SHAPE.fullmatch(text) is None:
        return False
    try:
        first_day(text)
    except ValueError:  # a thirteenth month, 30 February
        return False
    return True


def precision(text: str) -> str:
    """`Y`, `M` or `D`. A year counts in years only, a month in months and coarser (statistics.md section 2)."""
    return "Y" if len(text) == 4 else "M" if len(text) == 7 else "D"


def first_day(text: str) -> date:
    return date.fromisoformat(text + _REST[len(text)])


def last_day(text: str) -> date:
    first = first_day(text)
    match precision(text):
        case "Y":
            return first.replace(month=12, day=31)
        case "M":
            return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        case _:
            return first


def middle(text: str) -> date:
    """The day at which an age is taken: 1 July of a year, the 15th of a month, else the day itself (statistics.md section 2)."""
    match precision(text):
        case "Y":
            return first_day(text).replace(month=7)
        case "M":
            return first_day(text).replace(day=15)
        case _:
            return first_day(text)
