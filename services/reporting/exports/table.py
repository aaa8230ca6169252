"""CSV with its CSVW description, and SDMX-CSV 2.0: one row per cell, codes only (statistics chapter, section 11). Pure."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from services.reporting.exports.cube import STATUSES, Cube, number, plain

ROWS = 2000
"""Lines that are put together before they leave: memory stays flat whatever the table."""


def csv_bytes(cube: Cube) -> Iterator[bytes]:
    """UTF-8, CRLF, decimal point, a blank value with status Q where it was suppressed."""
    return written(cube.header, _rows(cube))


def sdmx_csv_bytes(cube: Cube) -> Iterator[bytes]:
    """SDMX-CSV 2.0: each row behind three fixed columns."""
    fixed = ("dataflow", f"GABAY:DF_{cube.table}(1.0.0)", "I")
    return written(("STRUCTURE", "STRUCTURE_ID", "ACTION", *cube.header), ((*fixed, *row) for row in _rows(cube)))


def csvw(cube: Cube) -> bytes:
    """The metadata document that describes `<table>.csv` to a CSVW validator."""
    columns: list[dict[str, object]] = [_coded("FREQ", ("M", "Q", "A"))]
    for column in cube.columns:
        described = _coded(column.id, column.codes)
        if column.id == "REF_AREA":
            described["dc:description"] = f"PSGC code, vintage {cube.vintage}"
        columns.append(described)
    columns += [
        {"name": "TIME_PERIOD", "datatype": {"base": "string", "format": "[0-9]{4}(-Q[1-4]|-[01][0-9])?"}, "required": True},
        {"name": "OBS_VALUE", "datatype": {"base": "integer" if cube.whole else "decimal", "minimum": 0}, "null": ""},
        _coded("OBS_STATUS", STATUSES),
    ]
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": f"{cube.table}.csv",
        "dc:title": dict(cube.title),
        "dc:identifier": f"{cube.release}/{cube.table}",
        "dc:issued": {"@value": cube.issued.isoformat(), "@type": "xsd:date"},
        "tableSchema": {"columns": columns, "primaryKey": ["FREQ", *(column.id for column in cube.columns), "TIME_PERIOD"]},
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Lines of a CSV file, some thousand at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    for count, row in enumerate(rows, 1):
        writer.writerow([plain(field) for field in row])
        if count % ROWS == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _rows(cube: Cube) -> Iterator[tuple[str, ...]]:
    for codes, cell in cube.rows():
        yield (cube.frequency, *codes, cube.period, number(cell.value), cell.status.value)


def _coded(name: str, codes: Iterable[str]) -> dict[str, object]:
    return {"name": name, "datatype": {"base": "string", "format": "|".join(map(re.escape, codes))}, "required": True}
