"""Countries: ISO 3166-1 and three codes of our own (XXX unknown, XXA stateless, XKX Kosovo as the UN tables write it).

`countries.csv` is made from pycountry and CLDR once, since importing pycountry costs more than a service may spend at
start; a test holds the file equal to pycountry.
"""

from collections.abc import Mapping
from functools import cache

from shared.codes.table import rows

UNKNOWN, STATELESS, KOSOVO = "XXX", "XXA", "XKX"

FROM_TABLES: Mapping[str, str] = {"OOO": UNKNOWN, "OOS": UNKNOWN, "STL": STATELESS}
"""Codes of published tables outside ISO 3166-1, and what to register in their place."""


@cache
def codes() -> frozenset[str]:
    return frozenset(names())


@cache
def names() -> Mapping[str, Mapping[str, str]]:
    """Code -> {en, fr, fil}, by CLDR."""
    return {row["code"]: {"en": row["en"], "fr": row["fr"], "fil": row["fil"]} for row in rows("countries")}


@cache
def _alpha3() -> Mapping[str, str]:
    return {row["alpha2"]: row["code"] for row in rows("countries") if row["alpha2"]}


def of_alpha2(code: str) -> str:
    """PH -> PHL, also for ISO 3166-2 and centre codes (PH-ANT-01 -> PHL); XXX for what is no country."""
    return _alpha3().get(code[:2], UNKNOWN)
