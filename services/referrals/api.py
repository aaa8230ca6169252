"""The api of referrals: the service directory, and requests to and from other organisations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.referrals import own_file
from services.referrals.directory import routes as directory
from services.referrals.feed import TOLD
from services.referrals.parts import Referrals
from services.referrals.referral import pages, routes
from shared.compose import open_parts
from shared.http.app import create_app
from shared.http.changes import changes_router
from shared.http.serve import serve
from shared.region import load_region
from shared.settings import Settings

ROUTERS = (
    routes.router,
    pages.router,
    directory.router,
    own_file.router,
    changes_router(TOLD, sides=pages.sides, operators=pages.operators),
)


@asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Referrals]:
    """What the routes of referrals stand on."""
    async with open_parts(settings) as parts:
        yield Referrals(pool=parts.pool, handle=parts.handle, region=load_region(settings.region_path))


def app(settings: Settings) -> FastAPI:
    return create_app(service="referrals", settings=settings, routers=ROUTERS, resources=resources)


def main(settings: Settings) -> None:
    """Serve until SIGTERM."""
    serve(app, settings)
