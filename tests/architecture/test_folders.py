"""Who knows one aggregate knows all: the same file names in every folder. And no service imports another."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, SERVICES, Linter, committed, findings, lint, sources

# What an aggregate's folder may hold beside the files that its idea asks for (`consenting.py`, `episodes.py`).
NEEDED = ("__init__.py", "state.py", "decisions.py", "routes.py")
MOVED_BY_OTHERS = ("rollup",)  # a release publishes and withdraws its tables: they have no routes of their own


def aggregates() -> list[Path]:
    return sorted({file.parent for file in sources("services/*/*/state.py", "services/*/*/decisions.py")})


def read_models() -> list[Path]:
    return sorted({file.parent for file in sources("services/*/*/projection.py")})


def foreign(service: str) -> Linter:
    """A linter that finds imports of other services."""
    others = {f"services.{each}" for each in SERVICES if each != service}

    def linter(module: ast.AST) -> Iterator[tuple[int, str]]:
        for node in ast.walk(module):
            names = [n.name for n in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{n.name}" for n in node.names)]
            if bad := [name for name in names if ".".join(name.split(".")[:2]) in others]:
                yield node.lineno, f"imports {bad[0]}: services meet only on topics"

    return linter


@pytest.mark.parametrize("folder", aggregates(), ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_an_aggregate_tells_its_story_in_the_same_files(folder: Path) -> None:
    needed = [name for name in NEEDED if name != "routes.py" or folder.name not in MOVED_BY_OTHERS]
    assert not [name for name in needed if not (folder / name).exists()]


@pytest.mark.parametrize("folder", read_models(), ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_a_read_model_has_its_tables_beside_it(folder: Path) -> None:
    assert (folder / "tables.sql").exists()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_composed_in_two_screens(service: str) -> None:
    for name in ("api.py", "worker.py"):
        lines = (ROOT / "services" / service / name).read_text(encoding="utf-8").count("\n")
        assert lines <= 60, f"services/{service}/{name} is {lines} lines long: composition stays a screen"


@pytest.mark.parametrize("service", SERVICES)
def test_services_meet_only_on_topics(service: str) -> None:
    assert not (bad := lint(foreign(service), sources(f"services/{service}/**/*.py"), having="services")), "\n".join(bad)


def test_the_kernel_never_looks_up() -> None:
    own = lint(foreign(""), sources("shared/**/*.py"), having="services")
    assert not own, "\n".join(own)


@pytest.mark.parametrize(
    "snippet", ["from services.casework.case import state", "import services.casework.api", "from services import casework"]
)
def test_an_import_of_another_service_is_found(snippet: str) -> None:
    assert len(findings(foreign("intake"), snippet)) == 1
    assert not findings(foreign("casework"), snippet)


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils.py", "util.py", "helpers.py", "common.py", "manager.py", "base.py", "misc.py"}
    assert not [str(file.relative_to(ROOT)) for file in committed() if file.name in empty]


def test_a_package_computes_nothing_when_it_is_imported() -> None:
    def computing(module: ast.AST) -> Iterator[tuple[int, str]]:
        for node in getattr(module, "body", []):
            if not isinstance(node, ast.Expr | ast.Import | ast.ImportFrom | ast.Assign):
                yield node.lineno, "a package's __init__ is empty or re-exports"

    # The code lists are read from their tables once, and the enums are made of them.
    files = [file for file in sources("services/**/__init__.py", "shared/**/__init__.py") if file.parent.name != "codes"]
    assert not (bad := lint(computing, files)), "\n".join(bad)


def test_a_pattern_reaches_any_depth() -> None:
    names = {file.relative_to(ROOT).as_posix() for file in sources("shared/**/*.py")}
    assert {"shared/errors.py", "shared/http/app.py", "shared/contracts/intake/client.py"} <= names
    assert not list(sources("shared/*/client.py"))
