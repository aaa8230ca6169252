"""Places: the Philippine Standard Geographic Code, RR PPP MM BBB in ten digits, vintage 2026-1Q.

Always a string with its vintage beside it, never derived from an ISO code (BARMM is PH-14 in ISO, region 19 here). Old
codes are kept as given; `current` says which place they are today where that is certain. Source: `psgc.csv`,
`psgc_changes.csv` and, for the first provinces, `psgc_barangays.csv` (Philippine Statistics Authority).
"""

from collections.abc import Container, Mapping
from functools import cache
from typing import NamedTuple

from shared.codes.table import rows

VINTAGE = "2026-1Q"

MAGUINDANAO = "1903800000"
"""The province before its division in 2022: a row of its own in figures, never carried over to either successor."""


class Place(NamedTuple):
    code: str
    name: str
    level: str
    """region, province, city, municipality, sub-municipality, special or barangay"""
    parent: str
    population_2020: int | None
    population_2024: int | None


@cache
def places() -> Mapping[str, Place]:
    """Regions to municipalities of the present vintage; barangays stand in `barangays`."""
    return {row["code"]: _place(row) for row in rows("psgc")}


def _place(row: dict[str, str]) -> Place:
    return Place(row["code"], row["name"], row["level"], row["parent"], int(row["population_2020"]), int(row["population_2024"]))


@cache
def barangays() -> Mapping[str, Place]:
    """Those of the provinces that the first centres serve."""
    return {r["code"]: Place(r["code"], r["name"], "barangay", r["code"][:7] + "000", None, None) for r in rows("psgc_barangays")}


@cache
def _listed_towns() -> frozenset[str]:
    return frozenset(barangay.parent for barangay in barangays().values())


def place(code: str) -> Place | None:
    """The place a code stands for today, barangays of the first provinces included."""
    now = current(code)
    return places().get(now) or barangays().get(now)


@cache
def _successors() -> Mapping[str, str]:
    """Old code, of nine or ten digits -> present code, where the place is the same."""
    old = {row["old_code"]: row["code"] for row in rows("psgc") if row["old_code"]}
    for row in rows("psgc_changes"):
        if row["change"] == "split":  # never carried over: which half is meant, only a municipality can say
            old[row["old_code"]] = MAGUINDANAO
        else:
            old[row["old_code"]] = row["new_code"]
    return old | {MAGUINDANAO: MAGUINDANAO}


def current(code: str) -> str:
    """The present code of a place; the undivided Maguindanao stays itself, an unknown code comes back as it is."""
    return code if code in places() else _successors().get(code, code)


class _Codes:
    """What a psgc field accepts: present and old codes; a barangay outside the shipped list by its municipality."""

    def __contains__(self, code: object) -> bool:
        if not isinstance(code, str):
            return False
        if code in places() or code in barangays() or code in _successors():
            return True
        return self._barangay_elsewhere(code)

    @staticmethod
    def _barangay_elsewhere(code: str) -> bool:
        if len(code) != 10 or not (code.isascii() and code.isdigit()) or code.endswith("000"):
            return False
        town = current(code[:7] + "000")
        return town in places() and town not in _listed_towns()


_CODES = _Codes()


def codes() -> Container[str]:
    return _CODES


def municipality_of(code: str) -> str | None:
    """City or municipality, None for a province or region. Level M of the tables."""
    now = current(code)
    town = now[:7] + "000"
    return town if town in places() and places()[town].level in _TOWNS else None


_TOWNS = frozenset({"city", "municipality", "sub-municipality"})


def province_of(code: str) -> str | None:
    """Province of any finer code, None for a region and for what is no PSGC code.

    A highly urbanized city has no province and stands for itself at this level, as in the code's own PPP digits; so do
    the special areas and the undivided Maguindanao.
    """
    now = current(code)
    if now == MAGUINDANAO:
        return now
    province = now[:5] + "00000"
    return province if province in places() and places()[province].level != "region" else None


def region_of(code: str) -> str | None:
    region = current(code)[:2] + "00000000"
    return region if region in places() else None


def coarser(code: str, level: str) -> str | None:
    """The `municipality`, `province` or `region` of a code; None where the code is coarser than asked for."""
    match level:
        case "municipality":
            return municipality_of(code)
        case "province":
            return province_of(code)
        case "region":
            return region_of(code)
        case _:
            raise ValueError("level is none of municipality, province, region: name one of them")


def name_of(code: str) -> str:
    """Name to show; the undivided Maguindanao says so."""
    if current(code) == MAGUINDANAO:
        return "Maguindanao (before the division)"
    found = place(code)
    return found.name if found else code


def inhabitants(code: str) -> int | None:
    """Census of 1 July 2024, the denominator of indicator 08; None for what the census did not count as one place."""
    found = place(code)
    return found.population_2024 if found else None
