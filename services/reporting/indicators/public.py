"""The allow-list: every table that may be published, and nothing else leaves (statistics chapter, section 4, last column).

Each indicator declares its own; they are named in the order in which it does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from services.reporting.indicators.catalogue import INDICATORS, PUBLIC
from services.reporting.indicators.published import PublicTable


def _named() -> Iterator[PublicTable]:
    for number, tables in PUBLIC.items():
        indicator = INDICATORS[number]
        for letter, each in zip("ABCDEFGH", tables, strict=False):
            yield replace(
                each, name=f"I{number}{letter}", indicator=indicator.number, klass=each.klass or indicator.klass,
                title=each.title or indicator.title,
            )  # fmt: skip


TABLES: Mapping[str, PublicTable] = {table.name: table for table in _named()}


def of_frequency(frequency: str) -> tuple[PublicTable, ...]:
    """The tables of a monthly, quarterly or annual release."""
    return tuple(table for table in TABLES.values() if table.frequency == frequency)
