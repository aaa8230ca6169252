"""`gabay directory`: the service directory as a package of CSV files (HSDS 3.0), out and in, over the public API."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.api import answered, client
from cli.rebuild import quiet
from shared.errors import Rejected

if TYPE_CHECKING:
    import httpx

    from services.referrals.directory.hsds_reading import Listed

directory = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

Folder = Annotated[Path, typer.Argument(help="folder of the package, one .csv file per table")]
Url = Annotated[str, typer.Option(help="address of referrals; default: the stack on this machine")]

RISKY = re.compile(r"^[=+\-@\t\r](?!\d+(\.\d+)?$)")
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@directory.callback()
def about() -> None:
    """The service directory in HSDS 3.0. Your token is taken from TOKEN; on a laptop one is made for you."""


@directory.command("export")
def export_(folder: Folder, stale: Annotated[bool, typer.Option(help="also what is stale or does not run")] = False, url: Url = "") -> None:
    """Write what can be referred to today, as a package that other directories read.

    gabay directory export hsds
    """
    from services.referrals.directory.hsds import COLUMNS, tables

    quiet()
    entries = asyncio.run(_fetched(url, stale))
    folder.mkdir(parents=True, exist_ok=True)
    made = tables(entries)
    written = [name for name, rows in made.items() if rows or name == "service"]
    for name, rows in made.items():
        if name in written:
            write(folder / f"{name}.csv", COLUMNS[name], rows)
        else:
            (folder / f"{name}.csv").unlink(missing_ok=True)
    package = {
        "profile": "tabular-data-package", "name": "human-services-data", "hsds_version": "3.0",
        "resources": [{"profile": "tabular-data-resource", "name": name, "path": f"{name}.csv"} for name in written],
    }  # fmt: skip
    (folder / "datapackage.json").write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")
    print(f"{len(entries)} entries written to {folder}")


@directory.command("import")
def import_(
    folder: Folder,
    centre: Annotated[str, typer.Option(help="centre in whose name new entries are listed, e.g. PH-ANT-01")],
    verified: Annotated[bool, typer.Option("--verified", help="take over assured_date: you have asked whoever assured it")] = False,
    url: Url = "",
) -> None:
    """List what is new and replace what has changed. What the package does not name stays as it is.

    gabay directory import hsds --centre PH-ANT-01 --verified
    """
    from services.referrals.directory.hsds import COLUMNS
    from services.referrals.directory.hsds_reading import Misfit, listings

    quiet()
    if not (folder / "service.csv").is_file():
        raise Rejected("not-found", f"There is no service.csv in {folder}: name the folder of an HSDS package.")
    try:
        found = list(listings({name: read(folder / f"{name}.csv") for name in COLUMNS if (folder / f"{name}.csv").is_file()}))
    except Misfit as misfit:
        raise Rejected("validation", f"{misfit}. Nothing was imported.") from None
    count = asyncio.run(_taken_over(url, found, centre, verified))
    print(", ".join(f"{n} {word}" for word, n in count.items()))


def write(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """One table as CSV. A cell that a spreadsheet would take for a formula gets a leading apostrophe (ASVS 1.2.10)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _harmless(value) for name, value in row.items()})


def read(path: Path) -> list[dict[str, str]]:
    """One table, without the apostrophes."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: _as_told(value or "") for name, value in row.items() if name} for row in csv.DictReader(file)]


def _harmless(text: str) -> str:
    seen = UNSEEN.sub("", text)
    return f"'{seen}" if RISKY.match(seen) else seen


def _as_told(text: str) -> str:
    return text[1:] if text.startswith("'") and RISKY.match(text[1:]) else text


async def _fetched(url: str, stale: bool) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    async with client("referrals", url, role="directory_steward") as http:
        cursor: str | None = ""
        while cursor is not None:
            asked = {"limit": "200", "stale": str(stale).lower(), **({"cursor": cursor} if cursor else {})}
            page = (await _answer(http, "GET", "/v1/service-entries", params=asked))[1]
            entries += page["items"]
            cursor = page["next"]
    return entries


async def _taken_over(url: str, found: Sequence[Listed], centre: str, verified: bool) -> dict[str, int]:
    count = {"listed": 0, "replaced": 0, "unchanged": 0, "verified": 0}
    async with client("referrals", url, role="directory_steward") as http:
        for listed in found:
            path = f"/v1/service-entries/{listed.entry_id}"
            status, known = await _answer(http, "GET", path, row=listed.row, fine=(404,))
            if status == 404:
                body = {"local_id": str(listed.entry_id), "centre": centre, **listed.body}
                _, done = await _answer(http, "POST", "/v1/service-entries", row=listed.row, json=body)
                count["listed"] += 1
            else:
                headers = {"If-Match": f'"{known["version"]}"'}
                _, done = await _answer(http, "PUT", path, row=listed.row, json=listed.body, headers=headers)
                count["replaced" if done["events"] else "unchanged"] += 1
            if verified and listed.assured_on and str(known.get("verified_on") or "") < listed.assured_on.isoformat():
                check = {"verified_on": listed.assured_on.isoformat()}
                headers = {"If-Match": f'"{done["version"]}"'}
                await _answer(http, "POST", f"{path}:verify", row=listed.row, json=check, headers=headers)
                count["verified"] += 1
    return count


async def _answer(
    http: httpx.AsyncClient, method: str, path: str, *, row: int = 0, fine: Sequence[int] = (), **how: Any
) -> tuple[int, Any]:
    answer = await answered(http, method, path, fine=fine, where=f"service.csv, row {row}: " if row else "", **how)
    return answer.status_code, answer.json()
