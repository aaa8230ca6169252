"""Casework's api: cases with the services delivered in them, stays in shelters, trainings, feedback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.casework import own_file
from services.casework.assistance import routes as assistance
from services.casework.case import emergency_routes, pages, plan_routes, routes, transfer_routes
from services.casework.feed import HIDDEN, TOLD
from services.casework.feedback import pages as feedback_pages
from services.casework.feedback import routes as feedback_routes
from services.casework.parts import Casework
from services.casework.stay import pages as stay_pages
from services.casework.stay import routes as stay_routes
from services.casework.training import pages as training_pages
from services.casework.training import routes as training_routes
from shared.compose import open_parts
from shared.http.app import create_app
from shared.http.changes import changes_router
from shared.http.serve import serve
from shared.region import load_region
from shared.settings import Settings

ROUTERS = (
    *(routes.router, plan_routes.router, transfer_routes.router, assistance.router, pages.router, emergency_routes.router),
    *(stay_routes.router, stay_pages.router),
    *(training_routes.router, training_pages.router),
    *(feedback_routes.router, feedback_pages.router),
    own_file.router,
    changes_router(TOLD, hidden=HIDDEN),
)


@asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Casework]:
    """What casework's routes stand on."""
    async with open_parts(settings) as parts:
        yield Casework(pool=parts.pool, handle=parts.handle, region=load_region(settings.region_path))


def app(settings: Settings) -> FastAPI:
    return create_app(service="casework", settings=settings, routers=ROUTERS, resources=resources)


def main(settings: Settings) -> None:
    """Serve until SIGTERM."""
    serve(app, settings)
