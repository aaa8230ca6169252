"""One gate: whatever the public gets went through it, and nothing beside it can reach a true count (statistics chapter, section 8)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, findings, lint, sources

REPORTING = ROOT / "services/reporting"

# Statements that may name facts, and those that may name true counts behind published cells: the worker's alone.
COUNTING = frozenset(("count.sql", "readiness.sql"))
SECRET = frozenset(("editions.sql", "keep_secrets.sql", "0001_ledger.sql"))

# Who freezes. Everything else of the releases serves bytes that are fixed.
FREEZING = frozenset(("count.py", "freeze.py", "work.py"))

TRUE_COUNTS = (
    "services.reporting.figures.read",
    "services.reporting.figures.plan",
    "services.reporting.facts",
    "services.reporting.releases.count",
)


def true_counts(module: ast.AST) -> Iterator[tuple[int, str]]:
    """Imports by which code gets at counts that no gate has seen."""
    for node in ast.walk(module):
        names = [n.name for n in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{n.name}" for n in node.names)]
        if bad := [name for name in names if name.startswith(TRUE_COUNTS)]:
            yield node.lineno, f"imports {bad[0]}: the public gets what the gate let through"


def released_reads(module: ast.AST) -> Iterator[tuple[int, str]]:
    """Operations of action `stats.released` that ask the reader of true counts."""
    for node in ast.walk(module):
        if not isinstance(node, ast.AsyncFunctionDef):
            continue
        public = any(
            "stats.released" in ast.unparse(decorator) or "public=True" in ast.unparse(decorator) for decorator in node.decorator_list
        )
        if public and ("reader" in ast.unparse(node) or "places(" in ast.unparse(node)):
            yield node.lineno, f"{node.name} is for everybody and asks the read model"


def public_files() -> list[Path]:
    released = [file for file in sources("services/reporting/releases/*.py") if file.name not in FREEZING]
    folders = ("exports", "disclosure", "pages", "documents", "rollup", "national")
    return [*released, *sources(*(f"services/reporting/{folder}/*.py" for folder in folders))]


def test_what_serves_the_public_imports_no_true_counts() -> None:
    assert not (bad := lint(true_counts, public_files())), "\n".join(bad)


def test_no_public_operation_asks_the_read_model() -> None:
    assert not (bad := lint(released_reads, sources("services/reporting/**/*.py"))), "\n".join(bad)


@pytest.mark.parametrize("folder", ["releases", "exports", "disclosure", "pages", "rollup", "national"])
def test_only_counting_statements_name_facts(folder: str) -> None:
    for file in (REPORTING / folder).rglob("*.sql"):
        text = file.read_text(encoding="utf-8")
        assert "facts." not in text or file.name in COUNTING, f"{file.name} reads facts beside the gate"


def test_true_counts_of_releases_are_named_by_the_worker_s_statements_alone() -> None:
    for file in REPORTING.rglob("*.sql"):
        text = file.read_text(encoding="utf-8")
        assert "cell_secret" not in text or file.name in SECRET, f"{file.name} reads true counts behind published cells"


def test_grids_leave_through_the_gate_alone() -> None:
    """`render` is the one caller of the gate, `freeze` the one caller of `render` and of the counting."""
    callers = {
        name: {file.name for file in sources("services/reporting/**/*.py") if f"import {name}" in file.read_text(encoding="utf-8")}
        for name in ("Before, Passed, passed", "SQL, Counting")
    }
    assert callers == {"Before, Passed, passed": {"render.py"}, "SQL, Counting": {"freeze.py"}}


@pytest.mark.parametrize("snippet", ["from services.reporting.figures.read import Reader", "import services.reporting.releases.count"])
def test_a_way_around_the_gate_is_found(snippet: str) -> None:
    assert len(findings(true_counts, snippet)) == 1


def test_a_public_operation_over_live_tables_is_found() -> None:
    snippet = "@router.read('GET', '/x', action='stats.released')\nasync def live(call):\n    return await call.parts.reader.ask(1)"
    assert len(findings(released_reads, snippet)) == 1
    assert not findings(released_reads, snippet.replace("stats.released", "stats.centre"))
