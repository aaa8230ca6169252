"""Which file of a release answers a request: `?format=`, else `Accept`, else CSV (statistics chapter, section 12). Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.http.problems import Problem


class Format(NamedTuple):
    """media: content type; suffix: of the file's name, `{lang}` where words differ by language."""

    media: str
    suffix: str


FORMATS: Mapping[str, Format] = {
    "csv": Format("text/csv", ".csv"),
    "json-stat": Format("application/json", "{lang}.json"),
    "sdmx-csv": Format("application/vnd.sdmx.data+csv; version=2.0.0", ".sdmx.csv"),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "{lang}.xlsx"),
    "hxl": Format("text/csv", "{lang}.hxl.csv"),
}

_BY_MEDIA = {each.media.partition(";")[0]: name for name, each in reversed(tuple(FORMATS.items()))}


def chosen(asked: str | None, accept: str | None) -> Format:
    """Raises Problem `not-acceptable` with the list of what there is."""
    if asked is not None:
        if asked in FORMATS:
            return FORMATS[asked]
        raise _refused()
    wishes = sorted(enumerate((accept or "*/*").split(",")), key=lambda each: (-_quality(each[1]), each[0]))
    for _, wish in wishes:
        media = wish.partition(";")[0].strip().lower()
        if _quality(wish) <= 0:
            continue
        if media in ("*/*", "text/*"):
            return FORMATS["csv"]
        if media == "application/*":
            return FORMATS["json-stat"]
        if media in _BY_MEDIA:
            return FORMATS[_BY_MEDIA[media]]
    raise _refused()


def file_name(table: str, kind: Format, lang: str) -> str:
    """As the ledger keeps it."""
    return table + kind.suffix.format(lang="" if lang == "en" else f".{lang}")


def part(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte of a `Range` of one part; None for the whole, which is always a right answer."""
    unit, _, ranges = (header or "").partition("=")
    first, dash, last = ranges.strip().partition("-")
    if unit.strip().lower() != "bytes" or not dash or not (first or last) or not f"{first}{last}".isdecimal() or len(ranges) > 40:
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    return (start, end) if start <= end else None


def _quality(wish: str) -> float:
    for parameter in wish.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _refused() -> Problem:
    return Problem("not-acceptable", formats=[{"format": name, "media_type": each.media} for name, each in FORMATS.items()])
