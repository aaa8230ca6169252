"""What the linters read: the project's own files, as text and as syntax trees."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("intake", "casework", "referrals", "reporting")

Linter = Callable[[ast.AST], Iterable[tuple[int, str]]]
"""A syntax tree -> (line, what is wrong)."""


@cache
def committed() -> tuple[Path, ...]:
    """Every file of the project that is committed or about to be; without git, every file that no cache or tool made."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [each for each in ROOT.rglob("*") if not any(p.startswith((".", "__pycache__")) for p in each.relative_to(ROOT).parts)]
    return tuple(sorted(each for each in found if each.is_file()))


def sources(*patterns: str) -> Iterator[Path]:
    """Python files whose path from the root fits a pattern: `*` stands for one name, `**/` for any folders, or none."""
    fits = re.compile("|".join(re.escape(p).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*") for p in patterns))
    for each in committed():
        if each.suffix == ".py" and fits.fullmatch(each.relative_to(ROOT).as_posix()):
            yield each


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def lint(linter: Linter, files: Iterable[Path], *, having: str = "") -> list[str]:
    """Findings as `path:line: what`, for a message that an editor can follow. having: text without which there are none."""
    read = [file for file in files if having in file.read_text(encoding="utf-8")]
    return [f"{file.relative_to(ROOT)}:{line}: {what}" for file in read for line, what in sorted(linter(tree(file)))]


def findings(linter: Linter, snippet: str) -> list[str]:
    """What a linter says of a few planted lines."""
    return [what for _, what in sorted(linter(ast.parse(snippet)))]


def called(node: ast.AST) -> str:
    """The dotted name of what a call calls: `datetime.now`, `self.pool.fetch`; empty where it has none."""
    if isinstance(node, ast.Call):
        return called(node.func)
    if isinstance(node, ast.Attribute):
        return f"{called(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""
