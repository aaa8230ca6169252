"""The dimensions of public tables: column of the facts, codes in their order, words (statistics chapter, section 3). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.reporting.disclosure.cells import TOTAL, Axis
from services.reporting.exports.cube import EVERYBODY, LANGUAGES, Column
from services.reporting.figures.words import DIMENSIONS, name_of
from services.reporting.indicators.declaration import Dimension, Words
from services.reporting.indicators.published import Counted
from shared.codes.age import bands
from shared.codes.label import labels
from shared.codes.psgc import VINTAGE, municipality_of, places, province_of
from shared.region import Region

LISTED: Mapping[str, str] = {"NAT": "Country", "COUNTRY": "Country", "ORG": "Agency"}
"""Dimensions whose list is fixed for a year: codes with at least fifty in the year before, the rest `_O`. With the whole list."""

ENOUGH = 50

_A2 = {"Y0T4": "Y0T17", "Y5T11": "Y0T17", "Y12T17": "Y0T17", "Y18T59": "Y_GE18", "Y_GE60": "Y_GE18", "_U": "_U"}
_UNKNOWN = ("U", "UNKNOWN", "_U")
_SEXES = ("F", "M", "X")


@dataclass(frozen=True, slots=True)
class Divided:
    """How facts become codes of an axis. column: of the facts; rest: code of what is not listed."""

    axis: Axis
    column: str
    rest: str
    code_list: str
    export: str
    words: Mapping[str, Words]

    def export_column(self) -> Column:
        return Column(
            self.export, DIMENSIONS[self.axis.name], self.code_list, {**self.words, TOTAL: EVERYBODY}, 3 if self.axis.name == "MUN" else 2
        )


def divided(counted: Counted, name: str, region: Region, listed: Sequence[str]) -> Divided:
    """A dimension of a measure of a table. listed: the codes of the year, for those that need a list."""
    dimension = counted.dimensions[name]
    match name:
        case "SITE":
            return _made(dimension, tuple(dict.fromkeys(centre.area for centre in region.centres)), "_U", _psgc())
        case "AREA":
            return _made(dimension, (*provinces(region), "_O", "_F", "_U"), "_O", _psgc())
        case "MUN":
            area = towns(provinces(region))
            return _made(dimension, tuple(area), "_O", _psgc(), {"AREA": area})
        case "A5" | "A2":
            return _made(dimension, (*bands(name), "_U"), "_U", f"CL_{name}", {"A2": _A2} if name == "A5" else {})
        case "NAT" | "COUNTRY":
            return _made(dimension, (*listed, "_O", "_U"), "_O", "CL_COUNTRY")
        case "ORG":
            return _made(dimension, (*listed, "_O", "_Z"), "_O", "CL_ORG")
        case "EDU":
            return _made(dimension, (*(f"L{level}" for level in range(10)), "_Z", "_U"), "_U", "CL_EDU")
        case "ISCO1":
            return _made(dimension, (*"0123456789", "_U"), "_U", "CL_ISCO1")
        case "SEX":
            return _made(dimension, (*_SEXES, "_U"), "_U", "CL_SEX")
        case "REASON":
            return _made(dimension, _known(dimension), "_U", f"CL_{dimension.codes.upper()}")
        case _:
            return _made(dimension, _known(dimension), "_U", f"CL_{name}")


def towns(areas: Sequence[str]) -> dict[str, str]:
    """Codes of MUN with the AREA in which each lies: the municipalities of some provinces, and each of these for who told no more."""
    of = {code: province_of(code) or "_U" for code in places() if municipality_of(code)}
    found = {code: area for code, area in of.items() if area in areas}
    rest = (*areas, "_O", "_F", "_U")
    return dict(sorted(found.items())) | dict(zip(rest, rest, strict=True))


def provinces(region: Region) -> list[str]:
    """Those of the centres."""
    return sorted({centre.area for centre in region.centres if centre.area.isdigit()})


def _made(
    dimension: Dimension, codes: tuple[str, ...], rest: str, code_list: str, within: Mapping[str, Mapping[str, str]] | None = None
) -> Divided:
    axis = Axis(dimension.name, codes, within=within or {}, sensitive=dimension.sensitive)
    words = {code: {lang: name_of(dimension, code, lang) for lang in LANGUAGES} for code in codes}
    export = {"SITE": "REF_AREA", "AREA": "REF_AREA", "MUN": "REF_AREA", "A5": "AGE", "A2": "AGE"}.get(dimension.name, dimension.name)
    return Divided(axis, dimension.column, rest, code_list, export, words)


def _known(dimension: Dimension) -> tuple[str, ...]:
    """What a list holds, and one code for what nobody knows."""
    found = dimension.fixed or tuple(code for code in labels(dimension.codes) if code not in _UNKNOWN)
    return (*found, "_U")


def _psgc() -> str:
    """The list's id carries the vintage."""
    return f"CL_PSGC_{VINTAGE.replace('-', '_')}"
