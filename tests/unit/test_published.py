"""The published tables and the people they count."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from cli.data.published import GROUPS, load
from shared.codes import country
from tests.harness import philippines

PHILIPPINES = Path(__file__).parents[1] / "data"


def test_the_tables_hold_what_was_published() -> None:
    tables = load()
    assert len(tables.months) == 86
    assert (tables.months[0], tables.months[-1]) == ("2018-01", "2025-04")
    assert not {"2020-04", "2020-05"} & set(tables.months)
    assert sum(map(tables.total, tables.months)) == 1_191_581
    assert max(tables.months, key=tables.total) == "2023-10"
    assert tables.total("2023-10") == 102_008
    assert dict(tables.by_group["2020-07"]).keys() == {"men"}
    assert sum(tables.total(month) for month in ("2020-06", "2020-07", "2020-08", "2020-09")) == 895


def test_double_rows_are_summed_and_codes_are_ours() -> None:
    by_nationality = load().by_nationality
    assert sum(map(len, by_nationality.values())) == 4163
    used = {code for counts in by_nationality.values() for code in counts}
    assert len(used) == 169
    assert used <= country.codes()


def test_every_month_has_one_total_in_both_tables() -> None:
    tables = load()
    assert [month for month in tables.months if tables.total(month) != sum(tables.by_nationality[month].values())] == []


@pytest.mark.parametrize("month", ["2018-01", "2020-06", "2020-07", "2023-10", "2025-04"])
def test_the_people_of_a_month_give_both_margins_back(month: str) -> None:
    tables = load()
    people = list(tables.people(month))
    assert Counter(group for group, _ in people) == Counter(tables.by_group[month])
    assert Counter(nationality for _, nationality in people) == Counter(tables.by_nationality[month])
    assert {group for group, _ in people} <= set(GROUPS)


def test_the_people_are_the_same_every_time() -> None:
    first = list(load().people("2020-09"))
    load.cache_clear()
    assert list(load().people("2020-09")) == first


def test_the_philippine_tables_are_complete() -> None:
    with (PHILIPPINES / "philippines_emigrants_by_sex.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["MALE"]) + int(row["FEMALE"]) for row in rows) == 2_515_729
    assert len(list(PHILIPPINES.glob("philippines_emigrants_by_*.csv"))) == 5


@pytest.mark.parametrize("year", ["1981", "1988", "2009", "2020"])
def test_the_philippine_margins_are_of_the_same_people(year: str) -> None:
    """What a margin falls short of the table by sex is unknown, never lost."""
    short = {"2009": ("region", 93), "1988": ("occupation", 1)}
    for size in (None, 300):
        made = philippines.margins(year, size)
        assert {sum(counts.values()) for counts in made.values()} == {size or sum(made["sex"].values())}
    if year in short:
        name, missing = short[year]
        assert philippines.margins(year)[name]["_U"] == missing
    assert sum(n for n, _ in philippines.batches(year, 300, most=70)) == 300
