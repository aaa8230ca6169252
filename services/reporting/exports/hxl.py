"""HXL: a row per area and period, one pair of columns (figure, status) per group, and its schema (section 11). Pure."""

import re
from collections.abc import Iterator
from itertools import product

from services.reporting.disclosure.cells import TOTAL, Codes
from services.reporting.exports.cube import STATUSES, Column, Cube, days, number
from services.reporting.exports.table import written

STARTS = {"en": ("Start", "End"), "fr": ("Début", "Fin"), "fil": ("Simula", "Wakas")}
PLACES: dict[int, dict[str, tuple[str, str]]] = {
    2: {"en": ("Province code", "Province"), "fr": ("Code de la province", "Province"), "fil": ("Kodigo ng lalawigan", "Lalawigan")},
    3: {
        "en": ("Municipality code", "Municipality"), "fr": ("Code de la municipalité", "Municipalité"),
        "fil": ("Kodigo ng munisipalidad", "Munisipalidad"),
    },
}  # fmt: skip
"""Administrative level, as in #adm2 -> heads."""
STATUS = {"en": "Status", "fr": "Statut", "fil": "Katayuan"}


def hxl(cube: Cube, lang: str) -> Iterator[bytes]:
    """The wide table."""
    area = next((column for column in cube.columns if column.id == "REF_AREA"), None)
    others = [column for column in cube.columns if column is not area]
    groups = list(product(*(column.codes for column in others)))
    names = (*STARTS[lang], *(PLACES[area.level][lang] if area else ()))
    labels = [
        ", ".join(column.words[code][lang] for column, code in zip(others, group, strict=True)) or cube.title[lang] for group in groups
    ]
    tags = ["".join(f"+{_attribute(column, code)}" for column, code in zip(others, group, strict=True)) for group in groups]
    places = ("#date+start", "#date+end", *((f"#adm{area.level}+code", f"#adm{area.level}+name") if area else ()))
    header = (*names, *labels, *(f"{STATUS[lang]} {label}" for label in labels))
    second = (*places, *(f"#reached+clients{tag}" for tag in tags), *(f"#status{tag}" for tag in tags))
    return written(header, _rows(cube, area, groups, second, lang))


def hxl_schema(cube: Cube) -> bytes:
    """What `hxlvalidate` checks the table against."""
    rows = [("#date+start", "true", "date", "", ""), ("#date+end", "true", "date", "", "")]
    area = next((column for column in cube.columns if column.id == "REF_AREA"), None)
    if area:
        rows.append((f"#adm{area.level}+code", "true", "", f"^({'|'.join(map(re.escape, area.codes))})$", ""))
    rows += [("#reached", "false", "number", "", ""), ("#status", "true", "", "", "|".join(STATUSES))]
    header = ("#valid_tag", "#valid_required", "#valid_datatype", "#valid_value+regex", "#valid_value+list")
    return b"".join(written(header, rows))


def _rows(cube: Cube, area: Column | None, groups: list[Codes], tags: Codes, lang: str) -> Iterator[Codes]:
    yield tags
    first, last = days(cube.period)
    place = cube.columns.index(area) if area else 0
    for code in area.codes if area else ("",):
        cells = [cube.cells[(*group[:place], code, *group[place:]) if area else group] for group in groups]
        where = (code, area.words[code][lang]) if area else ()
        yield (
            first.isoformat(), last.isoformat(), *where, *(number(cell.value) for cell in cells), *(cell.status.value for cell in cells)
        )  # fmt: skip


def _attribute(column: Column, code: str) -> str:
    """HXL attributes are lower case and begin with a letter."""
    if code == TOTAL:
        return "all" if len(column.codes) > 1 else "total"
    told = re.sub(r"[^a-z0-9_]", "_", code.lower()).strip("_")
    return told if told[:1].isalpha() else f"c{told}"
