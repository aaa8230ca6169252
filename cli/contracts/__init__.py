"""`gabay contracts`: what integrators rely on, released version by version and kept for ever."""

from __future__ import annotations

import json
import subprocess
from typing import Annotated, Any

import typer

from shared.errors import Rejected

contracts = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@contracts.command("release")
def release() -> None:
    """Release every version of an event that is new: its schemas, three records for the corpus, and the pages made from them.

    One call after an event was added, or changed under a raised minor. Refuses what would break a consumer of an older minor.
    """
    from cli.contracts import corpus
    from cli.docs import docs

    done, refused = corpus.release()
    for name in done:
        print(f"released: {name}")
    for finding in refused:
        print(finding)
    status = docs(check=False)
    raise typer.Exit(1 if refused or status else 0)


@contracts.command("export")
def export(
    check: Annotated[bool, typer.Option("--check", help="write nothing; exit status 1 when something is out of date")] = False,
) -> None:
    """Write docs/reference/asyncapi.json and asyncapi.html from the code, and say which contracts are not as released."""
    from cli.contracts import corpus
    from cli.docs import FOLDER, stale

    old = {name: text for name, text in stale().items() if name.startswith("asyncapi")}
    for name, text in old.items():
        print(f"{'out of date' if check else 'written'}: docs/reference/{name}")
        if not check:
            (FOLDER / name).write_text(text, encoding="utf-8")
    found = list(corpus.findings())
    for finding in found:
        print(finding)
    raise typer.Exit(1 if found or (old and check) else 0)


@contracts.command("diff")
def diff(ref: Annotated[str, typer.Argument(help="a commit, tag or branch")]) -> None:
    """What today's contracts add to those of REF, or break. Exit status 1 when something breaks."""
    from cli.contracts import corpus

    breaking = 0
    now = {}
    for version in corpus.versions():
        now[version.name.rpartition("/")[0]] = version
    for name in sorted({path.split("/")[3] + "/" + path.split("/")[4] for path in _files(ref)} - now.keys()):
        breaking += 1
        print(f"{name}: breaking: the type is published no more")
    for name, version in now.items():
        before = _before(ref, version)
        if before is None:
            print(f"{name}: additive: a new type, {version.number}")
            continue
        for change in before:
            breaking += change.kind == "breaking"
            print(f"{name}: {change}")
    raise typer.Exit(1 if breaking else 0)


def _before(ref: str, version: Any) -> list[Any] | None:
    """Changes since the newest minor of the same major at a commit; None: it was not there."""
    from cli.contracts.compare import Change, changes
    from cli.contracts.corpus import ROOT

    folder = f"docs/reference/schemas/{version.aggregate.service}/{version.event.event_type}/"
    minors = [path for path in _files(ref, folder) if "/" not in path.removeprefix(folder)]
    minors = [path for path in minors if path.removeprefix(folder).startswith(f"{version.event.schema_major}.")]
    if not minors:
        return None
    newest = max(minors, key=lambda path: int(path.removesuffix(".json").rpartition(".")[2]))
    old_number = newest.removeprefix(folder).removesuffix(".json")
    found: list[Change] = []
    for path, new in version.schemas().items():
        sealed = path.parent.name == "sealed"
        then = f"{folder}{old_number}/sealed/{path.name}" if sealed else newest
        text = _git("show", f"{ref}:{then}", missing="")
        at = f"sealed.{path.stem}" if sealed else ""
        found += changes(json.loads(text), new, at) if text else [Change("additive", at or str(path.relative_to(ROOT)), "is new")]
    return found


@contracts.command("withdraw")
def withdraw(
    version: Annotated[str, typer.Argument(help="such as casework/case-opened/1.0")],
    reason: Annotated[str, typer.Option(help="why nobody can have relied on it")],
) -> None:
    """Take back a released version that no integrator can have seen. What it was stands in withdrawn.txt for ever."""
    from cli.contracts import corpus

    try:
        for path in corpus.withdraw(version, reason):
            print(f"withdrawn: {path.relative_to(corpus.ROOT)}")
    except (FileNotFoundError, ValueError):
        raise Rejected("not-found", f"No such version was released: {version}. It is named SERVICE/EVENT/MAJOR.MINOR.") from None


@contracts.command("kit")
def kit() -> None:
    """Write the conformance kit anew: records, the same ones disturbed, and the state that a right consumer reaches."""
    from cli.contracts.conformance import FOLDER, write

    write()
    print(f"written: {FOLDER.name}/records.ndjson, disturbed.ndjson, expected.json")


def _files(ref: str, folder: str = "docs/reference/schemas/") -> list[str]:
    return _git("ls-tree", "-r", "--name-only", ref, "--", folder).splitlines()


def _git(*arguments: str, missing: str | None = None) -> str:
    from cli.contracts.corpus import ROOT

    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        if missing is not None:
            return missing
        raise Rejected(
            "not-found", f"git knows no {arguments[-3] if 'ls-tree' in arguments else arguments[-1]}: name a commit, tag or branch."
        )
    return done.stdout
