"""The Honduran arrival tables, and the people they count, one by one.

Two published margins of the same arrivals: by group and by nationality, month by month, equal in their monthly totals.
`Published.people` pairs them so that whoever registers each person gets both tables back, cell by cell.
"""

import csv
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.codes.country import FROM_TABLES

GROUPS = ("men", "women", "boys", "girls")

Margin = Mapping[str, Mapping[str, int]]
"""month (YYYY-MM) -> category -> people"""


@dataclass(frozen=True, slots=True)
class Published:
    by_group: Margin
    by_nationality: Margin
    """country codes of Gabay, rows of one code summed; a code that nobody had in a month is absent there"""

    @property
    def months(self) -> tuple[str, ...]:
        return tuple(sorted(self.by_group))

    def total(self, month: str) -> int:
        return sum(self.by_group[month].values())

    def people(self, month: str) -> Iterator[tuple[str, str]]:
        """(group, nationality) of each person of a month, the same ones in the same order on every machine.

        Both margins hold exactly; which nationality meets which group is drawn with a seed of the month.
        """
        groups = _one_by_one(self.by_group[month])
        nationalities = _one_by_one(self.by_nationality[month])
        draw = random.Random(f"honduras {month}")  # noqa: S311 - a repeatable order, no secret
        draw.shuffle(groups)
        draw.shuffle(nationalities)
        return zip(groups, nationalities, strict=True)


@cache
def load() -> Published:
    """Read both tables once. See README.md beside this file for their traps."""
    by_group = _margin("honduras_arrivals_by_group.csv", "group", {})
    return Published(by_group, _margin("honduras_arrivals_by_nationality.csv", "nationality", FROM_TABLES))


def _margin(name: str, category: str, registered_as: Mapping[str, str]) -> Margin:
    table: dict[str, Counter[str]] = {}
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = row[category]
            # Added, never assigned: 33 (month, nationality) pairs stand in more than one row.
            table.setdefault(row["month"], Counter())[registered_as.get(code, code)] += int(row["arrivals"])
    return table


def _one_by_one(counts: Mapping[str, int]) -> list[str]:
    """Sorted by category: the order of rows in a file must not decide who is drawn."""
    return [category for category in sorted(counts) for _ in range(counts[category])]
