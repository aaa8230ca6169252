"""Declarations: what they name exists, and the tables hold exactly the roll-ups that they speak of."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from services.reporting.figures.routes import LiveQuery
from services.reporting.figures.words import DIMENSIONS, catalogue
from services.reporting.indicators.catalogue import INDICATORS, find
from services.reporting.indicators.declaration import TIME
from shared.codes.label import list_names

FACTS = Path(__file__).parents[3] / "services/reporting/facts"
TABLES = "".join(file.read_text(encoding="utf-8") for file in sorted(FACTS.glob("tables*.sql")))
KINDS = set(re.findall(r"'([a-z-]+)'", "".join(re.findall(r"^return array\[(.*?)\];", TABLES, re.MULTILINE | re.DOTALL))))
SERIES = [pytest.param(s, id=i.id + s.letter) for i in INDICATORS.values() for s in i.series]
COLUMNS = {"sex", "a11", "a5", "a2", "area", "nat", "edu", "isco", "types", "centre", "site", "declined_for"} | {
    f"c{n}" for n in range(1, 7)
}


def test_an_indicator_is_found_by_its_number_and_letter() -> None:
    for name in ("16", "I16", "i16"):
        found = find(name)
        assert found is not None
        assert [s.letter for s in found[1]] == ["a", "b"]
    found = find("16B")
    assert found is not None
    assert [s.kind for s in found[1]] == ["transit"]
    assert find("1") == find("01")
    assert find("16c") is None
    assert find("41") is None


def test_every_series_of_the_catalogue_can_be_asked_for() -> None:
    names = [f"{indicator.id}{series.letter}" for indicator in INDICATORS.values() for series in indicator.series]
    assert [name for name in names if LiveQuery(indicator=name, period="2026").indicator != name or find(name) is None] == []


@pytest.mark.parametrize("series", SERIES)
def test_a_series_divides_by_columns_that_facts_have(series) -> None:  # type: ignore[no-untyped-def]
    if series.outcome:
        assert f"select '{series.kind}'" in TABLES
        assert not series.margins
    else:
        assert series.kind in KINDS
        assert not series.latest
        assert series.window is None
    for dimension in series.dimensions.values():
        assert dimension.column in COLUMNS
        assert dimension.name in DIMENSIONS
        assert not dimension.codes or dimension.codes in list_names()
    assert set(series.margins) <= set(series.dimensions)


def test_the_roll_ups_are_those_that_the_declarations_name() -> None:
    rows = re.findall(r"\('(\w+)', '(\w+)', (true|false)\)", TABLES)
    declared = {
        (series.kind, series.dimensions[name].column, str(series.dimensions[name].many).lower())
        for indicator in INDICATORS.values()
        for series in indicator.series
        for name in series.margins
    }
    assert set(rows) == declared


@pytest.mark.parametrize("lang", ["en", "fr", "fil"])
def test_the_catalogue_has_words_for_everything(lang: str) -> None:
    for item in catalogue(lang):
        assert item["title"]
        assert item["method"]
        for series in item["series"]:
            names = [each["dimension"] for each in series["dimensions"]]
            assert names[:3] == list(TIME)
            assert all(each["title"] for each in series["dimensions"])


def test_the_example_of_the_page_is_an_indicator() -> None:
    text = (Path(__file__).parents[3] / "docs" / "howto" / "add-an-indicator.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^   ```python\n(.*?)^   ```$", text, re.MULTILINE | re.DOTALL)
    made: dict[str, Any] = {}
    exec(textwrap.dedent(block), made)  # noqa: S102  # our own page
    [series], [table] = made["INDICATOR"].series, made["PUBLIC"]
    assert made["INDICATOR"].id not in INDICATORS, "the example is one of ours by now: take another"
    test_a_series_divides_by_columns_that_facts_have(series)
    assert set(table.by) <= set(series.dimensions)
    assert set(made["INDICATOR"].title) == set(made["INDICATOR"].method) == {"en", "fr", "fil"}
