"""`gabay test` and `gabay lint`: what CI runs, the same way for everybody."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parent.parent
SLOW_FOLDERS = ("chaos", "acceptance", "attack", "browser", "integration", "security")
# The tests wait more than they calculate. Each side has stacks of its own; tests/conftest.py says what must stay together.
TWO_AT_ONCE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")

# Name, command, and what mends a failure.
LINTERS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("ruff check", ("-m", "ruff", "check", "."), "gabay lint --fix"),
    ("ruff format", ("-m", "ruff", "format", "--check", "."), "gabay lint --fix"),
    ("import-linter", ("-m", "cli.floors"), "see CONTRIBUTING.md, floors"),
    ("mypy", ("-m", "mypy", "--no-error-summary"), "the message names the line"),
    ("codespell", ("-m", "codespell_lib"), "correct it, or add the word to pyproject.toml"),
)


def test(
    context: typer.Context,
    quick: Annotated[bool, typer.Option("--quick", help="under two minutes: the unit, contract and architecture tests alone")] = False,
    long: Annotated[bool, typer.Option("--long", help="the long profiles too")] = False,
) -> int:
    """Run the tests on embedded stacks of their own (.gabay/test). Paths and options of pytest may follow.

    All of them run in two processes at once; those of named paths in one (`-n 2` for two). `acceptance --target compose` asks
    the stack that runs by docker-compose.yml and deploy/compose/outside.yml instead; --target FILE, by another compose file.

    gabay test --quick
    gabay test tests/unit/casework -q
    """
    command = [sys.executable, "-m", "pytest", *(f"tests/{each}" if each in SLOW_FOLDERS else each for each in context.args)]
    if quick:
        command += ["-m", "not slow", *(f"--ignore=tests/{folder}" for folder in SLOW_FOLDERS)]
    if long:
        command.append("--long")
    if not any(argument for argument in context.args if not argument.startswith("-")):
        command += TWO_AT_ONCE
    sys.stdout.flush()
    os.chdir(ROOT)
    # Replaced, so that pytest's own closing line and exit status are the last.
    os.execv(sys.executable, command)  # noqa: S606 - the interpreter that runs us


test.context_settings = {"allow_extra_args": True, "ignore_unknown_options": True}  # type: ignore[attr-defined]


def lint(fix: Annotated[bool, typer.Option("--fix", help="correct what ruff can correct")] = False) -> int:
    """Run ruff, import-linter, mypy (strict) and codespell; exit status 1 when one of them finds something."""
    if fix:
        subprocess.run([sys.executable, "-m", "ruff", "check", "--fix", "."], cwd=ROOT, check=False)
        subprocess.run([sys.executable, "-m", "ruff", "format", "."], cwd=ROOT, check=False)
    began = time.monotonic()
    running = [
        (name, remedy, subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        for name, command, remedy in LINTERS
    ]
    bad = 0
    for name, remedy, process in running:
        output, _ = process.communicate()
        if process.returncode:
            bad += 1
            print(f"BAD   {name}  ({remedy})\n{output.rstrip()}\n", flush=True)
        else:
            print(f"ok    {name}", flush=True)
    print(f"{len(LINTERS) - bad} of {len(LINTERS)} linters content, {time.monotonic() - began:.0f} s")
    return 1 if bad else 0
