"""Until when a person's data are kept (domain chapter, section 11). Pure: the region's times in, a day out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from shared.codes import MAJORITY
from shared.region import Retention

MONTHS: Final = 12


class RecordClass(StrEnum):
    """A row of the retention table that erases people."""

    CLIENT = "CLIENT"
    CASE = "CASE"
    PROTECTION = "PROTECTION"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True)
class Closed:
    """A case. on: the day of its closure, None while it runs."""

    on: date | None
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a person's record. born: the latest day on which they may have been born; None if nobody knows."""

    last_contact: date
    cases: Sequence[Closed] = ()
    born: date | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """until: the last day on which the data are kept, None while a case runs: then they are needed."""

    of: RecordClass
    until: date | None


def term(rules: Retention, kept: Kept) -> Term:
    """The longest of the times that hold for a person: since the last contact, since each closure, and for a child to an age.

    A case of somebody who was a child when it was closed is kept to `child_until_age`, if that is later. What intake cannot
    know (which kind of protection matter) is kept for the longer time.
    """
    of = RecordClass.CLIENT
    if kept.cases:
        of = RecordClass.PROTECTION if any(case.protected for case in kept.cases) else RecordClass.CASE
    closures = [case.on for case in kept.cases if case.on is not None]
    if len(closures) < len(kept.cases):
        return Term(of, None)
    days = [after(kept.last_contact, rules.client_without_case_years)]
    days += [after(case.on, rules.protection_years if case.protected else rules.case_years) for case in kept.cases if case.on]
    if kept.born and any(on < after(kept.born, MAJORITY) for on in closures):
        days.append(after(kept.born, rules.child_until_age))
    return Term(of, max(days))


def term_of_duplicate(rules: Retention, merged_on: date) -> Term:
    """Of the second registration of one person: time enough to take the merge back, since nothing else needs two of them."""
    return Term(RecordClass.DUPLICATE, merged_on + timedelta(days=rules.rejected_duplicate_days))


def proof_is_over(rules: Retention, erased_on: date, today: date) -> bool:
    """Whether nobody is shown any more what somebody who was forgotten had consented to."""
    return after(erased_on, rules.consent_proof_years) < today


def earliest(rules: Retention, today: date) -> date:
    """Whoever was spoken with after this day is due in no case."""
    return after(today, -rules.client_without_case_years)


def due(found: Term, today: date) -> bool:
    """Whether the time is over."""
    return found.until is not None and found.until < today


def after(day: date, years: int) -> date:
    """The same day of another year; of 29 February the day before 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def last_day_of(month: str) -> date:
    """Of a month `YYYY-MM`: whoever was born in it was born by then."""
    year, number = map(int, month.split("-"))
    following = date(year + number // MONTHS, number % MONTHS + 1, 1)
    return following - timedelta(days=1)
