"""`gabay messages`: what refusals say, extracted from the code into the catalogues of `shared/http/messages`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from shared.errors import PROBLEMS
from shared.http.wording import LANGUAGES, SOURCE

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "shared" / "http" / "messages"
PARTS = ("services", "shared/eventsourcing", "shared/http/call.py", "shared/http/voiding.py")
"""Where refusals are raised that a service answers with; what an operator reads in a terminal is English."""

KEPT = re.compile(
    r"`[^`]+`|\{\w+\}|\b[a-z]+(?:_[a-z0-9]+)+\b|/v1/[\w/-]+|\b[A-Z]+[a-z]*(?:-[A-Z][a-z]*)+\b|\./gabay \w+|\b20\d\d(?:-\w+)*\b"
)
"""What a translation must not lose: names of members, headers, paths and commands, placeholders, examples."""


def texts() -> set[str]:
    """Every text that the services can answer a refusal with: titles, what to do by code, and what each refusal says to do."""
    found = {text for kind in PROBLEMS.values() for text in (kind.title, kind.remedy)}
    for part in PARTS:
        path = ROOT / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found |= set(_remedies(ast.parse(file.read_text(encoding="utf-8"))))
    return found


def _remedies(tree: ast.AST) -> Iterator[str]:
    """The second argument of `Rejected`, what is passed as `remedy` to a function of the module, and what is named so."""
    places = {
        each.name: [argument.arg for argument in each.args.args].index("remedy")
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef) and "remedy" in [argument.arg for argument in each.args.args]
    } | {"Rejected": 1}
    for node in ast.walk(tree):
        told: list[Any] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
            told = [*node.args[places[node.func.id] : places[node.func.id] + 1], *(k.value for k in node.keywords if k.arg == "remedy")]
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id.strip("_").lower() == "remedy" for t in node.targets):
            told = [node.value]
        yield from (each.value for each in told if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value)


def read(language: str) -> Catalog:
    """The catalogue of a language; empty if there is none."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def findings() -> list[str]:
    """What is missing, left over, or lost in translation."""
    wanted, found = texts(), []
    for language in (each for each in LANGUAGES if each != SOURCE):
        told = {str(message.id): str(message.string or "") for message in read(language) if message.id}
        found += [f"{language}: not translated: {text}" for text in sorted(wanted) if not told.get(text)]
        found += [f"{language}: nothing says this any more: {text}" for text in sorted(told.keys() - wanted)]
        for text in sorted(wanted & told.keys()):
            if told[text] and (lost := sorted(set(KEPT.findall(text)) - set(KEPT.findall(told[text])))):
                found.append(f"{language}: {', '.join(lost)} is lost in: {told[text]}")
    return found


def messages(check: Annotated[bool, typer.Option("--check", help="write nothing; exit status 1 when something is missing")] = False) -> int:
    """Write new texts of refusals into the catalogues, untranslated, and drop what nothing says any more."""
    wanted = texts()
    for language in (each for each in LANGUAGES if each != SOURCE and not check):
        old, new = read(language), Catalog(locale=language)
        for text in sorted(wanted):
            known = old.get(text)
            new.add(text, known.string if known else "")
        FOLDER.mkdir(exist_ok=True)
        with (FOLDER / f"{language}.po").open("wb") as file:
            write_po(file, new, width=1000, omit_header=True, sort_output=True)
    found = findings()
    print("\n".join(found) or f"{len(wanted)} texts in {len(LANGUAGES)} languages")
    return 1 if found else 0
