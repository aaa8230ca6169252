"""The CSV files beside this module, each read on first use.

Nothing is read at import: a service that never looks at a barangay never loads 2,000 of them.
"""

import csv
from collections.abc import Iterator
from pathlib import Path


def rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of `<name>.csv`, every value a string: 0504100000 must never become a number."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
