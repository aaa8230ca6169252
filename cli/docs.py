"""`gabay docs`: the pages of docs/reference that are made from the code, so that they can't say anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"


def pages() -> dict[str, Callable[[], str]]:
    """File name -> what makes its text."""
    from cli.contracts import asyncapi, page
    from cli.contracts.corpus import text_of
    from cli.reference import access, asvs, events, metrics, openapi, settings, states, topics, verbs

    return {
        "events.md": events.page,
        "states.md": states.page,
        "topics.md": topics.page,
        "settings.md": settings.page,
        "cli.md": verbs.page,
        "metrics.md": metrics.page,
        "kafka-access.md": access.page,
        "asvs.md": asvs.page,
        "asyncapi.json": lambda: text_of(asyncapi.document()),
        "asyncapi.html": page.page,
        **{f"openapi/{service}.json": partial(openapi.page, service) for service in openapi.SERVICES},
    }


def stale() -> dict[str, str]:
    """File name -> text of every generated page that differs from the one in the folder."""
    made = {name: make() for name, make in pages().items()}
    return {name: text for name, text in made.items() if _committed(name) != text}


def docs(check: Annotated[bool, typer.Option("--check", help="write nothing; exit status 1 when a page is out of date")] = False) -> int:
    """Write the reference pages of events, states, topics, settings and verbs and the OpenAPI documents from the code."""
    from cli.contracts.corpus import findings

    old, kept = stale(), 0
    for name, text in sorted(old.items()):
        if broken := breaking(name, text):
            kept += 1
            print("\n  ".join([f"not written: docs/reference/{name}: the change breaks apps", *broken]))
            continue
        print(f"{'out of date' if check else 'written'}: docs/reference/{name}")
        if not check:
            (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / name).write_text(text, encoding="utf-8")
    for finding in (unreleased := list(findings())):
        print(finding)
    if not old and not unreleased:
        print(f"{len(pages())} generated pages are up to date")
    return 1 if kept or ((old or unreleased) and check) else 0


def breaking(name: str, text: str) -> list[str]:
    """What of a changed OpenAPI document would break apps, and what to do; empty: nothing."""
    from cli.reference import openapi

    before = _committed(name)
    if not before or not name.startswith("openapi/"):
        return []
    found = openapi.broken(json.loads(before), json.loads(text))
    return [*found, openapi.REMEDY] if found else []


def _committed(name: str) -> str:
    file = FOLDER / name
    return file.read_text(encoding="utf-8") if file.exists() else ""
