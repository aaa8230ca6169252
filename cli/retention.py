"""`gabay retention`: until when what is kept, whose time is over, and what was done about it. Runs as intake's worker."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from shared.region import Retention
    from shared.settings import Settings

retention = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="as JSON")]

COUNTS: Final = ("due", "held", "asked", "to_propose")
MEANING: Final = {
    "client_without_case_years": "client without a case: years after the last contact",
    "case_years": "case: years after its closure",
    "child_until_age": "case of a child: at least to this birthday",
    "protection_years": "trafficking, violence and other protection matters: years after the closure",
    "consent_proof_years": "proof of a consent: years after the erasure of the data that it permitted",
    "access_log_years": "access log: years",
    "rejected_duplicate_days": "rejected duplicate: days after it was merged into another record",
}


@retention.callback()
def about() -> None:
    """How long what is kept. Retention proposes an erasure to the data-protection officer; nothing is erased by a clock.

    It is off until GABAY_ERASURE_BY_RETENTION=on; the times stand in the region file, under [retention].
    """


@retention.command("rules")
def rules(as_json: AsJson = False) -> None:
    """The times of this region, and whether erasures are proposed at all.

    gabay retention rules
    """
    settings = _settings()
    found = _rules(settings)
    if as_json:
        print(json.dumps({"on": settings.erasure_by_retention, **found.model_dump()}, indent=2))
        return
    _table(("rule", "value"), [(MEANING[name], str(value)) for name, value in found.model_dump().items()])
    print(f"proposals: {'on' if settings.erasure_by_retention else 'off (GABAY_ERASURE_BY_RETENTION)'}")


@retention.command("plan")
def plan(
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="as of this day; default: today")] = None,
    as_json: AsJson = False,
) -> None:
    """Whose time is over, by kind of record: counts only, nothing is changed and nothing is asked for.

    gabay retention plan --on 2030-01-01
    """
    settings = _settings()
    today = on.date() if on else datetime.now(UTC).date()
    counts = asyncio.run(_plan(settings, today))
    told = {"as_of": today.isoformat(), "on": settings.erasure_by_retention, "records": counts}
    if as_json:
        print(json.dumps(told, indent=2))
        return
    _table(
        ("record", "time is over", "held by law", "asked for already", "to propose"),
        [(of, *(str(counts[of][name]) for name in COUNTS)) for of in counts],
    )
    print(f"as of {today}; proposals are {'on' if settings.erasure_by_retention else 'off (GABAY_ERASURE_BY_RETENTION)'}")


@retention.command("report")
def report(year: Annotated[int, typer.Argument(min=2000, max=2200)], as_json: AsJson = False) -> None:
    """What was forgotten in a year, by ground: asked for and carried out. A proof stands behind each: gabay erase proof.

    And what went from the access logs at the end of its term, of which the anchors are the proof: gabay audit verify.

    gabay retention report 2026 --json
    """
    rows, logs = asyncio.run(_report(_settings(), year))
    if as_json:
        print(json.dumps({"year": year, "grounds": rows, "access_logs": logs}, indent=2))
        return
    head = ("ground", "asked for", "carried out", "of them merged into others")
    _table(head, [(row["basis"], str(row["requested"]), str(row["erased"]), str(row["merged"])) for row in rows])
    _table(("access log", "rows deleted", "read until"), [(row["service"], str(row["rows"]), row["read_until"]) for row in logs])


async def _plan(settings: Settings, today: date) -> Mapping[str, Mapping[str, int]]:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from services.intake.retention.review import overdue
    from services.intake.retention.rules import RecordClass
    from shared.compose import open_parts

    counts: dict[str, Counter[str]] = {of.value: Counter() for of in RecordClass}
    columns = (SpinnerColumn(), TextColumn("records whose time is over: {task.completed}"))
    async with open_parts(settings) as parts:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            async for found in overdue(parts.handle, _rules(settings), today):
                bar.advance(task)
                states = {"due": True, "held": found.held, "asked": found.asked, "to_propose": not found.held and not found.asked}
                counts[found.term.of].update([name for name, true in states.items() if true])
    return {of: {name: number[name] for name in COUNTS} for of, number in counts.items()}


async def _report(settings: Settings, year: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from services.intake.retention.review import SQL
    from shared.eventsourcing.database import open_pool
    from shared.http.audit_term import SQL as TERM

    times = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found = []
    for dsn, query in ((settings.database_url, SQL.done), (settings.access_url, TERM.log_gone)):
        pool = await open_pool(dsn, minimum=1, maximum=1, application="gabay-retention")
        try:
            found.append([dict(row) for row in await pool.fetch(query, *times)])
        finally:
            await pool.close()
    done, logs = found
    return done, [row | {"read_until": row["read_until"].date().isoformat()} for row in logs]


def _rules(settings: Settings) -> Retention:
    from shared.region import load_region

    return load_region(settings.region_path).retention


def _settings() -> Settings:
    from cli.process import settings_of
    from cli.rebuild import quiet

    quiet()
    return settings_of("intake", "worker")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
