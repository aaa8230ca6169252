"""`gabay export`: what is held on a person, asked of every service, as one JSON and one PDF to be handed out."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import typer

from cli.api import answered, client, commanded, refusal
from cli.rebuild import quiet
from shared.errors import Rejected

export = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

SERVICES: Final = ("intake", "casework", "referrals")
"""Who holds facts about people. Reporting holds coded copies of the same facts, and none of its own."""
LANGUAGES: Final = ("en", "fr", "fil")


@export.callback()
def about() -> None:
    """What a person gets who asks what is held on them. Your token: STEP_UP_TOKEN (a strong login of the last 15 minutes) or TOKEN."""


@export.command("subject")
def subject(
    client_id: Annotated[UUID, typer.Option("--client", metavar="CLIENT", help="id of the client")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="folder for the two files; made if there is none")],
    lang: Annotated[str, typer.Option("--lang", help="language of the person: en, fr or fil")] = "en",
    intake: Annotated[str, typer.Option(help="address of intake; default: the stack on this machine")] = "",
    casework: Annotated[str, typer.Option(help="address of casework")] = "",
    referrals: Annotated[str, typer.Option(help="address of referrals")] = "",
) -> None:
    """Everything held on CLIENT, as CLIENT.json and CLIENT.pdf in DIR. Who asked is on record in each service.

    The register of requests shows it: the person's open request is granted, or one is entered (gabay rights list).

    gabay export subject --client 0199a2f0-0000-7000-8000-000000000001 --lang fil --to handover
    """
    quiet()
    if lang not in LANGUAGES:
        raise Rejected("validation", "--lang is en, fr or fil.")
    told = asyncio.run(_collect(client_id, lang, {"intake": intake, "casework": casework, "referrals": referrals}))
    for path in write(told, to, lang):
        print(path)
    request_id = asyncio.run(_granted(client_id, intake))
    print(f"Once it is handed over: gabay rights answered {client_id} {request_id}")


def write(told: dict[str, Any], to: Path, lang: str) -> tuple[Path, Path]:
    """Both files; only their owner may read them. Nothing is left behind when the PDF cannot be set."""
    from shared.own_file import document

    page = document(told, lang).pdf()
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = to / f"{told['id']}.json", to / f"{told['id']}.pdf"
    for path, content in zip(paths, (json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n", page), strict=True):
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_bytes(content)
    return paths


async def _collect(client_id: UUID, lang: str, urls: dict[str, str]) -> dict[str, Any]:
    """The answers of all services under one export id. Intake is asked first: it knows who exists and who was forgotten."""
    from datetime import UTC, datetime

    from shared.eventsourcing.event import instant

    export_id, services = uuid4(), []
    for service in SERVICES:
        async with client(service, urls[service], role="dpo", step_up=True) as http:
            answer = await answered(
                http, "GET", f"/v1/clients/{client_id}/export", params={"lang": lang, "export_id": str(export_id)},
                headers={"Gabay-Purpose": "SUBJECT_REQUEST"}, fine=(404, 410), where=f"{service}: ",
            )  # fmt: skip
        if answer.status_code == 410:
            raise Rejected("client-erased", f"{client_id} was forgotten: gabay erase proof {client_id} --to proof.pdf")
        if answer.status_code == 404:
            raise refusal(answer, f"{service}: ")
        services.append(answer.json())
    return {
        "id": str(client_id), "export_id": str(export_id), "made_at": instant(datetime.now(UTC)), "language": lang, "services": services,
    }  # fmt: skip


async def _granted(client_id: UUID, url: str) -> str:
    """Grant the person's open request to see their data; enter one if there is none. Returns its id."""
    why = {"purpose": "CASE_MANAGEMENT"}
    path = f"/v1/clients/{client_id}/rights-requests"
    async with client("intake", url, role="dpo", step_up=True) as http:
        asked = (await answered(http, "GET", path, headers={"Gabay-Purpose": "SUBJECT_REQUEST"})).json()["items"]
        waiting = [each["request_id"] for each in asked if (each["right"], each["state"]) == ("ACCESS", "RECEIVED")]
        if not waiting:
            entered = await answered(http, "POST", path, json={**why, "right": "ACCESS"}, headers={"If-Match": "*"})
            waiting.append(entered.json()["request_id"])
        await commanded(http, f"{path}/{waiting[0]}:decide", {**why, "outcome": "GRANTED"})
    return str(waiting[0])
