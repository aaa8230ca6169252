"""Intake's worker: it publishes clients and encounters, destroys what ended consents leave behind, and ends those that ran out."""

from services.intake import look_ups
from services.intake.reactions import reactions
from services.intake.registry.projection import registry
from services.intake.running.projection import running
from services.intake.timers import timers
from shared.compose import region_of
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.contracts.intake.household import HOUSEHOLD
from shared.contracts.intake.incident import INCIDENT
from shared.contracts.intake.outreach import OUTREACH_SESSION
from shared.messaging.forgetting import Forgetting
from shared.messaging.timers import ringing
from shared.messaging.worker import run_worker
from shared.settings import Settings

TIMERS = timers(region_of("intake"), look_ups)
PROJECTIONS = (running, TIMERS.projection, registry)
REACTIONS = reactions(look_ups)
FORGETTING = Forgetting(PROJECTIONS)
AGGREGATES = (CLIENT, HOUSEHOLD, ENCOUNTER, OUTREACH_SESSION, INCIDENT)


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    loops = (ringing(TIMERS), FORGETTING)
    run_worker(settings, aggregates=AGGREGATES, projections=PROJECTIONS, reactions=REACTIONS, loops=loops)
