"""How long a person's data are kept, row by row of the table of the domain chapter."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from services.intake.retention.projection import retention
from services.intake.retention.rules import Closed, Kept, RecordClass, due, earliest, last_day_of, term
from shared.eventsourcing.projection import Fact, Op
from shared.region import Retention

RULES = Retention()
LAST = date(2020, 3, 2)


@pytest.mark.parametrize(
    ("kept", "of", "until"),
    [
        (Kept(LAST), "CLIENT", date(2022, 3, 2)),
        (Kept(LAST, [Closed(date(2019, 1, 1))]), "CASE", date(2024, 1, 1)),
        (Kept(LAST, [Closed(date(2016, 1, 1))]), "CASE", date(2022, 3, 2)),
        (Kept(LAST, [Closed(date(2019, 1, 1), protected=True)]), "PROTECTION", date(2026, 1, 1)),
        (Kept(LAST, [Closed(date(2019, 1, 1)), Closed(None)]), "CASE", None),
        (Kept(LAST, [Closed(date(2019, 1, 1))], born=date(2006, 5, 5)), "CASE", date(2031, 5, 5)),
        (Kept(LAST, [Closed(date(2019, 1, 1))], born=date(1990, 5, 5)), "CASE", date(2024, 1, 1)),
        (Kept(LAST, [], born=date(2010, 5, 5)), "CLIENT", date(2022, 3, 2)),
        (Kept(date(2020, 2, 29)), "CLIENT", date(2022, 2, 28)),
    ],
    ids=[
        "no case",
        "a case",
        "spoken with long after",
        "protection",
        "one runs",
        "a child",
        "grown up",
        "a child without a case",
        "leap day",
    ],
)
def test_a_record_is_kept_as_long_as_its_row_says(kept: Kept, of: str, until: date | None) -> None:
    assert term(RULES, kept) == (found := type(term(RULES, kept))(RecordClass(of), until))
    assert due(found, date(2100, 1, 1)) is (until is not None)
    assert until is None or not due(found, until)


def test_a_province_may_keep_longer() -> None:
    assert term(Retention(client_without_case_years=4), Kept(LAST)).until == date(2024, 3, 2)


@example(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(0, 4_000), st.booleans())
def test_whoever_is_due_is_among_those_who_are_looked_at(last: date, since: int, with_case: bool) -> None:
    today = last + timedelta(days=since)
    found = term(RULES, Kept(last, [Closed(last)] if with_case else []))
    assert not due(found, today) or last <= earliest(RULES, today)


def test_the_last_day_of_a_month_of_birth() -> None:
    assert [last_day_of(month) for month in ("2024-02", "2025-12")] == [date(2024, 2, 29), date(2025, 12, 31)]


def ops(kind: str, actor: str = "stf-1", **data: Any) -> list[Op]:
    told = {"ctx": {"centre": "PH-ANT-01", "actor": actor, "subject_id": "c"}, **data}
    at = "2020-03-02T01:00:00Z"
    found = retention.handlers[kind](Fact("t", 0, 0, "s", 1, kind, "e", at, at, "", told))
    return [found] if isinstance(found, Op) else list(found or ())


def test_what_was_done_with_somebody_is_a_contact_and_what_the_clock_did_is_none() -> None:
    assert ops("gabay.intake.consent-withdrawn.v1") == [Op("contact", ("s", "2020-03-02"))]
    assert ops("gabay.intake.consent-withdrawn.v1", actor="system") == []
    assert ops("gabay.intake.encounter-recorded.v1") == []
    assert ops("gabay.intake.encounter-recorded.v1", client_id="c") == [Op("contact", ("c", "2020-03-02"))]
    assert not {"gabay.intake.erasure-requested.v1", "gabay.intake.legal-hold-placed.v1"} & retention.handlers.keys()


def test_a_confidential_case_and_an_assessed_one_are_kept_longer() -> None:
    opened = ops("gabay.casework.case-opened.v1", client_id="c", case_kind="CONFIDENTIAL")
    assert opened[0] == Op("open_case", ("s", "c", True))
    assert ops("gabay.casework.protection-assessed.v1")[0] == Op("protect", ("s",))
    assert ops("gabay.casework.case-reopened.v1")[0] == Op("close_case", ("s", None))
