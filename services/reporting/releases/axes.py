"""The dimensions of public tables: column of the facts, codes in their order, words (statistics chapter, section 3). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.reporting.disclosure.cells import TOTAL, Axis
from services.reporting.exports.cube import EVERYBODY, LANGUAGES, Column
from services.reporting.figures.words import DIMENSIONS, name_of
from services.reporting.indicators.declaration import Dimension, Words
from services.reporting.indicators.public import Counted, PublicTable
from shared.codes.age import bands
from shared.codes.label import labels
from shared.codes.psgc import VINTAGE
from shared.region import Region

COUNTRIES = ("NAT", "COUNTRY")
"""Dimensions whose list is fixed for a year: countries with at least fifty in the year before, the rest `_O`."""

ENOUGH = 50

_A2 = {"Y0T4": "Y0T17", "Y5T11": "Y0T17", "Y12T17": "Y0T17", "Y18T59": "Y_GE18", "Y_GE60": "Y_GE18", "_U": "_U"}
_UNKNOWN = ("U", "UNKNOWN", "_U")


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
        return Column(self.export, DIMENSIONS[self.axis.name], self.code_list, {**self.words, TOTAL: EVERYBODY})


_PLAIN: Mapping[str, tuple[str, str]] = {
    # name: column, list of shared/codes
    "SEX": ("sex", "Sex"), "TYPE": ("types", "ClientType"), "LANDSEA": ("c2", "LandSea"), "HIRE": ("c3", "HireType"),
    "CHANNEL": ("c1", "EncounterChannel"), "TOPIC": ("c2", "Topic"), "MODE": ("c2", "TransportMode"), "SERVICE": ("c1", "ServiceCode"),
    "SUBC": ("c2", "SubCommittee"),
}  # fmt: skip
_MANY = frozenset(("TYPE", "TOPIC", "MODE"))
_SEXES = ("F", "M", "X")


def divided(table: PublicTable, counted: Counted, name: str, region: Region, countries: Sequence[str]) -> Divided:
    """A dimension of a table. countries: the list of the year, for those that need one."""
    match name:
        case "SITE":
            return _made(name, "site", tuple(dict.fromkeys(centre.area for centre in region.centres)), "_U", "Psgc", _psgc())
        case "AREA":
            provinces = sorted({centre.area for centre in region.centres if centre.area.isdigit()})
            return _made(name, "area", (*provinces, "_O", "_F", "_U"), "_O", "Psgc", _psgc())
        case "A5" | "A2":
            within = {"A2": _A2} if name == "A5" else {}
            return _made(name, name.lower(), (*bands(name), "_U"), "_U", "", f"CL_{name}", within)
        case "NAT" | "COUNTRY":
            return _made(name, _column(counted, name), (*countries, "_O", "_U"), "_O", "Country", "CL_COUNTRY")
        case "EDU":
            return _made(name, "edu", (*(f"L{level}" for level in range(10)), "_Z", "_U"), "_U", "", "CL_EDU")
        case "ISCO1":
            return _made(name, _column(counted, name), (*"0123456789", "_U"), "_U", "Isco", "CL_ISCO1")
        case "REASON":
            listed = "ReturnReason" if counted.kind == "return" else "MigrationReason"
            return _made(name, "c1" if counted.kind == "journey" else "c2", _listed(listed), "_U", listed, f"CL_{listed.upper()}")
        case _:
            column, listed = _PLAIN[name]
            codes = (*_SEXES, "_U") if name == "SEX" else _listed(listed)
            return _made(name, column, codes, "_U", listed, f"CL_{name}")


def _column(counted: Counted, name: str) -> str:
    if name == "NAT":
        return "nat"
    columns = {
        "COUNTRY": {"journey": "c2"},
        "ISCO1": {"intended": "c2", "departure": "isco"},
    }
    return columns[name].get(counted.kind, "c1")


def _made(
    name: str,
    column: str,
    codes: tuple[str, ...],
    rest: str,
    listed: str,
    code_list: str,
    within: Mapping[str, Mapping[str, str]] | None = None,
) -> Divided:
    axis = Axis(name, codes, many=name in _MANY, within=within or {})
    dimension = Dimension(name, column, listed)
    words = {code: {lang: name_of(dimension, code, lang) for lang in LANGUAGES} for code in codes}
    return Divided(axis, column, rest, code_list, {"SITE": "REF_AREA", "AREA": "REF_AREA", "A5": "AGE", "A2": "AGE"}.get(name, name), words)


def _listed(name: str) -> tuple[str, ...]:
    return (*_known(labels(name)), "_U")


def _known(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code not in _UNKNOWN)


def _psgc() -> str:
    """The list's id carries the vintage."""
    return f"CL_PSGC_{VINTAGE.replace('-', '_')}"
