"""Philippine schooling -> ISCED 2011 attainment (domain.md section 12; the mapping is decided there)."""

from collections.abc import Mapping

from shared.codes.person import Education as E

ISCED: Mapping[E, int | None] = {
    E.NOT_SCHOOL_AGE: None,
    E.NONE: 0,
    E.ELEMENTARY_LEVEL: 0,
    E.ELEMENTARY_GRADUATE: 1,
    E.HIGH_SCHOOL_LEVEL: 1,
    E.JUNIOR_HIGH_GRADUATE: 2,
    E.HIGH_SCHOOL_GRADUATE: 3,
    E.VOCATIONAL_LEVEL: 3,
    E.VOCATIONAL_GRADUATE: 4,
    E.COLLEGE_LEVEL: 3,
    E.SHORT_CYCLE: 5,
    E.COLLEGE_GRADUATE: 6,
    E.POSTGRADUATE_LEVEL: 6,
    E.MASTERS: 7,
    E.DOCTORATE: 8,
    E.NON_FORMAL: 9,
    E.UNKNOWN: 9,
}
"""Level reached; None does not apply, 9 is unknown."""


def isced(education: str | None) -> str:
    """Code of dimension EDU: `L0`..`L8`, `L9` unknown, `_Z` below school age."""
    if education is None:
        return "L9"
    level = ISCED[E(education)]
    return "_Z" if level is None else f"L{level}"
