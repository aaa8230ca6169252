"""`gabay statistics secrets`: the seed and the noise of the disclosure gate; `site`: the public pages as files; `surge`: the
watch's back-test."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from cli.site import site

statistics = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
secrets = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
statistics.add_typer(secrets, name="secrets", help="seed and noise of the disclosure gate")
statistics.command("site")(site)


@statistics.callback()
def _group() -> None:
    """Secrets of the disclosure gate; the public pages as files; the back-test of the surge watch."""


@secrets.command("new")
def new(
    file: Annotated[Path | None, typer.Option(help="where they are kept; without it: the embedded stack's own")] = None,
) -> None:
    """Draw a seed and a noise table, before those that are there: releases to come use the newest.

    Only when there are none, on suspicion of a leak, or after five years: with other noise the same people could be
    averaged. Two custodians keep a sealed copy each, never beside a backup of a database.

    gabay statistics secrets new --file /etc/gabay/statistics-secrets
    """
    made, known = keep_new(target := file or embedded())
    print(f"{made} is in {target} ({known} in all). Restart reporting's worker: it reads them at its start.")


def keep_new(target: Path) -> tuple[str, int]:
    """Draw a secret and keep it before those of the file, whole or not at all; its id, and how many there are now."""
    from services.reporting.releases.secrets import draw, dump, load

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
    return made.id, len(known) + 1


def embedded() -> Path:
    """Where the embedded stack keeps the gate's secrets."""
    from deploy.embedded.stack import Stack

    return Stack.at().home.secret_file("statistics-secrets")


@statistics.command("surge")
def surge(
    check: Annotated[bool, typer.Option("--check", help="write nothing; exit status 1 when page or picture are out of date")] = False,
) -> int:
    """Run the surge watch over the published Honduran series; write docs/explanation/surge-watch.md and its picture."""
    from cli.reference import surge

    folder = Path(__file__).resolve().parent.parent / "docs"
    old = 0
    for file, made in ((folder / "explanation" / "surge-watch.md", surge.page()), (folder / "images" / "surge-watch.svg", surge.picture())):
        if file.exists() and file.read_text(encoding="utf-8") == made:
            continue
        old += 1
        print(f"{'out of date' if check else 'written'}: docs/{file.relative_to(folder)}")
        if not check:
            file.write_text(made, encoding="utf-8")
    return 1 if check and old else 0
