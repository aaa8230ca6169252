"""Reporting's api: true counts for roles with a grant, as answers and a page; what was published, for everybody, as files and pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.reporting.dashboard import pages as internal
from services.reporting.figures import routes
from services.reporting.figures.read import Reader
from services.reporting.live.routes import router as live_router
from services.reporting.national import process as national
from services.reporting.pages import routes as public
from services.reporting.pages.pen import Charts
from services.reporting.parts import Reporting
from services.reporting.releases import command_routes, document_routes
from services.reporting.releases import routes as release_routes
from services.reporting.releases.ledger import Ledger
from shared.compose import open_parts
from shared.http import schemas
from shared.http.app import create_app
from shared.http.serve import serve
from shared.region import load_region
from shared.settings import Settings

# Verbs of a release before the release itself: the first path that fits is taken.
ROUTERS = (
    *(routes.router, internal.router, public.router, live_router, schemas.router),
    *(command_routes.router, document_routes.router, release_routes.router),
)


@asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Reporting]:
    async with open_parts(settings) as parts:
        charts, pictures, region = Charts(), Charts(), load_region(settings.region_path)
        reporting = Reporting(
            pool=parts.pool, handle=parts.handle, region=region, reader=Reader(parts.pool), ledger=Ledger(parts.pool),
            charts=charts, pictures=pictures,
        )  # fmt: skip
        warming = asyncio.create_task(public.warm(reporting))
        try:
            yield reporting
        finally:
            warming.cancel()
            charts.close()
            pictures.close()


def app(settings: Settings) -> FastAPI:
    if settings.national:
        return national.app(settings)
    return create_app(service="reporting", settings=settings, routers=ROUTERS, resources=resources)


def main(settings: Settings) -> None:
    """Serve until SIGTERM."""
    serve(app, settings)
