"""`gabay audit`: the access logs of the services, and whether anybody was at them; the packages of this release."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.packages import packages
from cli.process import SERVICES, settings_of
from shared.errors import Rejected

audit = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
audit.command("packages")(packages)

Service = Annotated[str, typer.Argument(metavar="[SERVICE]", help="one of them; without it: all")]


@audit.command("verify")
def verify(service: Service = "") -> None:
    """Check every chain of the access logs: an edited or missing row breaks its chain, a deleted tail lacks its head.

    Heads, and anchors of chains whose older rows were deleted at the end of their term, come from the database `access`. Exit status 1
    if anything is wrong.

    gabay audit verify intake
    """
    wrong = 0
    for each in _services(service):
        found = asyncio.run(_verify(each))
        print(f"{each}: {found.rows} rows in {found.chains} chains, {f'{len(found.wrong)} faults' if found.wrong else found.whole}")
        for line in found.wrong:
            print(f"  {line}")
        wrong += len(found.wrong)
    raise typer.Exit(1 if wrong else 0)


@audit.command("prune")
def prune(
    service: Service = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="delete; without it: only say how many rows")] = False,
) -> None:
    """Delete rows of the access logs whose time is over: `access_log_years` of the region file, or GABAY_ACCESS_LOG_DAYS if longer.

    What is left is verified from anchors on, which go to the database `access` and to the log first. A log with faults is not
    touched: exit status 1. With GABAY_ERASURE_BY_RETENTION=on the workers do the same once a day.

    gabay audit prune --yes
    """
    wrong = 0
    for each in _services(service):
        before, rows, found = asyncio.run(_prune(each, yes))
        if found.wrong:
            print(f"{each}: {len(found.wrong)} faults, nothing is deleted: gabay audit verify {each}")
            wrong += 1
            continue
        print(f"{each}: {rows} rows from before {before:%Y-%m-%d} {'deleted' if yes else 'would go: repeat with --yes'}")
    raise typer.Exit(1 if wrong else 0)


@audit.callback()
def _audit() -> None:
    """Who read whose data: the rows themselves are read by `GET /v1/clients/{id}/access-log`."""


@dataclass(frozen=True)
class Found:
    """What a check of one service's log says. whole: in words, where nothing is wrong."""

    rows: int
    chains: int
    wrong: list[str]
    whole: str


def _services(service: str) -> tuple[str, ...]:
    if service and service not in SERVICES:
        raise Rejected("not-found", f"There is no service {service}: one of {', '.join(SERVICES)}.")
    return (service,) if service else SERVICES


@asynccontextmanager
async def _stores(service: str) -> AsyncIterator[tuple[Any, Any]]:
    """The service's database and `access`, each as its owner: the roles of the processes have to be done within 30 s."""
    import asyncpg

    from shared.eventsourcing.database import open_pool

    access = await asyncpg.connect(settings_of("access", "migrate").database_owner_url, timeout=10)
    try:
        pool = await open_pool(settings_of(service, "migrate").database_owner_url, minimum=1, maximum=2, statement_timeout_ms=0)
        try:
            yield pool, access
        finally:
            await pool.close()
    finally:
        await access.close()


async def _verify(service: str) -> Found:
    async with _stores(service) as (pool, access):
        return await _checked(pool, access, service)


async def _checked(pool: Any, access: Any, service: str) -> Found:
    from shared.http.audit_end import faults
    from shared.http.audit_term import anchors_of

    anchors = await anchors_of(access, service)
    rows, chains = await pool.fetchrow("select count(*), count(distinct chain_id) from read_audit")
    whole = "all as they were written"
    if anchors:
        last = max(anchors.values(), key=lambda each: each.read_at)
        whole += (
            f", complete from anchor {last.chain_id}:{last.n} on ({len(anchors)} chains lost what was read until {last.read_at:%Y-%m-%d})"
        )
    return Found(rows, chains, await faults(pool, access, service), whole)


async def _prune(service: str, yes: bool) -> tuple[datetime, int, Found]:
    from shared.http.audit_end import kept_since
    from shared.http.audit_term import due
    from shared.http.audit_term import prune as run

    before = kept_since(settings_of(service, "migrate"), datetime.now(UTC))
    async with _stores(service) as (pool, access):
        found = await _checked(pool, access, service)
        if found.wrong:
            return before, 0, found
        rows = await run(pool, access, service, before) if yes else sum(row["rows"] for row in await due(pool, before))
        return before, rows, found
