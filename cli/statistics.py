"""`gabay statistics secrets`: the seed and the noise of the disclosure gate."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

statistics = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
secrets = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
statistics.add_typer(secrets, name="secrets", help="seed and noise of the disclosure gate")


@statistics.callback()
def _group() -> None:
    """Secrets of the disclosure gate."""


@secrets.command("new")
def new(
    file: Annotated[Path | None, typer.Option(help="where they are kept; without it: the embedded stack's own")] = None,
) -> None:
    """Draw a seed and a noise table, before those that are there: releases to come use the newest.

    Only when there are none, on suspicion of a leak, or after five years: with other noise the same people could be
    averaged. Two custodians keep a sealed copy each, never beside a backup of a database.
    """
    from services.reporting.releases.secrets import draw, dump, load

    target = file or _embedded()
    known = load(target.read_text(encoding="utf-8")) if target.exists() else {}
    made = draw(time.gmtime().tm_year, tuple(known))
    text = dump([made, *known.values()])
    beside = target.with_name(f".{target.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as kept:
        kept.write(text)
        kept.flush()
        os.fsync(descriptor)
    beside.replace(target)
    print(f"{made.id} is in {target} ({len(known) + 1} in all). Restart reporting's worker: it reads them at its start.")


def _embedded() -> Path:
    from deploy.embedded.stack import Stack

    return Stack.at().home.secret_file("statistics-secrets")
