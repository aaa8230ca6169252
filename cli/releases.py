"""`gabay releases`: what was published, and what is to be. Runs as reporting's worker, which alone has the secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.parked import moment
from shared.errors import Rejected

if TYPE_CHECKING:
    from shared.settings import Settings

releases = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

By = Annotated[str, typer.Option("--by", help="your own staff id")]
Release = Annotated[str, typer.Argument(metavar="RELEASE", help="such as PH-2026Q3.0")]


@releases.command("list")
def list_releases(period: Annotated[str | None, typer.Option(help="of one period only")] = None) -> None:
    """All releases, newest first, with their state and chain id.

    gabay releases list --period 2026-Q3
    """
    from rich.console import Console
    from rich.table import Table

    from services.reporting.releases.ledger import Ledger
    from services.reporting.releases.life import State

    rows = _run(lambda pool: Ledger(pool).listed([state.value for state in State], period, None, 1000))
    table = Table("release", "state", "cut-off", "frozen", "published", "chain")
    for row in rows:
        days = [f"{row[name]:%Y-%m-%d}" if row[name] else "" for name in ("cutoff", "frozen_at", "published_at")]
        table.add_row(row["id"], row["state"], *days, row["chain"][:12])
    Console().print(table)


@releases.command("freeze")
def freeze(
    period: Annotated[str, typer.Argument(help="2026-07, 2026-Q3 or 2026")],
    by: By,
    cutoff: Annotated[str | None, typer.Option(help="count facts recorded until then, RFC 3339; without it: the calendar's")] = None,
) -> None:
    """Count, protect, audit and fix the next edition of PERIOD; prints its id.

    gabay releases freeze 2026-Q3 --by stf-statistician
    """
    from services.reporting.releases.work import open_office

    until = moment(cutoff) if cutoff else None

    async def run(settings: Settings) -> str:
        async with open_office(settings) as office:
            return await office.freeze(period, by, datetime.now(UTC), until)

    print(asyncio.run(run(_settings())))


@releases.command("publish")
def publish(release: Release, by: By) -> None:
    """Make RELEASE public: a dpo who did not freeze it.

    gabay releases publish PH-2026Q3.0 --by stf-dpo
    """
    from services.reporting.releases.ledger import Ledger

    _run(lambda pool: Ledger(pool).publish(release, by, datetime.now(UTC)))
    print(f"{release} is public")


@releases.command("withdraw")
def withdraw(release: Release, by: By, reason: Annotated[str, typer.Option(help="one sentence for the public")]) -> None:
    """Take the bytes of RELEASE back after a grave error; its hashes stay in the chain.

    gabay releases withdraw PH-2026Q3.0 --by stf-dpo --reason "A table counted one centre twice."
    """
    from services.reporting.releases.ledger import Ledger

    _run(lambda pool: Ledger(pool).withdraw(release, by, datetime.now(UTC), reason))
    print(f"{release} is withdrawn")


@releases.command("discard")
def discard(release: Release, by: By, reason: Annotated[str, typer.Option(help="why")] = "given up before publication") -> None:
    """Give up a frozen RELEASE that nobody has seen.

    gabay releases discard PH-2026Q3.0 --by stf-statistician
    """
    from services.reporting.releases.ledger import Ledger

    _run(lambda pool: Ledger(pool).discard(release, by, datetime.now(UTC), reason))
    print(f"{release} is discarded")


@releases.command("verify")
def verify(
    folder: Annotated[Path | None, typer.Option(help="verify downloads instead: <folder>/<release>/ with release.json and files")] = None,
) -> None:
    """Recompute chain, files and signatures; exit status 1 if something does not fit.

    gabay releases verify
    gabay releases verify --folder downloads
    """
    from services.reporting.releases.freeze import chain
    from services.reporting.releases.manifest import downloaded, faults

    links = downloaded(folder) if folder else _run(chain)
    if folder and not links:
        raise Rejected("not-found", f"There is no RELEASE/release.json in {folder}: name the folder that holds the downloads.")
    wrong = faults(links)
    for fault in wrong:
        print(fault)
    if wrong:
        raise typer.Exit(1)
    print(f"{len(links)} releases, chain, files and signatures hold")


@releases.command("diff")
def diff(one: Release, other: Release) -> None:
    """Published cells that differ between two editions.

    gabay releases diff PH-2026Q3.0 PH-2026Q3.1
    """
    from services.reporting.releases.ledger import SQL

    async def cells(pool: Any) -> list[dict[tuple[Any, ...], str]]:
        found = []
        for release in (one, other):
            rows = await pool.fetch(SQL.cells_of, release)
            found.append({(r["name"], r["measure"], *r["codes"]): "" if r["value"] is None else f"{r['value']:g}" for r in rows})
        return found

    before, after = _run(cells)
    changed = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
    for key in changed:
        print(" ".join(filter(None, key)), before.get(key, "-") or "Q", "->", after.get(key, "-") or "Q")
    print(f"{len(changed)} of {len({*before, *after})} cells differ")


def _settings() -> Settings:
    from cli.process import settings_of
    from cli.rebuild import quiet

    quiet()
    return settings_of("reporting", "worker")


def _run(ask: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run(settings: Settings) -> Any:
        from shared.eventsourcing.database import open_pool

        pool = await open_pool(settings.database_url, minimum=1, maximum=1, application="gabay-releases")
        try:
            return await ask(pool)
        finally:
            await pool.close()

    return asyncio.run(run(_settings()))
