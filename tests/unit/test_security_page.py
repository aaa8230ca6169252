"""The page of security tests names tests and bugs that exist, one row for each of the thirteen."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| (S\d+) \|(.*)\|(.*)\|(.*)\|$", (ROOT / "docs/reference/security-tests.md").read_text(encoding="utf-8"), re.M)
NAMED = sorted({name for row in ROWS for cell in row[2:] for name in re.findall(r"`(tests/[\w/]+\.py::\w+)`", cell)})
BUGS = sorted({name for row in ROWS for name in re.findall(r"`(\w+)`", row[3])})


def test_there_is_a_row_for_each() -> None:
    assert [row[0] for row in ROWS] == [f"S{n}" for n in range(1, 14)]
    assert all("::" in row[2] for row in ROWS)
    assert all("`" in row[3] for row in ROWS), "each has a bug that it was seen to catch"


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_the_page_names_exists(name: str) -> None:
    path, _, function = name.partition("::")
    assert re.search(rf"^(async )?def {function}\(", (ROOT / path).read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_that_the_page_names_is_planted_somewhere(name: str) -> None:
    assert (ROOT / "tests/planted" / f"{name}.py").exists()
