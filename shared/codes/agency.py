"""Agencies in case records, with their succession (`agencies.csv`; domain.md section 4).

Old records keep the old code; figures group by the end of the chain. The split of a provincial government is settled by
the municipality concerned, and by nothing else.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from shared.codes import partial_date, psgc
from shared.codes.table import rows


class Agency(NamedTuple):
    code: str
    name: str
    kind: str
    """NATIONAL, LOCAL, BANGSAMORO or INTERNATIONAL"""
    valid_from: str
    valid_to: str
    """first and last day to the precision known (day or year); empty is open or not established"""
    successors: tuple[str, ...]
    relation: str
    """MERGED, RENAMED, SPLIT or empty"""
    parent: str
    legal_basis: str
    role: str

    def existed(self, on: date) -> bool:
        """With year precision predecessor and successor share that year: both are right."""
        after = not self.valid_from or partial_date.first_day(self.valid_from) <= on
        before = not self.valid_to or on <= partial_date.last_day(self.valid_to)
        return after and before

    @property
    def state(self) -> str | None:
        """Country whose body it is, None for an international one."""
        return None if self.kind == "INTERNATIONAL" else "PHL"


PROVINCIAL_GOVERNMENT: Mapping[str, str] = {
    "MAS_PG": "0504100000",
    "ANT_PG": "0600600000",
    "AGS_PG": "1600300000",
    "MGN_PG": "1908700000",
    "MGS_PG": "1908800000",
}
"""Province that each provincial government governs."""


@cache
def agencies() -> Mapping[str, Agency]:
    return {row["code"]: _agency(row) for row in rows("agencies")}


def _agency(row: dict[str, str]) -> Agency:
    successors = tuple(row["succeeded_by"].split("|")) if row["succeeded_by"] else ()
    return Agency(
        row["code"],
        row["name"],
        row["kind"],
        row["valid_from"],
        row["valid_to"],
        successors,
        row["relation"],
        row["parent"],
        row["legal_basis"],
        row["role"],
    )


def end_of_chain(code: str, psgc_mun: str | None = None) -> str:
    """Code under which figures count an agency: POEA -> DMW.

    A SPLIT is followed only where `psgc_mun`, the municipality concerned, lies in one successor's province; else the old
    code stays. A code that is no agency (an organisation of the region file) comes back as it is.
    """
    found = agencies().get(code)
    if found is None or not found.successors:
        return code
    if found.relation != "SPLIT":
        return end_of_chain(found.successors[0], psgc_mun)
    province = psgc.province_of(psgc_mun) if psgc_mun else None
    return next((heir for heir in found.successors if PROVINCIAL_GOVERNMENT.get(heir) == province), code)
