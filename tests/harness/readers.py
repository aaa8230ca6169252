"""A table of a release as other people's programs read it, each from the format that it is made for."""

from __future__ import annotations

import io
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

Cells = dict[tuple[str, ...], str]
Get = Callable[[str], Awaitable[httpx.Response]]
"""Fetches a path below /v1/statistics."""


FILES = {"csv": "{}.csv", "sdmx-csv": "sdmx.csv", "json-stat": "stat.json", "xlsx": "book.xlsx", "hxl": "hxl.csv"}


async def by_other_programs(get: Get, release: str, table: str, folder: Path) -> dict[str, Cells]:
    """format -> codes of a cell -> its figure, "" where it is suppressed. folder: for readers that read files alone."""
    files = {}
    for kind, name in FILES.items():
        answer = await get(f"releases/{release}/tables/{table}?format={kind}")
        files[name.format(table)] = answer.content
        if kind == "csv":
            metadata = answer.headers["link"].split(">")[0].removeprefix("</v1/statistics/")
            files[f"{table}.csv-metadata.json"] = (await get(metadata)).content
    files["structure.xml"] = (await get(f"releases/{release}/structure")).content
    return _read(table, files, folder)


def _read(table: str, files: dict[str, bytes], folder: Path) -> dict[str, Cells]:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    rows = _rows_of(folder / f"{table}.csv-metadata.json")
    dimensions = [name for name in rows[0] if name not in ("FREQ", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")]
    told = {"csv": {tuple(str(row[name]) for name in dimensions): _figure(row["OBS_VALUE"]) for row in rows}}
    told["sdmx-csv"] = _sdmx(folder, table, dimensions)
    told["json-stat"] = _jsonstat(folder / "stat.json", dimensions)
    told["xlsx"] = _workbook(folder / "book.xlsx", table, dimensions)
    told["hxl"] = _hxl(folder / "hxl.csv", dimensions, list(told["csv"]))
    return told


def _rows_of(metadata: Path) -> list[dict[str, Any]]:
    from csvw import Table

    return [dict(row) for row in Table.from_file(metadata)]


def _sdmx(folder: Path, table: str, dimensions: list[str]) -> Cells:
    import sdmx

    flow = sdmx.read_sdmx(folder / "structure.xml").dataflow[f"DF_{table}"]
    data = sdmx.read_sdmx(folder / "sdmx.csv", structure=flow).data[0]
    return {tuple(str(each.dimension[name].value) for name in dimensions): _figure(each.value) for each in data.obs}


def _jsonstat(file: Path, dimensions: list[str]) -> Cells:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyjstat import pyjstat

        frame = pyjstat.Dataset.read(file.read_text()).write("dataframe", naming="id")
    return {tuple(str(row[name]) for name in dimensions): _figure(row["value"]) for _, row in frame.iterrows()}


def _workbook(file: Path, table: str, dimensions: list[str]) -> Cells:
    import openpyxl

    head, *body = openpyxl.load_workbook(io.BytesIO(file.read_bytes()), read_only=True)[table].iter_rows(values_only=True)
    at, value = [head.index(name) for name in dimensions], head.index("OBS_VALUE")
    return {tuple(str(row[i]) for i in at): _figure(row[value]) for row in body}


def _hxl(file: Path, dimensions: list[str], order: list[tuple[str, ...]]) -> Cells:
    """A row for each place, its figures in the order of the other code lists. order: all codes, as the long table lists them."""
    import hxl

    told: Cells = {}
    place = dimensions.index("REF_AREA")
    for row in hxl.data(str(file), hxl.InputOptions(allow_local=True)):
        area = row.get("#adm2+code")
        figures = [value for column, value in zip(row.columns, row.values, strict=True) if column.tag == "#reached"]
        told |= dict(zip([codes for codes in order if codes[place] == area], map(_figure, figures), strict=True))
    return told


def _figure(value: Any) -> str:
    """148, 148.0 and "148" are one figure; nothing, an empty text and not-a-number are none."""
    return "" if value is None or value == "" or value != value else str(int(float(value)))
