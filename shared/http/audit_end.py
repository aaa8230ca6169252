"""The end of the term of the access log by the schedule of each service's worker (timer T5), as of everything that is kept.

It is off until retention is switched on. What is due is asked of the log itself, so a worker that was down for days misses nothing.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any, Final

from shared import telemetry
from shared.compose import Parts
from shared.errors import Unavailable
from shared.eventsourcing.database import open_pool
from shared.http.audit_term import anchors_of, due, prune
from shared.messaging.failures import judge
from shared.region import load_region
from shared.settings import Settings

EVERY_S: Final = 86_400.0
AGAIN_S: Final = 300.0
LONGEST_MS: Final = 900_000

log = telemetry.logger()


async def watch(parts: Parts) -> None:
    """A loop of the worker: once a day, for ever."""
    if not (parts.settings.erasure_by_retention and parts.settings.access_url):
        return
    while True:
        pause = EVERY_S
        try:
            await end(parts.settings)
        except Exception as error:  # what no retry mends goes on up and ends the worker
            if not isinstance(error, Unavailable) and judge(error) != "transient":
                raise
            log.warning("access_log_waits", exc_info=error)
            pause = AGAIN_S
        await asyncio.sleep(pause)


async def end(settings: Settings) -> int:
    """Anchor and delete what this service need not keep any more; returns how many rows. A log with faults stays: it is evidence."""
    service = settings.service or ""
    async with AsyncExitStack() as stack:

        async def opened(dsn: str) -> Any:
            pool = await open_pool(dsn, minimum=0, maximum=2, statement_timeout_ms=LONGEST_MS, application=f"gabay-{service}-access-log")
            stack.push_async_callback(pool.close)
            return pool

        pool, access = await opened(settings.database_url), await opened(settings.access_url)
        before = kept_since(settings, await access.fetchval("select now()"))
        alone = await stack.enter_async_context(pool.acquire())
        # Of two workers one: while rows go, the other would find them missing.
        if not await alone.fetchval("select pg_try_advisory_lock(hashtextextended('access-log', 0))") or not await due(pool, before):
            return 0
        if wrong := await faults(pool, access, service):
            log.error("sec_access_log_faulty", count=len(wrong))
            return 0
        rows = await prune(pool, access, service, before)
        log.info("access_log_pruned", count=rows)
        return rows


async def faults(pool: Any, access: Any, service: str) -> list[str]:
    """What is wrong with the log of a service, by its heads and anchors in the database `access`."""
    from shared.http.audit import verify  # with what only an api needs beside it

    heads = await access.fetch("select chain_id, n, hash from audit_head where service = $1", service)
    return await verify(pool, [(row[0], row[1], row[2]) for row in heads], await anchors_of(access, service))


def kept_since(settings: Settings, today: datetime) -> datetime:
    """Rows from before need not be kept: `access_log_years` of the region file, or GABAY_ACCESS_LOG_DAYS if longer.

    The same day of an earlier year; of 29 February the day before.
    """
    years = load_region(settings.region_path).retention.access_log_years
    same_day = today.replace(year=today.year - years, day=28 if (today.month, today.day) == (2, 29) else today.day)
    return min(same_day, today - timedelta(days=settings.access_log_days))
