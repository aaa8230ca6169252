"""The worker's part in releases: freeze what was asked for, and what the calendar asks for (statistics chapter, section 9)."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import asyncpg

from services.reporting.releases.calendar import due
from shared import telemetry
from shared.errors import GabayError
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.sql import statements
from shared.messaging.failures import judge
from shared.region import load_region

if TYPE_CHECKING:
    from services.reporting.releases.freeze import Office, Rendering
    from services.reporting.releases.render import Draft, Rendered
    from shared.compose import Parts
    from shared.settings import Settings

SQL = statements(__package__)
LOOK_S: Final = 2.0
CALENDAR_S: Final = 300.0
LONGEST_MS: Final = 900_000

log = telemetry.logger()


@asynccontextmanager
async def open_office(settings: "Settings", rendering: "Rendering | None" = None) -> AsyncIterator["Office"]:
    """What freezing needs, as the worker's role. Raises SecretsError without the gate's secrets."""
    # Only who freezes pays for what the gate imports.
    from services.reporting.releases.freeze import Office, in_thread
    from services.reporting.releases.manifest import signing_key
    from services.reporting.releases.secrets import SecretsError, load

    secrets = load(settings.statistics_secrets)
    if not settings.release_key:
        raise SecretsError("Nothing signs releases (GABAY_RELEASE_KEY): 32 bytes in base64, kept as the other secrets are.")
    key, region = signing_key(settings.release_key), load_region(settings.region_path)
    pool = await open_pool(
        settings.database_url, minimum=0, maximum=1, statement_timeout_ms=LONGEST_MS, application="gabay-reporting-releases"
    )
    try:
        yield Office(pool=pool, region=region, name=region.region, secrets=secrets, key=key, rendering=rendering or in_thread)
    finally:
        await pool.close()


async def watch_releases(parts: "Parts") -> None:
    """A loop of the worker. Without secrets nothing is ever frozen, and nothing is loaded for it."""
    if not parts.settings.statistics_secrets:
        await asyncio.Event().wait()
    async with open_office(parts.settings, _in_process) as office:
        looked = 0.0
        while True:
            try:
                await _wishes(office, parts.pool)
                now = asyncio.get_running_loop().time()
                if not looked or now - looked >= CALENDAR_S:
                    looked = now
                    await _by_calendar(office, parts.pool)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                # Anything else is a defect of ours and ends the worker, as what Postgres finds wrong with a statement does.
                if judge(error) != "transient":
                    raise
                log.warning("releases_wait", exception=type(error).__name__)
            await asyncio.sleep(LOOK_S)


async def _wishes(office: "Office", pool: Any) -> None:
    for wish in await pool.fetch(SQL.wishes):
        release, problem = None, None
        try:
            release = await office.freeze(wish["period"], wish["asked_by"], datetime.now(UTC), wish["cutoff"])
            log.info("release_frozen", release=release)
        except GabayError as error:
            problem = getattr(error, "code", type(error).__name__)
            log.warning("release_refused", period=wish["period"], reason=problem)
        await pool.execute(SQL.granted, wish["id"], release, problem)


async def _by_calendar(office: "Office", pool: Any) -> None:
    today = datetime.now(ZoneInfo(office.region.centres[0].zone)).date()
    for period in due(today):
        # What somebody discarded waits for somebody: the calendar would freeze the same facts again.
        if await pool.fetchval(SQL.once_frozen, period):
            continue
        try:
            log.info("release_frozen", release=await office.freeze(period, "system", datetime.now(UTC)))
        except GabayError as error:
            # Facts behind, a parked stream: the calendar asks again.
            log.warning("release_refused", period=period, reason=getattr(error, "code", type(error).__name__))


async def _in_process(draft: "Draft") -> "Rendered":
    """In a process of its own, which ends with its work: what the gate needs of memory is needed for minutes a month."""
    from services.reporting.releases.render import render

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as processes:
        return await asyncio.get_running_loop().run_in_executor(processes, render, draft)
