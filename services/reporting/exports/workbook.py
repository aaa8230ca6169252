"""XLSX: README, a sheet per table, the codes, the method (statistics chapter, section 11).

`created` is the day of publication, so that bytes repeat. Nothing is a formula. Rows go to a file as they are written: a cell
that xlsxwriter keeps costs some 300 bytes, and a table of 200,000 rows cost 570 MB.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.reporting.disclosure.cells import Status
from services.reporting.exports.cube import Cube
from services.reporting.exports.structure import code_lists

LICENCE = "CC BY 4.0"
SHEETS: Mapping[str, tuple[str, str, str]] = {
    "en": ("README", "Codes", "Method"), "fr": ("LISEZ-MOI", "Codes", "Méthode"), "fil": ("BASAHIN", "Mga kodigo", "Pamamaraan")
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"release": "Release", "period": "Period", "cutoff": "Figures fixed", "issued": "Published", "chain": "Release before (chain id)",
           "licence": "Licence", "list": "List", "code": "Code", "table": "Table"},
    "fr": {"release": "Publication", "period": "Période", "cutoff": "Chiffres arrêtés", "issued": "Publiée",
           "chain": "Publication précédente (maillon)", "licence": "Licence", "list": "Liste", "code": "Code", "table": "Tableau"},
    "fil": {"release": "Paglalathala", "period": "Panahon", "cutoff": "Itinakda ang mga bilang", "issued": "Inilathala",
            "chain": "Naunang paglalathala (kawing)", "licence": "Lisensya", "list": "Talaan", "code": "Kodigo", "table": "Talahanayan"},
}  # fmt: skip


def workbook(cubes: Sequence[Cube], lang: str, coverage: Sequence[str]) -> bytes:
    """A workbook of one table or of a whole release. coverage: sentences on whom the figures are of, and how to read them."""
    import xlsxwriter

    sink = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(sink, options)
    first = cubes[0]
    created = datetime.combine(first.issued, datetime.min.time())
    book.set_properties({"title": first.release, "author": "Gabay", "created": created})
    bold, grey = book.add_format({"bold": True}), book.add_format({"bg_color": "#D9D9D9"})
    readme, codes, method = SHEETS[lang]
    _sheet(book, readme, _readme(cubes, lang, coverage), bold)
    for cube in cubes:
        _table(book, cube, lang, bold, grey)
    lists = [
        (name, code, words["en"], words["fr"], words["fil"]) for name, each in code_lists(cubes).items() for code, words in each.items()
    ]
    _sheet(book, codes, [(WORDS[lang]["list"], WORDS[lang]["code"], "en", "fr", "fil"), *lists], bold)
    _sheet(book, method, [(WORDS[lang]["table"], method), *((cube.table, cube.method[lang]) for cube in cubes)], bold)
    book.close()
    return sink.getvalue()


def _readme(cubes: Sequence[Cube], lang: str, coverage: Sequence[str]) -> list[tuple[str, ...]]:
    first, words = cubes[0], WORDS[lang]
    return [
        (words["release"], first.release),
        (words["period"], first.period),
        (words["cutoff"], first.updated.isoformat()),
        (words["issued"], first.issued.isoformat()),
        *(("", sentence) for sentence in coverage),
        (words["licence"], LICENCE),
        (words["chain"], first.previous),
        *((cube.table, cube.title[lang]) for cube in cubes),
    ]


def _sheet(book: Any, name: str, rows: Sequence[tuple[str, ...]], bold: Any) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 4, 40)
    for line, row in enumerate(rows):
        for place, text in enumerate(row):
            sheet.write_string(line, place, text, bold if line == 0 else None)


def _table(book: Any, cube: Cube, lang: str, bold: Any, grey: Any) -> None:
    """Codes as text with their words beside them; a suppressed value is an empty grey cell."""
    sheet = book.add_worksheet(cube.table)
    header = _header(cube, lang)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header) - 1, 16)
    for place, name in enumerate(header):
        sheet.write_string(0, place, name, bold)
    last = 0
    for last, (codes, cell) in enumerate(cube.rows(), 1):
        told = [cube.frequency]
        for column, code in zip(cube.columns, codes, strict=True):
            told += [code, column.words[code][lang]]
        told.append(cube.period)
        for place, text in enumerate(told):
            sheet.write_string(last, place, text)
        if cell.value is not None:
            sheet.write_number(last, len(told), cell.value)
        elif cell.status is Status.HIDDEN:
            sheet.write_blank(last, len(told), None, grey)
        sheet.write_string(last, len(told) + 1, cell.status.value)
    # In constant memory xlsxwriter refuses tables, because it could not go back to write their heads: ours are written. And it
    # keeps every cell of a table, lest another overlap it: there is no other.
    sheet.constant_memory, sheet.table_cells = False, _Forgetful()
    # Names like I01B are taken for cells: tbl_.
    sheet.add_table(0, 0, last, len(header) - 1, {"name": f"tbl_{cube.table}", "columns": [{"header": name} for name in header]})
    sheet.constant_memory = True


class _Forgetful(dict[tuple[int, int], str]):
    """Keeps nothing."""

    def __setitem__(self, at: tuple[int, int], name: str) -> None:
        pass


def _header(cube: Cube, lang: str) -> list[str]:
    """SDMX names, each followed by its word: of two columns no two may be called the same."""
    names = ["FREQ"]
    for column in cube.columns:
        names += [column.id, column.title[lang]]
    names += ["TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"]
    seen: set[str] = set()
    for place, name in enumerate(names):
        names[place] = name if name.lower() not in seen else f"{name} *"
        seen.add(names[place].lower())
    return names
