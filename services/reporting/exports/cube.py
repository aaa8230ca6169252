"""One released table, ready to be written in any format (statistics chapter, section 11). Pure.

What differs between formats is only how they say it: columns, their order, codes and cells are decided here, once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product

from services.reporting.disclosure.cells import Codes, Shown
from services.reporting.indicators.declaration import Words

LANGUAGES = ("en", "fr", "fil")

FREQUENCIES: Mapping[str, Words] = {
    "M": {"en": "Monthly", "fr": "Mensuelle", "fil": "Buwanan"},
    "Q": {"en": "Quarterly", "fr": "Trimestrielle", "fil": "Bawat kuwarter"},
    "A": {"en": "Annual", "fr": "Annuelle", "fil": "Taunan"},
}
STATUSES: Mapping[str, Words] = {
    "A": {"en": "Normal value", "fr": "Valeur normale", "fil": "Karaniwang halaga"},
    "Q": {"en": "Missing value; suppressed", "fr": "Valeur absente ; supprimée", "fil": "Walang halaga; itinago"},
    "M": {
        "en": "Missing value; data cannot exist",
        "fr": "Valeur absente ; ne peut exister",
        "fil": "Walang halaga; hindi maaaring magkaroon",
    },
}
TITLES: Mapping[str, Words] = {
    "FREQ": {"en": "Frequency", "fr": "Fréquence", "fil": "Dalas"},
    "TIME_PERIOD": {"en": "Period", "fr": "Période", "fil": "Panahon"},
    "OBS_VALUE": {"en": "Value", "fr": "Valeur", "fil": "Halaga"},
    "OBS_STATUS": {"en": "Status", "fr": "Statut", "fil": "Katayuan"},
}
EVERYBODY: Words = {"en": "Total", "fr": "Total", "fil": "Kabuuan"}
NOTE: Words = {
    "en": "Clients of the centres, not the population of the province. Counts are perturbed; totals are not sums of their parts. "
    "0: none or very few. Q: suppressed, 1 to about 14. A figure is at least 10 and rests on at least 10.",
    "fr": "Clients des centres, non la population de la province. Les effectifs sont perturbés ; les totaux ne sont pas la somme de "
    "leurs parties. 0 : aucun ou très peu. Q : supprimé, de 1 à environ 14. Un chiffre vaut au moins 10 et repose sur au moins 10.",
    "fil": "Mga kliyente ng mga sentro, hindi ang populasyon ng lalawigan. May idinagdag na ingay sa mga bilang; ang kabuuan ay hindi "
    "suma ng mga bahagi. 0: wala o napakakaunti. Q: itinago, 1 hanggang mga 14. Ang bilang ay 10 pataas at mula sa 10 pataas.",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A dimension of the export. id: its SDMX concept; code_list: the list's SDMX id; codes: with `_T` where it is published,
    in the order of the list; words: of each code; level: of places, 2 province, 3 municipality."""

    id: str
    title: Words
    code_list: str
    words: Mapping[str, Words]
    level: int = 2

    @property
    def codes(self) -> Codes:
        return tuple(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cube:
    """A table of a release. columns: without FREQ and TIME_PERIOD; cells: by one code per column.

    issued: day of publication by the calendar, updated: when the bytes were fixed; previous: chain id of the release before.
    """

    table: str
    release: str
    period: str
    title: Words
    method: Words
    columns: tuple[Column, ...]
    cells: Mapping[Codes, Shown]
    issued: date
    updated: datetime
    vintage: str
    previous: str

    @property
    def frequency(self) -> str:
        return frequency(self.period)

    @property
    def header(self) -> tuple[str, ...]:
        return ("FREQ", *(column.id for column in self.columns), "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")

    def rows(self) -> Iterator[tuple[Codes, Shown]]:
        """All cells, in the order of the code lists, the first column slowest."""
        for codes in product(*(column.codes for column in self.columns)):
            yield codes, self.cells[codes]

    @property
    def whole(self) -> bool:
        """Whether every value is a whole number."""
        return all(cell.value is None or cell.value == int(cell.value) for cell in self.cells.values())


def frequency(period: str) -> str:
    """`2026-07` M, `2026-Q3` Q, `2026` A."""
    return "A" if len(period) == 4 else "Q" if "Q" in period else "M"


def days(period: str) -> tuple[date, date]:
    """First and last day."""
    year = int(period[:4])
    if len(period) == 4:
        return date(year, 1, 1), date(year, 12, 31)
    first = int(period[6]) * 3 - 2 if "Q" in period else int(period[5:])
    last = first + 2 if "Q" in period else first
    return date(year, first, 1), date.fromordinal(date(year + last // 12, last % 12 + 1, 1).toordinal() - 1)


def number(value: float | None) -> str:
    """As every text format writes it: no sign, no separator, a decimal point only where there are decimals; blank if hidden."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else str(value)


def plain(text: str) -> str:
    """Text of a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
