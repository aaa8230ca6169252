"""Bulletin, packs and flow: what they say, read back by a program that did not write them (statistics chapter, section 13)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from services.reporting.documents import content, keyfigures
from services.reporting.documents.bulletin import bulletin
from services.reporting.documents.links import links
from services.reporting.documents.name import INDICATORS, file_of, link_of, pack_of
from services.reporting.documents.pack import pack
from services.reporting.documents.sheet import Sheet, Target
from services.reporting.documents.shelf import Shelf, figure, needed
from services.reporting.documents.texts import TEXTS
from services.reporting.documents.typeset import pdf
from services.reporting.exports.jsonstat import json_stat
from services.reporting.pages.charts import View
from services.reporting.pages.released import Released
from services.reporting.releases.render import _sheet
from shared.codes.label import label
from tests.harness.pdf import Told, told
from tests.harness.release import a_draft, a_release
from tests.unit.reporting.test_exports import a_cube

LANGUAGES = ("en", "fr", "fil")
Files = Mapping[str, bytes]


@pytest.fixture(scope="module")
def year() -> Files:
    return a_release("2025", 0.6, only=("I01C", "I01D", "I09B", "I11A", "I17A")).files


@pytest.fixture(scope="module")
def quarter(year: Files) -> Files:
    before = a_release("2025-Q3", 0.7, only=("I01B", "I09A", "I10A")).files
    return a_release("2026-Q3", 0.7, earlier=[before, year]).files


@pytest.fixture(scope="module")
def month(quarter: Files, year: Files) -> Files:
    before = a_release("2026-08", only=("I16A",)).files
    return a_release("2026-09", earlier=[before, quarter, year]).files


def shown(files: Files, name: str, lang: str) -> tuple[dict[tuple[str, ...], str], Any]:
    """Cells of a CSV by their words in a language, as the document should write them; and the words of its dimensions."""
    words = json.loads(files[f"{name}.json" if lang == "en" else f"{name}.{lang}.json"])["dimension"]
    found = {}
    for row in csv.DictReader(io.StringIO(files[f"{name}.csv"].decode(), newline="")):
        axes = [axis for axis in words if axis not in ("FREQ", "TIME_PERIOD")]
        value = row["OBS_VALUE"] if row["OBS_STATUS"] == "A" else "Q"
        found[tuple(words[axis]["category"]["label"][row[axis]] for axis in axes)] = value
    return found, words


def number(text: str) -> str:
    """`1,234`, `1 234`, `40.4%`, `40,4 %` as a CSV has them."""
    bare = re.sub(r"[\s%]", "", text)
    return bare.replace(",", ".") if re.search(r",\d$", bare) else bare.replace(",", "")


def check_tables(found: Told, files: list[Files], lang: str) -> int:
    """Every cell of every table with a source against the CSV file of that release. Returns how many."""
    count = 0
    for rows, after in found.tables:
        named = re.search(r"(I\d\d[A-Z]) · [^·]+ · (PH-[0-9Q]+\.\d)", after)
        if named is None:
            continue
        release = next(each for each in files if f"{named[2]}.zip" in each)
        cells, words = shown(release, named[1], lang)
        axes = [axis for axis in words if axis not in ("FREQ", "TIME_PERIOD")]
        total = {axis: words[axis]["category"]["label"].get("_T") for axis in axes}
        down = next(axis for axis in axes if words[axis]["label"].replace(" ", "") == rows[0][0].replace(" ", ""))
        across = next((a for a in axes if a != down and set(rows[0][1:]) <= set(words[a]["category"]["label"].values())), None)
        for row in rows[1:]:
            for head, value in zip(rows[0][1:], row[1:], strict=True):
                at = {**total, down: row[0]} | ({across: head} if across else {})
                assert number(value) == cells[tuple(str(at[axis]) for axis in axes)], (named[1], row[0], head)
                count += 1
    return count


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figures_of_a_bulletin_are_those_of_its_releases(lang: str, quarter: Files, year: Files) -> None:
    found = told(quarter[f"bulletin.{lang}.pdf"])
    assert check_tables(found, [quarter, year], lang) > 150
    assert found.pages == 4


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figures_of_a_pack_are_those_of_its_releases(lang: str, quarter: Files, year: Files) -> None:
    found = told(quarter[f"pack-MDI.{lang}.pdf"])
    assert check_tables(found, [quarter, year], lang) > 50
    assert found.pages <= 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_flow_of_a_month_is_one_page_of_released_figures(lang: str, month: Files, quarter: Files, year: Files) -> None:
    found = told(month[f"flow.{lang}.pdf"])
    assert found.pages == 1
    assert check_tables(found, [month, quarter, year], lang) > 30
    cells, _ = shown(month, "I16A", "en")
    rows = found.tables[0][0]
    assert len(rows[0]) == 13
    assert [number(row[-1]) for row in rows[1:]] == [value for key, value in cells.items() if key[1:] == ("Total", "Total", "Total")]
    # Ten months without a release: no figure, and no zero.
    assert rows[1][1:11] == ["–"] * 10


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_document_is_tagged_and_says_its_language(lang: str, quarter: Files) -> None:
    found = told(quarter[f"bulletin.{lang}.pdf"])
    assert found.catalog["MarkInfo"]["Marked"] is True
    assert found.catalog["Lang"] == lang.encode()
    assert found.catalog["ViewerPreferences"]["DisplayDocTitle"] is True
    assert b"<pdfuaid:part>1</pdfuaid:part>" in quarter[f"bulletin.{lang}.pdf"]
    assert found.title.startswith(TEXTS[lang]["bulletin"])
    assert [kind for kind, _ in found.elements if kind == "H1"] == ["H1"]
    assert len(found.figures) >= 8
    assert all(len(alt) > 60 for alt in found.figures)


@pytest.mark.long
def test_a_validator_of_the_standard_accepts_every_document(quarter: Files, month: Files, tmp_path: Any) -> None:
    from tests.harness.verapdf import refused

    assert refused({**quarter, **month}, tmp_path) == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_no_document_of_a_whole_year_is_longer_than_it_may_be(quarter: Files) -> None:
    """Every table that a year can have, in the language that takes most room as in the others."""
    files = a_release("2025", 0.6, earlier=[quarter]).files
    pages = {name.removesuffix(".pdf"): told(content).pages for name, content in files.items() if name.endswith(".pdf")}
    assert len(pages) == 5 * len(LANGUAGES)
    assert {name: n for name, n in pages.items() if n > (4 if name.startswith("bulletin") else 3)} == {}


def test_the_same_release_gives_the_same_bytes(quarter: Files, year: Files) -> None:
    draft = a_draft("2026-Q3", 0.7, only=("I01B", "I09A"), earlier=[year])
    files = {name: quarter[name] for name in quarter if name.endswith(".json")}
    one, other = (bulletin(_sheet(draft, files, "fil")) for _ in range(2))
    assert pdf(one, draft.issued) == pdf(other, draft.issued)


def test_months_have_a_flow_and_the_rest_the_bulletin_and_packs(quarter: Files, month: Files) -> None:
    def documents(files: Files) -> set[str]:
        return {name.removesuffix(".en.pdf") for name in files if name.endswith(".en.pdf")}

    assert documents(month) == {"flow"}
    assert {"bulletin", "pack-MDI"} <= documents(quarter) <= {"bulletin", *map(pack_of, INDICATORS)}


# --- what is said ---


def a_sheet(files: list[Files], lang: str = "en", **changes: Any) -> Sheet:
    sheet = _sheet(a_draft("2026-Q3", 0.1, only=("I01B",)), {}, lang)
    return replace(sheet, shelf=Shelf(files, lang), **changes)


def a_file(values: tuple[float | None, ...], period: str = "2026-Q3", table: str = "I01B", lang: str = "en") -> Files:
    name = f"{table}.json" if lang == "en" else f"{table}.{lang}.json"
    return {name: json_stat(a_cube(values, period=period, table=table, release=f"PH-{period.replace('-', '')}.0"), lang)}


def test_a_suppressed_figure_has_no_bar_and_no_length() -> None:
    table = Released.read(a_file((148, 91, 241, 62, None, 70))["I01B.json"], "en")
    made = content.block(table, View("REF_AREA", "SEX"), 8)
    assert made is not None
    assert made.chart is not None
    assert [bar.values for bar in made.chart.bars] == [[148, 91], [62, None]]
    assert [bar.shown for bar in made.chart.bars] == [["148", "91"], ["62", "Q"]]
    assert made.table.rows == [("Masbate", "148", "91", "241"), ("Antique", "62", "Q", "70")]


def test_rows_beyond_the_page_and_columns_without_a_figure_are_said_to_be_missing() -> None:
    table = Released.read(a_file((148, None, 241, 62, None, 70))["I01B.json"], "en")
    made = content.block(table, View("REF_AREA", "SEX"), 1)
    assert made is not None
    assert made.table == content.Table(("Province", "Female", "Total"), [("Masbate", "148", "241")])
    assert made.note == "Rows left to the table of the release: 1. Columns without a figure are left out."


@pytest.mark.parametrize(
    ("now", "before", "moved", "rising"),
    [
        (241, 200, "+20%", True), (150, 200, "−25%", False), (200, 200, "±0%", None),
        (None, 200, "–", None), (200, None, "–", None), (200, 0, "–", None),
    ],
)  # fmt: skip
def test_a_key_figure_has_no_arrow_where_nothing_can_be_compared(now: float | None, before: float | None, moved: str, rising: bool) -> None:
    sheet = a_sheet([a_file((0, 0, now, 0, 0, 0)), a_file((0, 0, before, 0, 0, 0), "2025-Q3")])
    table = sheet.shelf.table("I01B", "2026-Q3")
    assert table is not None
    made = keyfigures.key(sheet, table, "New clients", REF_AREA="0504100000")
    assert (made.moved, made.rising) == (moved, rising)


def test_a_figure_without_a_year_before_says_so() -> None:
    sheet = a_sheet([a_file((0, 0, 241, 0, 0, 0))], "fr")
    sheet = replace(sheet, shelf=Shelf([a_file((0, 0, 241, 0, 0, 0), lang="fr")], "fr"))
    table = sheet.shelf.table("I01B", "2026-Q3")
    assert table is not None
    made = keyfigures.key(sheet, table, "x", REF_AREA="0504100000")
    assert made == keyfigures.Key("x", "241", "–", "–", "pas de chiffre pour l'année précédente")


def test_a_cell_that_a_table_does_not_have_reads_as_suppressed() -> None:
    table = Released.read(a_file((148, 91, 241, 62, None, 70))["I01B.json"], "en")
    assert figure(table, REF_AREA="9999999999") is None


def test_targets_stand_beside_what_was_reached(quarter: Files) -> None:
    targets = [Target(9, "_T", 2026, 900), Target(9, "0504100000", 2026, 300)]
    made = pack(a_sheet([quarter], targets=targets), "MDI")
    assert made is not None
    rows = {row[0]: row for row in made.pages[0].blocks[0].table.rows}
    assert [row[-1] for name, row in rows.items() if name.startswith("Departures")] == ["900", "300"]
    assert any(name.endswith(", Masbate") for name in rows)


def test_a_pack_without_any_released_table_is_not_made() -> None:
    assert pack(a_sheet([a_file((1.0,) * 6)]), "ESIP") is None


def test_every_indicator_of_a_pack_is_public() -> None:
    assert 29 not in {number for numbers in INDICATORS.values() for number in numbers}


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2026", {"2023", "2024", "2025"}),
        ("2026-Q3", {"2025-Q3", "2023", "2024", "2025", "2026"}),
        ("2026-02", {"2025-02", "2025-03", "2025-12", "2026-01", "2026-Q1", "2024-Q3", "2025", "2026"}),
    ],
)
def test_a_document_looks_at_the_year_before_and_at_what_is_newest(period: str, expected: set[str]) -> None:
    assert expected <= set(needed(period))
    assert period not in needed(period)


@pytest.mark.parametrize(
    ("file", "link"),
    [
        ("bulletin.fil.pdf", "bulletin/fil"),
        ("pack-PSS.en.pdf", "packs/PSS/en"),
        ("flow.fr.pdf", "flow/fr"),
        ("I01B.csv", ""),
        ("x.zip", ""),
    ],
)
def test_a_document_has_an_address(file: str, link: str) -> None:
    assert link_of(file) == link
    assert not link or file == file_of(file.split(".")[0], file.split(".")[1])


def test_a_page_names_the_documents_of_its_language_that_there_are() -> None:
    files = ["I01B.csv", *(f"{kind}.{lang}.pdf" for kind in ("pack-MDI", "bulletin") for lang in LANGUAGES)]
    assert links(files, "fr") == [
        ("bulletin/fr", "Bulletin statistique"), ("packs/MDI/fr", f"Sous-comité MDI\u00a0: {label('SubCommittee', 'MDI', 'fr')}"),
    ]  # fmt: skip
    assert links(["flow.en.pdf"], "en") == [("flow/en", "Flow of migrants")]
    assert links(["flow.en.pdf"], "fil") == []


def test_every_text_is_there_in_three_languages() -> None:
    assert all(text for texts in TEXTS.values() for text in texts.values())
    holes = {key: {lang: sorted(re.findall(r"{\w+}", TEXTS[lang][key])) for lang in LANGUAGES} for key in TEXTS["en"]}
    assert all(each["en"] == each["fr"] == each["fil"] for each in holes.values()), holes
