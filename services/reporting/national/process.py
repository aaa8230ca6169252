"""What reporting's processes are made of on a national stack: no keyring, no facts, nothing but what regions released."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import FastAPI

from services.reporting.national import pages
from services.reporting.national.pages import SQL, NationalParts
from services.reporting.national.projection import following
from services.reporting.national.status import overdue
from shared import telemetry
from shared.compose import Parts
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.projection import Projection
from shared.http.app import create_app
from shared.messaging.failures import judge
from shared.messaging.worker import run_worker
from shared.region_national import National, load_national
from shared.settings import Settings

ROUTERS = (pages.router,)
EVERY_S: Final = 60.0


def app(settings: Settings) -> FastAPI:
    return create_app(service="reporting", settings=settings, routers=ROUTERS, resources=_resources)


@asynccontextmanager
async def _resources(settings: Settings) -> AsyncIterator[NationalParts]:
    async with _pool(settings) as pool:
        yield NationalParts(pool, load_national(settings.region_path))


def projections(settings: Settings) -> tuple[Projection, ...]:
    """The read models of a national stack."""
    return (following(load_national(settings.region_path)),)


def work(settings: Settings) -> None:
    """Run the worker until SIGTERM. Nothing is published from here: the relay's outbox stays empty."""
    run_worker(settings, aggregates=(), projections=projections(settings), loops=(watch_overdue,), parts=open_parts)


@asynccontextmanager
async def open_parts(settings: Settings, *, appended: Callable[[], None] = lambda: None) -> AsyncIterator[Parts]:
    """What a worker of a national stack stands on: its store."""
    async with _pool(settings) as pool:
        # No read model opens anything, and no command runs: there is neither a keyring nor a handle.
        yield Parts(settings, pool, None, None, None)  # type: ignore[arg-type]  # nobody here asks for them


@asynccontextmanager
async def _pool(settings: Settings) -> AsyncIterator[Any]:
    pool = await open_pool(
        settings.database_url,
        minimum=1,
        maximum=settings.db_pool_max,
        statement_timeout_ms=settings.db_statement_timeout_ms,
        application=f"gabay-reporting-{settings.process}",
    )
    try:
        yield pool
    finally:
        await pool.close()


async def watch_overdue(parts: Parts) -> None:
    """A loop of the worker: how late each region's releases are, for the alert RollupOverdue."""
    national = load_national(parts.settings.region_path)
    while True:
        try:
            await tell_overdue(parts.pool, national, datetime.now(UTC))
        except Exception as error:
            if judge(error) != "transient":
                raise
            telemetry.logger().warning("rollups_wait", exception=type(error).__name__)
        await asyncio.sleep(EVERY_S)


async def tell_overdue(pool: Any, national: National, now: datetime) -> dict[str, float]:
    """Region -> seconds; also as the gauge of that name."""
    came = {(row["region"], row["period"]) for row in await pool.fetch(SQL.came)}
    found = {}
    for source in national.regions:
        here = {period: True for region, period in came if region == source.region}
        found[source.region] = overdue(source, here, now, national.zone)
        telemetry.ROLLUP_OVERDUE.set(found[source.region], {"region": source.region})
    return found
