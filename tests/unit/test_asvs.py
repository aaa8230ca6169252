"""The table of ASVS 5.0.0 is whole, gives each row a verdict, and names tests that exist."""

import re
from collections import Counter
from pathlib import Path

import pytest

from cli.reference.asvs import VERDICTS, Row, rows

ROOT = Path(__file__).resolve().parents[2]
NAMED = sorted({name for row in rows() if row.verdict == "met" for name in row.shown.split()})


def faults(row: Row) -> list[str]:
    """What a row lacks."""
    wrong = [] if row.verdict in VERDICTS else ["verdict"]
    wrong += ["idea"] if not row.idea else []
    is_test = all(re.fullmatch(r"tests/[\w/]+\.py::\w+", name) for name in row.shown.split()) and bool(row.shown)
    return wrong + (["shown"] if not row.shown or is_test != (row.verdict == "met") else [])


def test_every_requirement_up_to_level_2_has_one_row_in_its_order() -> None:
    ids = [tuple(int(part) for part in row.id.split(".")) for row in rows()]
    assert ids == sorted(set(ids))
    levels = Counter(row.level for row in rows())
    assert (levels["1"], levels["2"]) == (70, 183)
    assert {row.verdict for row in rows() if row.level == "3"} == {"met"}


def test_every_row_has_a_verdict_and_its_ground() -> None:
    assert [(row.id, wrong) for row in rows() if (wrong := faults(row))] == []


def test_a_row_without_ground_or_verdict_is_found() -> None:
    assert faults(Row("1.1.1", "2", "met", "x", "because")) == ["shown"]
    assert faults(Row("1.1.1", "2", "not met", "x", "tests/unit/test_a.py::test_a")) == ["shown"]
    assert faults(Row("1.1.1", "2", "maybe", "", "")) == ["verdict", "idea", "shown"]


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_the_table_names_exists(name: str) -> None:
    path, _, function = name.partition("::")
    assert re.search(rf"^\s*(async )?def {function}\(", (ROOT / path).read_text(encoding="utf-8"), re.M)
