"""Reporting's api: true counts for roles with a grant, and the internal dashboard."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.reporting.dashboard import pages
from services.reporting.dashboard.charts import Charts
from services.reporting.figures import routes
from services.reporting.figures.read import Reader
from services.reporting.parts import Reporting
from shared.compose import open_parts
from shared.http import schemas
from shared.http.app import create_app
from shared.http.serve import serve
from shared.region import load_region
from shared.settings import Settings

ROUTERS = (routes.router, pages.router, schemas.router)


@asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Reporting]:
    async with open_parts(settings) as parts:
        charts = Charts()
        try:
            region = load_region(settings.region_path)
            yield Reporting(pool=parts.pool, handle=parts.handle, region=region, reader=Reader(parts.pool), charts=charts)
        finally:
            charts.close()


def app(settings: Settings) -> FastAPI:
    return create_app(service="reporting", settings=settings, routers=ROUTERS, resources=resources)


def main(settings: Settings) -> None:
    """Serve until SIGTERM."""
    serve(app, settings)
