"""`gabay erase`: forget a person. One asks, another approves, every service says that it has forgotten, and that is the proof."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from cli.api import WAITS, answered, client, commanded
from cli.rebuild import quiet
from shared.codes import ErasureBasis
from shared.errors import Rejected

if TYPE_CHECKING:
    import httpx

erase = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

Client = Annotated[UUID, typer.Argument(metavar="CLIENT", help="id of the client")]
Url = Annotated[str, typer.Option(help="address of intake; default: the stack on this machine")]
AsJson = Annotated[bool, typer.Option("--json", help="as JSON")]

ASKS: Final = "stf-dpo-asks"
"""Staff id of the token that a laptop makes for whoever asks: never the one who approves."""
POLL_S: Final = 0.5


@erase.callback()
def about() -> None:
    """Forget a person, for good: gabay erase request, then somebody else: gabay erase approve.

    Your token is taken from TOKEN, for approve from STEP_UP_TOKEN (a strong login of the last 15 minutes) or TOKEN.
    On a laptop tokens are made for you: one officer asks, another approves.

    Exit status: 0 done; 1 refused, and why; 2 wrongly called; 3 not finished: somebody else has to act, or a service is late.
    """


@erase.command("request")
def request(
    client_id: Client,
    basis: Annotated[ErasureBasis, typer.Option(help="on what ground", case_sensitive=False)] = ErasureBasis.SUBJECT_REQUEST,
    url: Url = "",
) -> None:
    """Ask that CLIENT be forgotten. Prints the id of the request.

    gabay erase request 0199a2f0-0000-7000-8000-000000000001 --basis SUBJECT_REQUEST
    """
    quiet()
    print(asyncio.run(_request(client_id, basis, url)))


@erase.command("approve")
def approve(
    client_id: Client,
    request_id: Annotated[UUID | None, typer.Option("--request", help="which request; default: the last one")] = None,
    force: Annotated[bool, typer.Option("--force", help="although a case, a stay or a referral is open: they are ended")] = False,
    wait: Annotated[float, typer.Option(help="seconds to wait until every service has forgotten; 0: do not wait", min=0)] = 60.0,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask whether you are sure")] = False,
    url: Url = "",
) -> None:
    """Carry out a request, as an officer who did not ask. There is no way back.

    gabay erase approve 0199a2f0-0000-7000-8000-000000000001 --force --wait 120
    """
    quiet()
    if not yes and not typer.confirm(f"Destroy the keys of {client_id}? Nobody can undo it"):
        raise typer.Exit(1)
    told = asyncio.run(_approve(client_id, request_id, force, wait, url))
    _say(told)
    raise typer.Exit(_status(told))


@erase.command("status")
def status(client_id: Client, as_json: AsJson = False, url: Url = "") -> None:
    """How far it is: who asked, who carried it out, which service has forgotten what, and when it is final.

    gabay erase status 0199a2f0-0000-7000-8000-000000000001
    """
    quiet()
    told = asyncio.run(_told(client_id, url))
    print(json.dumps(told, indent=2)) if as_json else _say(told)
    raise typer.Exit(_status(told))


@erase.command("proof")
def proof(
    client_id: Client,
    to: Annotated[Path, typer.Option("--to", help="file to write; the proof as JSON if it ends in .json, else as PDF")],
    language: Annotated[str, typer.Option(help="en, fr or fil")] = "en",
    url: Url = "",
) -> None:
    """Write the proof to a file, to be handed out and filed. Exit status 3 while a service has not forgotten yet.

    gabay erase proof 0199a2f0-0000-7000-8000-000000000001 --to proof.pdf --language fil
    """
    quiet()
    if language not in ("en", "fr", "fil"):
        raise Rejected("validation", "--language is en, fr or fil.")
    told, content = asyncio.run(_proof(client_id, to.suffix == ".json", language, url))
    to.write_bytes(content)
    print(f"{told['state']}: written to {to}")
    raise typer.Exit(_status(told))


async def _request(client_id: UUID, basis: ErasureBasis, url: str) -> str:
    async with client("intake", url, role="dpo", staff=ASKS) as http:
        body = {"purpose": "CASE_MANAGEMENT", "erasure_basis": basis.value}
        return str((await commanded(http, f"/v1/clients/{client_id}/erasure", body))["request_id"])


async def _approve(client_id: UUID, request_id: UUID | None, force: bool, wait: float, url: str) -> dict[str, Any]:
    async with client("intake", url, role="dpo", step_up=True) as http:
        told = await _read(http, client_id)
        if told["state"] == "requested":
            body = {"purpose": "CASE_MANAGEMENT", "request_id": str(request_id or told["request_id"]), "force": force}
            await commanded(http, f"/v1/clients/{client_id}:erase", body)
            told = await _read(http, client_id)
        return await _everybody(http, client_id, told, wait)


async def _everybody(http: httpx.AsyncClient, client_id: UUID, told: dict[str, Any], wait: float) -> dict[str, Any]:
    """Wait until every service has acknowledged, at most `wait` seconds, and show how many have."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    ends = time.monotonic() + wait
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("services that have forgotten", total=len(told["acknowledged"]) + len(told["pending"]))
        while True:
            bar.update(task, completed=len(told["acknowledged"]))
            if told["state"] == "complete" or time.monotonic() >= ends:
                return told
            await asyncio.sleep(POLL_S)
            told = await _read(http, client_id)


async def _told(client_id: UUID, url: str) -> dict[str, Any]:
    async with client("intake", url, role="dpo") as http:
        return await _read(http, client_id)


async def _proof(client_id: UUID, as_json: bool, language: str, url: str) -> tuple[dict[str, Any], bytes]:
    async with client("intake", url, role="dpo") as http:
        told = await _read(http, client_id)
        if as_json:
            return told, json.dumps(told, indent=2).encode() + b"\n"
        answer = await answered(http, "GET", f"/v1/clients/{client_id}/erasure/proof", headers={"Accept-Language": language})
        return told, answer.content


async def _read(http: httpx.AsyncClient, client_id: UUID) -> dict[str, Any]:
    answer = await answered(http, "GET", f"/v1/clients/{client_id}/erasure", fine=(404,))
    if answer.status_code == 404:
        raise Rejected("not-found", f"Nobody asked that {client_id} be forgotten: gabay erase request {client_id}")
    return dict(answer.json())


def _say(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"{told['id']}: [bold]{told['state']}[/bold]", highlight=False)
    console.print(f"requested {told['requested_at']} by {told['requested_by']} on the ground {told['basis']}", highlight=False)
    if told["state"] == "requested":
        console.print(f"Somebody else carries it out: gabay erase approve {told['id']}", highlight=False)
        return
    console.print(f"carried out {told['erased_at']} by {told['erased_by']}", highlight=False)
    table = Table("where", "forgotten at", "what")
    for each in told["acknowledged"]:
        table.add_row(each["service"], each["at"], ", ".join(each["what"]))
    for name in told["pending"]:
        table.add_row(name, "not yet", "")
    console.print(table)
    for name, meaning in (
        ("memory", "no process holds a key after"), ("sealed", "no backup of the keyring opens anything after"),
        ("rows", "no database backup holds a row after"),
    ):  # fmt: skip
        console.print(f"{meaning:<46} {told['final'][name] or 'not known yet'}", highlight=False)


def _status(told: dict[str, Any]) -> int:
    return 0 if told["state"] == "complete" else WAITS
