"""Charts and tables of pages, out of frozen JSON-stat."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.reporting.disclosure.cells import HIDDEN, Shown, Status
from services.reporting.exports.cube import EVERYBODY, Column
from services.reporting.exports.jsonstat import json_stat
from services.reporting.pages import charts, content, words
from services.reporting.pages.charts import View
from services.reporting.pages.released import Axis, Released
from services.reporting.pages.text import read
from tests.harness.release import a_release
from tests.unit.reporting.test_exports import AREAS, a_cube


def a_table(lang: str = "en", **changes: Any) -> Released:
    return Released.read(json_stat(a_cube(**changes), lang), lang)


BY_AREA = View("REF_AREA", "SEX")


def test_a_released_table_reads_its_cells_by_code() -> None:
    table = a_table()
    assert (table.name, table.release, table.period, table.indicator) == ("I01B", "PH-2026Q3.0", "2026-Q3", "01")
    assert table.value({"REF_AREA": "0504100000", "SEX": "F"}) == 148
    assert table.value({"REF_AREA": "0600600000", "SEX": "M"}) is None
    assert table.value({"REF_AREA": "0600600000"}) == 70


def test_a_view_puts_sexes_into_columns() -> None:
    assert charts.views(a_table()) == [BY_AREA]


def test_a_suppressed_figure_is_a_q_in_the_grid() -> None:
    grid = charts.grid(a_table("fr"), BY_AREA)
    assert grid.columns == ["Province", "Femmes", "Hommes", "Total"]
    assert grid.rows == [["Masbate", "148", "91", "241"], ["Antique", "62", "Q", "70"]]


def test_pairs_of_bars_name_each_sex() -> None:
    drawn = charts.drawing(a_table(), BY_AREA)
    assert drawn["shape"] == "pairs"
    assert [(bar["name"], bar["part"], bar["value"], bar["shown"]) for bar in drawn["bars"]] == [
        ("Masbate", "Female", 148, "148"), ("Masbate", "Male", 91, "91"), ("Antique", "Female", 62, "62"), ("Antique", "Male", None, "Q"),
    ]  # fmt: skip


def test_what_is_suppressed_stands_behind_what_is_shown_in_the_order_of_the_list() -> None:
    table = a_table(values=(None, None, None, 62, None, 70))
    assert [bar["name"] for bar in charts.drawing(table, View("REF_AREA"))["bars"]] == ["Antique", "Masbate"]


def test_a_chart_in_the_order_of_its_list_has_the_rows_of_the_table_beside_it() -> None:
    ages = {code: dict.fromkeys(("en", "fr", "fil"), code) for code in ("Y0T4", "Y5T11", "Y12T17", "_U")}
    values = dict(zip(ages, (0, 34, None, 0), strict=True))
    cells = {(code,): HIDDEN if n is None else Shown(n, Status.SHOWN) for code, n in values.items()}
    table, by_age = a_table(columns=(Column("AGE", EVERYBODY, "CL_A5", ages),), cells=cells), View("AGE")
    assert [bar["name"] for bar in charts.drawing(table, by_age)["bars"]] == ["Y5T11", "Y12T17"]
    assert [row[0] for row in charts.grid(table, by_age, short=True).rows] == ["Y5T11", "Y12T17"]


def test_the_finding_says_how_much_is_suppressed() -> None:
    assert charts.finding(a_table(), BY_AREA) == "Masbate is first with 241. Next is Antique with 70."
    hidden = a_table("fil", values=(None, None, None, 62, None, 70))
    assert charts.finding(hidden, BY_AREA) == "Nangunguna ang Antique na may 70. Mga itinagong bilang (Q): 1 sa 2."
    assert charts.finding(a_table(values=(0,) * 6), BY_AREA) == "None or very few in this period."


def test_a_line_has_a_gap_where_a_month_is_suppressed() -> None:
    at = {"REF_AREA": "0600600000", "SEX": "M"}
    tables = [a_table(period=f"2026-0{n}", values=(1, 1, 1, 1, value, 1)) for n, value in enumerate((20, None, 30), 1)]
    drawn, grid, said = charts.series(tables, [("Men", at)], "en")
    assert drawn["lines"][0]["values"] == [20, None, 30]
    assert [row[1] for row in grid.rows] == ["20", "Q", "30"]
    assert said == "Most in March 2026 (30), fewest in January 2026 (20)."


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_every_word_is_there_in_each_language(lang: str) -> None:
    assert all(each[lang] for each in charts.WORDS.values())
    assert words.period("2026-Q1", lang) != "2026-Q1"


def test_languages_write_numbers_and_periods_as_people_do() -> None:
    assert [words.number(12345, lang) for lang in words.LANGUAGES] == ["12,345", "12\u202f345", "12,345"]
    assert [words.period("2026-Q1", lang) for lang in words.LANGUAGES] == [
        "Quarter 1 of 2026",
        "1er trimestre 2026",
        "Ika-1 kuwarter ng 2026",
    ]
    assert [words.month("2026-08", lang) for lang in words.LANGUAGES] == ["August 2026", "août 2026", "Agosto 2026"]
    assert words.share(37, "fr") == "37\u00a0%"


def test_the_drawing_of_a_suppressed_figure_is_one_hatched_tick() -> None:
    svg = charts.chart(a_table(), BY_AREA, look=charts.PRINT)
    assert svg.count("url(#hatch-") == 1
    assert ">148  Female<" in svg
    assert "aria-hidden" in svg
    assert "#0072b2" in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
    assert charts.chart(a_table(), BY_AREA, look=charts.PRINT) == svg


def test_a_finding_names_the_rest_where_nobody_has_a_name_of_their_own() -> None:
    abroad = {"0504100000": AREAS["0504100000"], "_F": {"en": "Abroad", "fr": "À l'étranger", "fil": "Sa ibang bansa"}}
    columns = (Column("REF_AREA", EVERYBODY, "CL_PSGC_2026_1Q", abroad),)
    table = a_table(columns=columns, cells={("0504100000",): Shown(0, Status.SHOWN), ("_F",): Shown(1160, Status.SHOWN)})
    assert charts.finding(table, View("REF_AREA")) == "Abroad is first with 1,160."


def on_time(part: float | None, whole: float, percent: float | None) -> dict[str, Released]:
    measures = Axis("MEASURE", "Measure", {code: code for code in ("NUM", "DEN", "PCT")})
    cells = {("NUM",): part, ("DEN",): whole, ("PCT",): percent}
    told = {"name": "I37A", "release": "PH-2026Q3.0", "period": "2026-Q3", "lang": "en", "title": "On time", "note": "", "method": ""}
    return {"I37A": Released(**told, axes=(measures,), cells=cells)}


def test_a_share_of_nothing_is_neither_a_key_figure_nor_hidden_from_anybody() -> None:
    nobody = on_time(0, 0, None)
    assert content.key_figures(nobody, {}, "en") == []
    assert content.sections(nobody, "en") == ([], [nobody["I37A"]])


def test_a_hidden_share_is_not_said_to_be_a_small_number() -> None:
    [key] = content.key_figures(on_time(None, 40, None), {}, "en")
    assert (key.value, key.why) == (None, "too few to give a share")


ENDS = (("en", ""), ("fr", ".fr"), ("fil", ".fil"))


def test_french_keeps_its_space_before_a_colon() -> None:
    """One that does not break; the words come from here, or are put together here."""
    texts = read("services.reporting.pages")
    table = a_release("2026-Q3", only=("I30A",))
    told = {lang: content.subject(Released.read(table.files[f"I30A{end}.json"], lang), (("MEASURE", "B"),), lang) for lang, end in ENDS}
    assert told == {"en": "Services: persons", "fr": "Services\u00a0: personnes", "fil": "Mga serbisyo: mga tao"}
    assert [key for key, text in texts["fr"].items() if re.search(r"\w:(\s|$)", text)] == []
