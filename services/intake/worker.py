"""Intake's worker: it publishes clients and encounters, and destroys what ended consents leave behind."""

from services.intake import look_ups
from services.intake.reactions import reactions
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.messaging.worker import run_worker
from shared.settings import Settings

PROJECTIONS = ()
REACTIONS = reactions(look_ups)


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    run_worker(settings, aggregates=(CLIENT, ENCOUNTER), projections=PROJECTIONS, reactions=REACTIONS)
