"""Known absent (08) for each 1,000 inhabitants: reckoned from protected counts, and only where a census counted a place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping

import pytest

from services.reporting.disclosure.cells import HIDDEN, IMPOSSIBLE, Shown, Status
from services.reporting.disclosure.derived import per_1000
from services.reporting.exports.hxl import hxl_schema
from services.reporting.indicators.i08 import INDICATOR
from services.reporting.pages import charts, content
from services.reporting.pages.released import Released
from tests.harness.release import a_release
from tests.unit.reporting.test_exports import a_cube

CENSUS = {"0504100000": 910_813, "0600600000": 643_173, "1600300000": 740_531, "1908800000": 813_243}
"""1 July 2024, as the Philippine Statistics Authority published them."""


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return a_release("2025", only=("I08A",)).files


def test_137_of_masbate_are_15_in_a_hundred_thousand() -> None:
    assert per_1000(Shown(137, Status.SHOWN), 910_813) == Shown(0.15, Status.SHOWN)
    assert per_1000(Shown(0, Status.SHOWN), 643_173) == Shown(0.0, Status.SHOWN)
    assert per_1000(HIDDEN, 643_173) == HIDDEN
    assert per_1000(HIDDEN, None) == per_1000(Shown(137, Status.SHOWN), None) == IMPOSSIBLE


def test_every_figure_is_its_own_count_over_the_census(files: Mapping[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(files["I08A.csv"].decode(), newline="")))
    counts = {(row["REF_AREA"], row["COUNTRY"], row["SEX"]): row for row in rows if row["MEASURE"] == "NUM"}
    rates = {(row["REF_AREA"], row["COUNTRY"], row["SEX"]): row for row in rows if row["MEASURE"] == "PER_1000"}
    assert counts.keys() == rates.keys()
    assert {codes[0] for codes in counts} == {*CENSUS, "_O", "_F", "_U", "_T"}
    for codes, rate in rates.items():
        count, inhabitants = counts[codes], CENSUS.get(codes[0])
        if inhabitants is None:
            assert (rate["OBS_VALUE"], rate["OBS_STATUS"]) == ("", "M"), codes
        elif count["OBS_STATUS"] == "Q":
            assert (rate["OBS_VALUE"], rate["OBS_STATUS"]) == ("", "Q"), codes
        else:
            assert float(rate["OBS_VALUE"]) == round(1000 * int(count["OBS_VALUE"]) / inhabitants, 2), codes
    assert {row["OBS_STATUS"] for row in rates.values()} == {"A", "Q", "M"}


@pytest.mark.parametrize("lang", ["en", "fr", "fil"])
def test_the_page_shows_no_rate_of_no_place(files: Mapping[str, bytes], lang: str) -> None:
    table = Released.read(files[f"I08A{'' if lang == 'en' else f'.{lang}'}.json"], lang)
    rates = [view for view in charts.views(table) if dict(view.at) == {"MEASURE": "PER_1000"}]
    assert [view.rows for view in rates] == ["REF_AREA"]
    grid = charts.grid(table, rates[0])
    assert len(grid.rows) == len(CENSUS)
    assert not grid.foot
    assert "–" in [cell for _, rows in content.whole(table, lang)[1] for row in rows for cell in row]


def test_every_format_knows_the_status_of_what_cannot_exist(files: Mapping[str, bytes]) -> None:
    assert set(json.loads(files["I08A.json"])["status"].values()) == {"Q", "M"}
    assert b"A|Q|M" in hxl_schema(a_cube())
    assert b'"A|Q|M"' in files["I08A.csv-metadata.json"]
    assert b'id="M"' in files["structure.xml"]


@pytest.mark.parametrize(("lang", "said"), [("en", "not prevalence"), ("fr", "non prévalence"), ("fil", "hindi laganap")])
def test_the_method_says_coverage_and_whose_census(lang: str, said: str) -> None:
    assert said in INDICATOR.method[lang]
    assert "2024" in INDICATOR.method[lang]
    assert "2026-1Q" in INDICATOR.method[lang]
