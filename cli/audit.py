"""`gabay audit`: the access logs of the services, and whether anybody was at them; the packages of this release."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from cli.packages import packages
from cli.process import SERVICES, settings_of
from shared.errors import Rejected

audit = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
audit.command("packages")(packages)


@audit.command("verify")
def verify(service: Annotated[str, typer.Argument(metavar="[SERVICE]", help="one of them; without it: all")] = "") -> None:
    """Check every chain of the access logs: an edited or missing row breaks its chain, a deleted tail lacks its head.

    The heads come from the database `access`, where every process leaves its own once a minute. Exit status 1 if anything is wrong.
    """
    if service and service not in SERVICES:
        raise Rejected("not-found", f"There is no service {service}: one of {', '.join(SERVICES)}.")
    wrong = 0
    for each in (service,) if service else SERVICES:
        rows, chains, found = asyncio.run(_verify(each))
        print(f"{each}: {rows} rows in {chains} chains, {'all as they were written' if not found else f'{len(found)} faults'}")
        for line in found:
            print(f"  {line}")
        wrong += len(found)
    raise typer.Exit(1 if wrong else 0)


@audit.callback()
def _audit() -> None:
    """Who read whose data: the rows themselves are read by `GET /v1/clients/{id}/access-log`."""


async def _verify(service: str) -> tuple[int, int, list[str]]:
    import asyncpg

    from shared.eventsourcing.database import open_pool
    from shared.http.audit import verify as run

    access = await asyncpg.connect(settings_of("access", "migrate").database_owner_url, timeout=10)
    try:
        heads = await access.fetch("select chain_id, n, hash from audit_head where service = $1", service)
    finally:
        await access.close()
    # As its owner: the roles of the processes have to be done within 30 s.
    pool = await open_pool(settings_of(service, "migrate").database_owner_url, minimum=1, maximum=2, statement_timeout_ms=0)
    try:
        rows, chains = await pool.fetchrow("select count(*), count(distinct chain_id) from read_audit")
        return rows, chains, await run(pool, [(row[0], row[1], row[2]) for row in heads])
    finally:
        await pool.close()
