"""What decides, folds, projects and reacts is pure: no clock, no chance, no waiting, no environment (invariant 3)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, called, findings, lint, sources

CLOCKS = frozenset({"now", "today", "utcnow", "fromtimestamp"})
FORBIDDEN_MODULES = frozenset({"random", "secrets", "time", "os", "asyncio", "threading", "subprocess", "socket"})
FORBIDDEN_NAMES = frozenset({"uuid1", "uuid4", "uuid7", "open", "input", "print"})

# Files of an aggregate's folder that do input and output, and wait for it; `plan_routes.py` and its like too.
WAITING = frozenset({"routes.py", "pages.py", "parts.py", "look_ups.py"})


def impure(module: ast.AST) -> Iterator[tuple[int, str]]:
    """Clocks, chance, waiting, environment."""
    for node in ast.walk(module):
        match node:
            case ast.Import(names=names) if bad := {n.name.partition(".")[0] for n in names} & FORBIDDEN_MODULES:
                yield node.lineno, f"imports {min(bad)}"
            case ast.ImportFrom(module=str(name)) if name.partition(".")[0] in FORBIDDEN_MODULES:
                yield node.lineno, f"imports {name}"
            case ast.ImportFrom(names=names) if bad := {n.name for n in names} & FORBIDDEN_NAMES:
                yield node.lineno, f"imports {min(bad)}"
            case ast.Call(func=ast.Attribute(attr=str(name))) if name in CLOCKS and called(node) != "command.now":
                yield node.lineno, f"asks a clock: {called(node)}"
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_NAMES:
                yield node.lineno, f"calls {name}"
            case ast.AsyncFunctionDef(body=[ast.Expr(value=ast.Constant())]):
                continue  # a line of a protocol: somebody else waits
            case ast.Await() | ast.AsyncFunctionDef() | ast.AsyncFor() | ast.AsyncWith():
                yield node.lineno, "waits"


def raising_folds(module: ast.AST) -> Iterator[tuple[int, str]]:
    """`evolve` and what stands beside it: a fold that fails makes old records unreadable."""
    for node in ast.walk(module):
        if isinstance(node, ast.Raise | ast.Assert):
            yield node.lineno, "a fold raises"
        if isinstance(node, ast.Call) and called(node) in ("next", "min", "max") and len(node.args) == 1 and not node.keywords:
            yield node.lineno, f"{called(node)}() without a default fails on nothing"


def pure_modules() -> list[Path]:
    """Every module of an aggregate's folder except those that wait; every projection, reaction, indicator and contract."""
    folders = {file.parent for file in sources("services/*/*/state.py", "services/*/*/decisions.py")}
    siblings = [
        file for folder in folders for file in folder.glob("*.py") if file.name not in WAITING and not file.name.endswith("_routes.py")
    ]
    named = ("services/*/*/projection.py", "services/*/reactions.py", "services/*/timers.py", "services/reporting/indicators/*.py")
    language = ("shared/contracts/**/*.py", "shared/codes/*.py", "shared/eventsourcing/decider.py", "shared/eventsourcing/projection.py")
    named += ("services/reporting/disclosure/*.py",)
    language += ("shared/eventsourcing/event.py", "shared/eventsourcing/timer.py", "shared/privacy/classes.py")
    return sorted({*siblings, *sources(*named, *language)})


def test_a_decision_sees_a_command_and_a_state_and_nothing_else() -> None:
    assert not (bad := lint(impure, pure_modules())), "\n".join(bad)


def test_a_fold_never_raises() -> None:
    assert not (bad := lint(raising_folds, sources("services/*/*/state.py"))), "\n".join(bad)


def test_the_pure_modules_are_the_ones_that_matter() -> None:
    names = {file.relative_to(ROOT).as_posix() for file in pure_modules()}
    assert {"services/intake/client/decisions.py", "services/casework/case/state.py", "services/casework/reactions.py"} <= names
    assert "services/casework/case/routes.py" not in names


@pytest.mark.parametrize(
    ("snippet", "told"),
    [
        ("on = datetime.now(UTC)", "asks a clock: datetime.now"),
        ("on = date.today()", "asks a clock: date.today"),
        ("on = datetime.datetime.utcnow()", "asks a clock: datetime.datetime.utcnow"),
        ("from uuid import uuid4", "imports uuid4"),
        ("import random", "imports random"),
        ("from os import environ", "imports os"),
        ("async def decide():\n    return []", "waits"),
    ],
)
def test_an_impure_line_is_found(snippet: str, told: str) -> None:
    assert findings(impure, snippet) == [told]


@pytest.mark.parametrize("snippet", ["def evolve(s, e):\n    raise ValueError", "assert state.open", "latest = max(state.days)"])
def test_a_fold_that_may_fail_is_found(snippet: str) -> None:
    assert len(findings(raising_folds, snippet)) == 1


def test_what_comes_in_with_the_command_is_welcome() -> None:
    assert not findings(impure, "day = command.now.date()\nfrom uuid import UUID, uuid5")
