"""`gabay docs`: the pages of docs/reference that are made from the code, so that they can't say anything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"


def pages() -> dict[str, Callable[[], str]]:
    """File name -> what makes its text."""
    from cli.reference import events, settings, topics, verbs

    return {"events.md": events.page, "topics.md": topics.page, "settings.md": settings.page, "cli.md": verbs.page}


def stale() -> dict[str, str]:
    """File name -> text of every generated page that differs from the one in the folder."""
    made = {name: make() for name, make in pages().items()}
    return {name: text for name, text in made.items() if _committed(name) != text}


def docs(check: Annotated[bool, typer.Option("--check", help="write nothing; exit status 1 when a page is out of date")] = False) -> int:
    """Write the reference pages of events, topics, settings and verbs from the code."""
    old = stale()
    for name, text in sorted(old.items()):
        print(f"{'out of date' if check else 'written'}: docs/reference/{name}")
        if not check:
            FOLDER.mkdir(parents=True, exist_ok=True)
            (FOLDER / name).write_text(text, encoding="utf-8")
    if not old:
        print(f"{len(pages())} generated pages are up to date")
    return 1 if old and check else 0


def _committed(name: str) -> str:
    file = FOLDER / name
    return file.read_text(encoding="utf-8") if file.exists() else ""
