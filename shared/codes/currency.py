"""Currencies: ISO 4217 (`currencies.csv`, made from pycountry and CLDR), and rates to the peso."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from shared.codes.table import rows


@cache
def codes() -> frozenset[str]:
    return frozenset(names())


@cache
def names() -> Mapping[str, Mapping[str, str]]:
    """Code -> {en, fr, fil}; the English name where CLDR has no other."""
    return {row["code"]: {"en": row["en"], "fr": row["fr"] or row["en"], "fil": row["fil"] or row["en"]} for row in rows("currencies")}


@cache
def _rates() -> Mapping[tuple[str, str], Decimal]:
    return {(row["month"], row["currency"]): Decimal(row["php"]) for row in rows("exchange_rates")}


def php_rate(month: str, currency: str) -> Decimal | None:
    """Pesos for one unit in a month (YYYY-MM), or None where no rate is on file.

    `exchange_rates.csv` is shipped empty: whoever runs a region fills it. Source: indicator 14 of statistics.md.
    """
    return Decimal(1) if currency == "PHP" else _rates().get((month, currency))


@cache
def rates_json() -> str:
    """All rates on file as JSON, `<YYYY-MM> <currency>` -> pesos for one unit: what a database reckons with."""
    return json.dumps({f"{month} {currency}": str(php) for (month, currency), php in _rates().items()})
