"""`gabay breach`: who was exposed by a leaked account or device, drafts of the notices, and the 72-hour clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.api import WAITS
from cli.breach.assessment import CLOCK, Assessment, gather
from cli.breach.notices import drafts
from cli.parked import moment
from cli.process import SERVICES, settings_of
from cli.rebuild import quiet
from shared.errors import Rejected

breach = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

LATE = 4


@breach.callback()
def about() -> None:
    """A leaked account or device: who was exposed, whom to tell, and by when. Block it first: gabay access revoke, device --block.

    Exit status: 0; 1 refused; 3 the notices are still due; 4 they are late.
    """


@breach.command("assess")
def assess(
    since: Annotated[str, typer.Option("--from", help="first moment, RFC 3339, such as 2026-03-01T08:00:00Z")],
    until: Annotated[str, typer.Option("--to", help="last moment, RFC 3339")],
    by: Annotated[str, typer.Option("--by", help="your own staff id: the look itself goes into the access logs")],
    actor: Annotated[str | None, typer.Option(help="staff id of the account that leaked")] = None,
    device: Annotated[str | None, typer.Option(help="id of the device that leaked")] = None,
    known: Annotated[str | None, typer.Option(help="since when the breach is known; default: now. The 72 hours run from here")] = None,
    to: Annotated[Path | None, typer.Option("--write", help="folder for breach.json and the drafts of the notices")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON, with the ids of the persons")] = False,
) -> None:
    """Whom an account or a device was shown, or wrote about, between two times, by the access logs of all services.

    gabay breach assess --actor stf-jdc --from 2026-03-01T08:00:00Z --to 2026-03-02T08:00:00Z --by stf-dpo --write breach-1
    """
    quiet()
    if (actor is None) == (device is None):
        raise Rejected("validation", "Say what leaked: either --actor or --device.")
    begin, end = moment(since), moment(until)
    if begin >= end:
        raise Rejected("validation", "--from is before --to.")
    now = datetime.now(UTC)
    found = asyncio.run(_assess(actor, device, begin, end, moment(known) if known else now, by, now))
    if to is not None:
        _write(found, to)
    if as_json:
        print(json.dumps(found.told(), indent=2))
    else:
        _say(found, now)
    raise typer.Exit(_status(found.deadline, now))


@breach.command("clock")
def clock(folder: Annotated[Path, typer.Argument(help="of an assessment that was written down")]) -> None:
    """How much of the 72 hours is left. Exit status 3 while the notices are due, 4 once they are late, 0 once notified.json is there.

    gabay breach clock breach-1
    """
    try:
        deadline = moment(json.loads((folder / "breach.json").read_text(encoding="utf-8"))["notify_by"])
    except (OSError, ValueError, KeyError) as error:
        raise Rejected(
            "not-found", f"There is no breach.json in {folder} that can be read: gabay breach assess --write {folder}"
        ) from error
    if (folder / "notified.json").exists():
        print("the Commission and the persons were told")
        raise typer.Exit(0)
    now = datetime.now(UTC)
    print(_left(deadline, now))
    raise typer.Exit(_status(deadline, now))


@breach.command("notified")
def notified(folder: Path, by: Annotated[str, typer.Option("--by", help="your own staff id")]) -> None:
    """Write down that the Commission and the persons were told: it stops the clock.

    gabay breach notified breach-1 --by stf-dpo
    """
    if not (folder / "breach.json").exists():
        raise Rejected("not-found", f"There is no breach.json in {folder}.")
    told = {"by": by, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    (folder / "notified.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    print(f"{folder}: told by {by}")


async def _assess(
    actor: str | None, device: str | None, since: datetime, until: datetime, known: datetime, by: str, now: datetime
) -> Assessment:
    rows: list[tuple[str, Mapping[str, Any]]] = []
    for service in SERVICES:
        rows += [(service, row) for row in await _of_service(service, actor, device, since, until, by, now)]
    return Assessment(actor, device, since, until, known, gather(rows))


async def _of_service(
    service: str, actor: str | None, device: str | None, since: datetime, until: datetime, by: str, now: datetime
) -> list[Mapping[str, Any]]:
    """The rows of one service; that somebody looked is in its access log before they are shown."""
    from shared.eventsourcing.database import open_pool
    from shared.eventsourcing.sql import statements
    from shared.http.audit import ReadAudit, Reading

    sql = statements(__package__ or "cli.breach")
    # As its owner: the roles of the processes have to be done within 30 s.
    pool = await open_pool(settings_of(service, "migrate").database_owner_url, minimum=1, maximum=1, statement_timeout_ms=0)
    try:
        rows: list[Mapping[str, Any]] = []
        for statement in (sql.exposed, sql.recorded):
            rows += await pool.fetch(statement, actor, device, since, until)
        subjects = sorted({row["subject_id"] for row in rows})
        reading = Reading(
            at=now, actor=by, role="dpo", subject_id=subjects, classes=["access_log"], action="EXPORT", result_count=len(subjects)
        )
        await ReadAudit(pool, service=service).write(reading)
        return rows
    finally:
        await pool.close()


def _write(found: Assessment, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "breach.json").write_text(json.dumps(found.told(), indent=2) + "\n", encoding="utf-8")
    for name, text in drafts(found):
        (folder / name).write_text(text, encoding="utf-8")


def _say(found: Assessment, now: datetime) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("exposed", "persons")
    for name, number in found.counts().items():
        table.add_row({"persons": "anybody at all", "grave": "grave: told first"}.get(name, name), str(number))
    Console().print(table)
    print(_left(found.deadline, now))


def _left(deadline: datetime, now: datetime) -> str:
    hours = (deadline - now).total_seconds() / 3600
    said = f"{hours:.1f} h left" if hours >= 0 else f"late by {-hours:.1f} h"
    return f"notices due by {deadline:%Y-%m-%d %H:%M} UTC ({CLOCK.total_seconds() / 3600:.0f} h after it was known): {said}"


def _status(deadline: datetime, now: datetime) -> int:
    return WAITS if now <= deadline else LATE
