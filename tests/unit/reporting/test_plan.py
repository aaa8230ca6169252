"""Which statement answers a question: the narrowest roll-up that can, else the facts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.reporting.figures.period import parse
from services.reporting.figures.plan import Place, Plan, Question, age_view, plan
from services.reporting.indicators.catalogue import find
from shared.codes.age import age_class, bands

PLACES = [Place("PH-ANT-01", "0600600000", "Asia/Manila"), Place("HN-EP-01", "HN-EP", "America/Tegucigalpa")]


def planned(
    indicator: str, *by: str, period: str = "2026", where: dict[str, tuple[str, ...]] | None = None, many: int = 1, **more: Any
) -> Plan:
    found = find(indicator)
    assert found is not None
    return plan(Question(series=found[1][0], span=parse(period), by=by, where=where or {}, places=PLACES * many, reach="{}", **more))


@pytest.mark.parametrize(
    ("by", "where", "statement"),
    [
        ((), {}, "cell_person"),
        (("MONTH", "SEX", "A2"), {}, "cell_person"),
        (("QUARTER", "SITE", "A5"), {"SEX": ("F",), "A11": ("Y0T4",)}, "cell_person"),
        (("MONTH", "NAT"), {}, "cell_code"),
        (("MONTH", "SEX", "A2"), {"NAT": ("VEN",)}, "cell_code"),
        (("NAT", "A5"), {}, "fact"),
        (("NAT", "POINT"), {}, "fact"),
        (("MODE",), {}, "fact"),
    ],
)
def test_the_narrowest_roll_up_that_covers_the_question(by: tuple[str, ...], where: Any, statement: str) -> None:
    assert planned("16b", *by, where=where).statement == statement


def test_many_months_of_many_centres_are_no_narrow_question() -> None:
    """A narrow one keeps its plan, which reads range by range; that takes four times as long for a whole roll-up."""
    assert planned("16b", "SEX", "A2").narrow
    assert planned("16b", "MONTH", "NAT", "A2").narrow
    assert not planned("16b", "MONTH", "NAT", "A2", period="2026", many=50).narrow
    assert not planned("30b").narrow


def test_what_no_roll_up_knows_is_counted_from_the_facts() -> None:
    assert planned("16b", period="2026-07-04").statement == "fact"
    assert planned("16b", happened_by=date(2026, 3, 31)).statement == "fact"
    assert planned("16b", known_at=datetime(2026, 3, 31, tzinfo=UTC)).statement == "as_of"
    assert planned("30b").statement == "fact"
    assert planned("38").statement == "referral"


def test_ages_are_put_together_behind_the_count_only_where_counts_add_up() -> None:
    """A person with arrivals at 24 and at 26 is one adult: people are counted by the view that was asked for."""
    arrivals, people = planned("16b", "NAT", "A5"), planned("30b", "A2")
    assert arrivals.merges
    assert "age" in arrivals.params
    assert not people.merges
    assert "a2" in people.params


def test_facts_of_a_year_alone_count_in_years_that_nothing_divides() -> None:
    assert planned("09").params[1:4] == (202600, 202612, True)
    assert planned("09", "YEAR").params[3] is True
    assert planned("09", "MONTH").params[1:4] == (202601, 202612, False)
    assert planned("09", period="2026-Q1").params[3] is False
    assert planned("09", "LANDSEA").params[3] == ["D", "M", "Y"]
    assert planned("09", "LANDSEA", period="2026-Q1").params[3] == ["D", "M"]
    assert planned("09", period="2026-07-04").params[3] == ["D"]


def test_a_site_is_its_centres() -> None:
    assert planned("01", where={"SITE": ("HN-EP",)}).params[4:6] == (["HN-EP-01"], ["HN-EP"])


def test_a_view_of_ages_is_made_of_the_codes_that_facts_hold() -> None:
    assert planned("01", "A5").merges
    assert planned("01", where={"A5": ("Y12T17",)}).params[7] == ["Y12T14", "Y15T17"]
    assert planned("01", where={"A2": ("_U",)}).params[7] == ["_U"]
    assert "Y_GE18" in planned("01", where={"A11": ("_U",)}).params[7]


@pytest.mark.parametrize("month", ["2026-01", "2020-06", "2011-03", "2005-01", "1991-06", "1950-12", None])
@pytest.mark.parametrize("told", ["ADULT", "CHILD", "U"])
def test_views_agree_with_the_codes_of_ages(month: str | None, told: str) -> None:
    found = age_class(month, None, told, date(2026, 3, 31))
    stored = found.a2 if found.a11 == "_U" else found.a11
    assert (age_view("A11", stored), age_view("A5", stored), age_view("A2", stored)) == found
    assert set(bands("A5")) >= {age_view("A5", age) for age in bands("A11")}
