"""Age and the band sets that nest: A11 < A5 (UNHCR) < A2 (statistics.md section 3).

Export codes are SDMX identifiers: `0-4` becomes `Y0T4`, `60+` becomes `Y_GE60`, unknown `_U`. These functions run once
per person and fact over millions of rows: they look up tables made at import and never raise.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from shared.codes.person import AdultChild, AgeBand

UNKNOWN = "_U"
MAJORITY = 18


class AgeClass(NamedTuple):
    """One person's codes of dimension AGE in the three published views."""

    a11: str
    a5: str
    a2: str


def age_at(birth_month: str, on: date) -> int:
    """Full years at a day of somebody born in YYYY-MM; the birthday is taken to be the first of the month.

    Negative before birth. Source: domain.md section 4 (`birth_month` is the finest date of a profile).
    """
    years = on.year - int(birth_month[:4])
    return years if on.month >= int(birth_month[5:7]) else years - 1


def age_band(age: int) -> AgeBand:
    return _BANDS[age] if 0 <= age < _OLDEST else AgeBand.U


def age_band_at(birth_month: str | None, on: date) -> AgeBand:
    """Band of a profile at a day, U without a birth month."""
    return age_band(age_at(birth_month, on)) if birth_month else AgeBand.U


def adult_child_at(birth_month: str | None, on: date) -> AdultChild:
    if not birth_month:
        return AdultChild.U
    return AdultChild.ADULT if age_at(birth_month, on) >= MAJORITY else AdultChild.CHILD


def age_class(birth_month: str | None, age_band: str | None, adult_child: str | None, on: date) -> AgeClass:
    """Codes of A11, A5 and A2 at a day: from `birth_month`, else from `age_band`, else from `adult_child`.

    A partial date's day is `partial_date.middle`. What cannot be told is `_U` in the finer views only: somebody known as
    a child is `Y0T17` in A2.
    """
    if birth_month:
        years = on.year - int(birth_month[:4]) - (on.month < int(birth_month[5:7]))  # age_at, without the call
        if 0 <= years < _OLDEST:
            return _BY_AGE[years]
    return _BY_BAND.get(age_band) or _BY_ADULT_CHILD.get(adult_child, _NOTHING)  # type: ignore[arg-type]


def cfo_band(age: int) -> str:
    """Band in which the Commission on Filipinos Overseas publishes: 0-14, 15-19 .. 65-69, 70+ (ACFO, internal)."""
    if age < 0:
        return UNKNOWN
    if age < 15:
        return "Y0T14"
    if age >= 70:
        return "Y_GE70"
    low = age - age % 5
    return f"Y{low}T{low + 4}"


def youth(age: int) -> bool:
    """UN youth, 15-24: nests in the bands. Philippine youth, 15-30, does not: never publish both."""
    return 15 <= age <= 24


def bands(view: str) -> tuple[str, ...]:
    """Codes of a view, youngest first, without `_U` and `_T`: `A11`, `A5`, `A2` or `ACFO`."""
    return _VIEWS[view]


def _code(band: AgeBand) -> str:
    if band is AgeBand.U:
        return UNKNOWN
    return f"Y_GE{band[:-1]}" if band.endswith("+") else "Y" + band.replace("-", "T")


def _lower(band: AgeBand) -> int:
    return int(band.rstrip("+").split("-")[0])


def _class(band: AgeBand) -> AgeClass:
    low = _lower(band)
    a5 = _code(band) if low < 12 or low >= 60 else "Y12T17" if low < MAJORITY else "Y18T59"
    return AgeClass(_code(band), a5, "Y0T17" if low < MAJORITY else "Y_GE18")


def _ages(bands: Iterable[AgeBand]) -> Iterable[AgeBand]:
    starts = {_lower(band): band for band in bands}
    band = AgeBand.U
    for age in range(_OLDEST):
        band = starts.get(age, band)
        yield band


_OLDEST = 131  # an age beyond it is a slip of the pen: unknown
_KNOWN = [band for band in AgeBand if band is not AgeBand.U]
_BANDS = tuple(_ages(_KNOWN))
_BY_BAND: dict[str, AgeClass] = {band.value: _class(band) for band in _KNOWN}
_BY_AGE = tuple(_BY_BAND[band] for band in _BANDS)
_NOTHING = AgeClass(UNKNOWN, UNKNOWN, UNKNOWN)
_BY_ADULT_CHILD: dict[str, AgeClass] = {
    AdultChild.ADULT.value: AgeClass(UNKNOWN, UNKNOWN, "Y_GE18"),
    AdultChild.CHILD.value: AgeClass(UNKNOWN, UNKNOWN, "Y0T17"),
}
_VIEWS = {
    "A11": tuple(found.a11 for found in _BY_BAND.values()),
    "A5": tuple(dict.fromkeys(found.a5 for found in _BY_BAND.values())),
    "A2": tuple(dict.fromkeys(found.a2 for found in _BY_BAND.values())),
    "ACFO": tuple(dict.fromkeys(cfo_band(age) for age in range(_OLDEST))),
}
