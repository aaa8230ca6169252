"""A profile snapshot -> the codes by which reporting counts people (statistics chapter, section 3)."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from shared.codes.age import UNKNOWN, age_class
from shared.codes.education import isced
from shared.codes.psgc import municipality_of, province_of

ABROAD = "_F"
_ANY_DAY = date(2000, 1, 1)  # without a birth month the codes of an age do not depend on the day


class Attributes(NamedTuple):
    """What a person is in the figures. birth_month: months since year 0, so that SQL reckons ages by subtraction."""

    sex: str
    birth_month: int | None
    age_told: str
    area: str
    nat: str
    edu: str
    isco: str
    types: str
    town: str


def attributes(profile: Mapping[str, Any]) -> Attributes:
    """Codes of a profile snapshot. Ages are not taken here: they are those at the date of each fact."""
    sex, born = profile["sex"], profile.get("birth_month")
    return Attributes(
        UNKNOWN if sex == "U" else sex,
        int(born[:4]) * 12 + int(born[5:7]) - 1 if born else None,
        age_told(profile.get("age_band"), profile.get("adult_child")),
        area(profile.get("psgc_mun"), profile.get("residence_country")),
        profile["nationality"][0],
        education(profile.get("education")),
        isco1(profile.get("isco")),
        " ".join(profile["client_types"]),
        town(profile.get("psgc_mun"), profile.get("residence_country")),
    )


@lru_cache(maxsize=64)  # 12 bands x 3 classes
def age_told(band: str | None, adult_child: str | None) -> str:
    """Age code of somebody whose birth month is unknown: the band, else adult or child, else `_U`."""
    told = age_class(None, band, adult_child, _ANY_DAY)
    return told.a2 if told.a11 == UNKNOWN else told.a11


@lru_cache(maxsize=4096)  # municipalities of the pilot provinces, many times over
def area(place: str | None, country: str | None) -> str:
    """Province of a place; `_F` for somebody who lives abroad and names none; `_U` where nothing is known."""
    if place:
        return province_of(place) or UNKNOWN
    return UNKNOWN if country in (None, "PHL", "XXX") else ABROAD


@lru_cache(maxsize=4096)
def town(place: str | None, country: str | None) -> str:
    """Municipality of a place; where a coarser one was told what `area` says, so that each town lies in one area."""
    found = area(place, country)
    return (municipality_of(place) if place and found != UNKNOWN else None) or found


@lru_cache(maxsize=64)
def education(level: str | None) -> str:
    return isced(level)


def isco1(code: str | None) -> str:
    """First digit of an occupation: the only one that is published. `_U` where none was told."""
    return code[:1] if code else UNKNOWN
