"""What the tests promise of themselves: no sleeping, and every planted bug is used by a test that it makes fail."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, called, committed, findings, lint, sources

# File -> what it waits for there, since it is no condition.
MAY_SLEEP = {
    "tests/harness/wait.py": "between two looks at a condition",
    "tests/harness/openbao.py": "between two looks at a server that is being started",
    "tests/harness/keycloak.py": "between two looks at a server that is being started",
    "tests/harness/cluster.py": "between two looks at a server that is being started",
    "tests/chaos/load.py": "the pace of a load, not a wait for an effect",
    "tests/chaos/test_r01_kills.py": "the random moment of a kill",
    "tests/security/test_s05_limits.py": "between two looks at a server that is being started",
    "tests/unit/http/kit.py": "an operation that is slow, so that others overtake it",
    "tests/unit/bench/test_load.py": "the stall that the load generator must notice",
    "tests/integration/test_stack_launcher.py": "between two looks at a condition of another process",
    "tests/planted/answer_before_commit.py": "the bug itself",
}


def sleeping(module: ast.AST) -> Iterator[tuple[int, str]]:
    """`sleep`, except sleep(0), which only lets others run."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or called(node).rpartition(".")[2] != "sleep":
            continue
        if not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0):
            yield node.lineno, "sleeps: wait for a condition (tests.harness.wait.eventually)"


def test_no_test_sleeps() -> None:
    bad = [line for line in lint(sleeping, sources("tests/**/*.py"), having="sleep") if line.partition(":")[0] not in MAY_SLEEP]
    assert not bad, "\n".join(bad)


def test_a_sleeping_test_is_found() -> None:
    assert len(findings(sleeping, "async def test_it():\n    await asyncio.sleep(1)")) == 1
    assert not findings(sleeping, "async def test_it():\n    await asyncio.sleep(0)")


def planted() -> list[str]:
    return sorted(file.stem for file in sources("tests/planted/*.py") if file.stem != "__init__")


@pytest.mark.parametrize("bug", planted())
def test_every_planted_bug_is_used_by_a_test(bug: str) -> None:
    users = [file for file in sources("tests/**/test_*.py") if re.search(rf"\b{bug}\b", file.read_text(encoding="utf-8"))]
    assert users, f"tests/planted/{bug}.py makes no test fail: what does it protect?"


@pytest.mark.parametrize("bug", planted())
def test_a_planted_bug_stays_out_of_the_product(bug: str) -> None:
    product = [
        file for file in committed() if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in ("services", "shared", "cli", "deploy")
    ]
    assert not [file for file in product if f"planted.{bug}" in file.read_text(encoding="utf-8") or f'"{bug}"' in file.read_text("utf-8")]
