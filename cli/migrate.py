"""`gabay migrate`: a database, or all of a stack, to this release's schema."""

from __future__ import annotations

from typing import Annotated

import typer


def migrate(
    target: Annotated[str, typer.Argument(metavar="[TARGET]", help="a service, keyring or access; without it: all of this stack")] = "",
    check: Annotated[bool, typer.Option("--check", help="print what would run, and what it would lock; change nothing")] = False,
) -> None:
    """Bring the database of TARGET to this release's schema. Safe to repeat.

    gabay migrate --check
    gabay migrate intake
    """
    from cli.process import run_migrate

    run_migrate(target, check)
