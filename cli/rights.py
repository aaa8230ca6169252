"""`gabay rights`: the register of what people asked about their own data, what is due and what is late."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from cli.api import WAITS, answered, client, commanded
from cli.rebuild import quiet

rights = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

Url = Annotated[str, typer.Option(help="address of intake; default: the stack on this machine")]

LATE: Final = 4


@rights.callback()
def about() -> None:
    """Requests to see one's data, to have them corrected, to object to a use, to be forgotten; each with the day of its answer.

    Your token is taken from TOKEN. Exit status: 0 every request was answered; 1 refused; 3 answers are due; 4 some are late.
    """


@rights.command("list")
def list_requests(
    everything: Annotated[bool, typer.Option("--all", help="answered ones too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON")] = False,
    url: Url = "",
) -> None:
    """Requests by the day on which their answer is due; late ones are marked. Ids and codes: who asked in which words is read by
    GET /v1/clients/{id}/rights-requests.

    gabay rights list --json
    """
    quiet()
    found = asyncio.run(_register(everything, url))
    print(json.dumps(found, indent=2)) if as_json else _say(found)
    waiting = [each for each in found if each["state"] != "ANSWERED"]
    raise typer.Exit(LATE if any(each["overdue"] for each in waiting) else WAITS if waiting else 0)


@rights.command("answered")
def note_answer(
    client_id: Annotated[UUID, typer.Argument(metavar="CLIENT", help="id of the client")],
    request_id: Annotated[UUID, typer.Argument(metavar="REQUEST", help="id of the request")],
    url: Url = "",
) -> None:
    """Write down that the person was told, or was handed what they asked for: nothing is due any more.

    gabay rights answered 0199a2f0-0000-7000-8000-000000000001 0199a2f0-0000-7000-8000-000000000002
    """
    quiet()
    asyncio.run(_answered(client_id, request_id, url))


async def _register(everything: bool, url: str) -> list[dict[str, Any]]:
    """All pages, the soonest answer first; what has no date comes last."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 200} if everything else {"limit": 200, "open": True}
    async with client("intake", url, role="dpo") as http:
        while True:
            content = (await answered(http, "GET", "/v1/rights-requests", params=query)).json()
            found += content["items"]
            if content["next"] is None:
                return sorted(found, key=lambda each: (each["due_answer"] is None, each["due_answer"] or each["received_at"]))
            query["cursor"] = content["next"]


async def _answered(client_id: UUID, request_id: UUID, url: str) -> None:
    async with client("intake", url, role="dpo") as http:
        await commanded(http, f"/v1/clients/{client_id}/rights-requests/{request_id}:answer", {"purpose": "CASE_MANAGEMENT"})


def _say(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("answer due", "right", "state", "reason", "received", "centre", "client", "request")
    for each in found:
        due = (each["due_answer"] or "-")[:10]
        table.add_row(
            f"[bold red]{due} LATE[/]" if each["overdue"] else due, f"{each['right']} {each['objects_to'] or ''}".strip(),
            each["state"], each["reason"] or "", each["received_at"][:10], each["centre"], each["client_id"] or "forgotten",
            each["request_id"],
        )  # fmt: skip
    Console().print(table)
