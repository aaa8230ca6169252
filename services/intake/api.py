"""Intake's api: clients, their consents and journeys, the search, and encounters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from services.intake import own_file
from services.intake.attachment import routes as attachments
from services.intake.attachment.folder import Folder
from services.intake.client import emergency_routes, forgetting_routes, pages, rights_routes, routes
from services.intake.duplicates import routes as duplicates
from services.intake.encounter import routes as encounters
from services.intake.feed import AGGREGATES
from services.intake.household import routes as households
from services.intake.incident import routes as incidents
from services.intake.outreach import routes as outreach
from services.intake.parts import Intake
from services.intake.search.finder import Finder
from shared.compose import open_parts
from shared.http.app import create_app
from shared.http.changes import changes_router
from shared.http.serve import serve
from shared.region import load_region
from shared.settings import Settings

ROUTERS = (
    *(routes.router, forgetting_routes.router, rights_routes.router, pages.router, duplicates.router, encounters.router),
    *(outreach.router, incidents.router, households.router, changes_router(AGGREGATES), emergency_routes.router, own_file.router),
    attachments.router,
)


@asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Intake]:
    """What intake's routes stand on."""
    async with open_parts(settings) as parts:
        finder = Finder(parts.pool, parts.handle)
        yield Intake(
            pool=parts.pool,
            handle=parts.handle,
            region=load_region(settings.region_path),
            finder=finder,
            attachments=Folder(Path(settings.attachments_url), parts.keyring),
            keyring_backup_days=settings.keyring_backup_days,
            backup_days=settings.backup_days,
        )


def app(settings: Settings) -> FastAPI:
    return create_app(service="intake", settings=settings, routers=ROUTERS, resources=resources)


def main(settings: Settings) -> None:
    """Serve until SIGTERM."""
    serve(app, settings)
