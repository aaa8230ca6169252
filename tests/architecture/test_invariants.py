"""ARCHITECTURE.md is true: every invariant names tests that exist, and the walk of a fact goes through files that exist."""

import ast
import re

import pytest

from tests.architecture.sources import ROOT, tree

PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
LATER = {11}  # releases


def rows() -> dict[int, str]:
    """Number of an invariant -> its row of the table."""
    section = PAGE.partition("## Invariants")[2].partition("\n## ")[0]
    return {int(number): row for number, row in re.findall(r"^\| (\d+) \|(.+)\|$", section, re.MULTILINE)}


def named(text: str) -> list[tuple[str, str]]:
    return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)


def unknown(text: str) -> list[str]:
    """Tests that a text names and nobody wrote."""
    missing = []
    for file, name in named(text):
        path = ROOT / file
        defined = ast.walk(tree(path)) if path.exists() else ()
        if not any(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == name for each in defined):
            missing.append(f"{file}::{name}")
    return missing


def test_all_twelve_invariants_are_there() -> None:
    assert sorted(rows()) == list(range(1, 13))


@pytest.mark.parametrize("number", sorted(set(range(1, 13)) - LATER))
def test_an_invariant_names_its_test(number: int) -> None:
    assert named(rows()[number]), f"invariant {number} names no test"
    assert not (missing := unknown(rows()[number])), missing


def test_every_test_that_the_page_names_exists() -> None:
    assert not (missing := unknown(PAGE)), missing


def test_a_test_that_nobody_wrote_is_found() -> None:
    assert unknown("`tests/contract/test_store.py::test_nothing_at_all`") == ["tests/contract/test_store.py::test_nothing_at_all"]


def test_the_walk_passes_every_floor() -> None:
    walk = PAGE.partition("## The walk of one fact")[2].partition("\n## ")[0]
    for needed in ("protocol.py", "body.py", "call.py", "handle.py", "decisions.py", "sealed.py", "store.py", "append.sql", "relay.py",
                   "topics.py", "consume.py", "projection.py", "tables.sql", "live:query", "reactions.py"):  # fmt: skip
        assert needed in walk, f"the walk leaves out {needed}"


def test_the_layout_is_the_one_on_disk() -> None:
    layout = PAGE.partition("```text")[2].partition("```")[0]
    for service in ("intake", "casework", "referrals", "reporting"):
        line = next(line for line in layout.splitlines() if line.strip().startswith(f"{service}/"))
        folders = set(re.findall(r"(\w+)/", line)) - {service}
        found = {each.parent.name for each in (ROOT / "services" / service).glob("*/*.py")}
        assert folders == found, f"{service}: the page says {sorted(folders)}, the disk {sorted(found)}"
        files = set(re.findall(r"(\w+\.py)", line))
        present = {each.name for each in (ROOT / "services" / service).glob("*.py")} - {"__init__.py"}
        assert {"api.py", "worker.py"} <= files <= present, f"{service}: the page says {sorted(files)}, the disk {sorted(present)}"
