"""Languages: all of ISO 639-3, with names from CLDR where it has them (`languages.csv`, made from pycountry)."""

from collections.abc import Mapping
from functools import cache

from shared.codes.table import rows


@cache
def codes() -> frozenset[str]:
    return frozenset(names())


@cache
def names() -> Mapping[str, Mapping[str, str]]:
    """Code -> {en, fr, fil}; the English name where CLDR has no other."""
    return {row["code"]: {"en": row["en"], "fr": row["fr"] or row["en"], "fil": row["fil"] or row["en"]} for row in rows("languages")}
