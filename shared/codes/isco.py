"""Occupations: ISCO-08 with one to four digits, published by the first one."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from shared.codes.table import rows


class CfoGroup(StrEnum):
    """Occupation groups in which the Commission on Filipinos Overseas publishes emigrants."""

    ARMED_FORCES = "ARMED_FORCES"
    MANAGERIAL = "MANAGERIAL"
    PROFESSIONAL = "PROFESSIONAL"
    CLERICAL = "CLERICAL"
    SALES = "SALES"
    SERVICE = "SERVICE"
    AGRICULTURE = "AGRICULTURE"
    PRODUCTION = "PRODUCTION"


class _Codes:
    """Major and sub-major groups by the list; finer codes by their sub-major group, since no list of them is shipped."""

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and 1 <= len(code) <= 4 and code.isascii() and code.isdigit() and code[:2] in names()


_CODES = _Codes()


def codes() -> _Codes:
    return _CODES


@cache
def names() -> Mapping[str, Mapping[str, str]]:
    """Code of one or two digits -> {en, fr, fil}; Filipino names exist for the major groups only."""
    filipino = {row["code"]: row["fil"] for row in rows("labels") if row["list"] == "Isco"}
    return {row["code"]: {"en": row["en"], "fr": row["fr"], "fil": filipino.get(row["code"], row["en"])} for row in rows("isco")}


def major(isco: str) -> str:
    """First digit, `0`..`9`: the only one that is published."""
    return isco[:1]


_CFO_MAJOR = {
    "0": CfoGroup.ARMED_FORCES,
    "1": CfoGroup.MANAGERIAL,
    "2": CfoGroup.PROFESSIONAL,
    "3": CfoGroup.PROFESSIONAL,
    "4": CfoGroup.CLERICAL,
    "6": CfoGroup.AGRICULTURE,
    "7": CfoGroup.PRODUCTION,
    "8": CfoGroup.PRODUCTION,
    "9": CfoGroup.PRODUCTION,
}
_CFO_SUB_MAJOR = {
    "51": CfoGroup.SERVICE,
    "52": CfoGroup.SALES,
    "53": CfoGroup.SERVICE,
    "54": CfoGroup.SERVICE,
    "91": CfoGroup.SERVICE,
}


def cfo_group(isco: str) -> CfoGroup | None:
    """CFO's group of an occupation; None for a bare 5, which may be sales or service."""
    return _CFO_SUB_MAJOR.get(isco[:2]) or _CFO_MAJOR.get(isco[:1])
