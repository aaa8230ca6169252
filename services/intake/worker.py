"""Intake's worker: it publishes clients and encounters, destroys what ended consents leave behind, and minds the clock."""

from services.intake import look_ups
from services.intake.feed import AGGREGATES, FEED
from services.intake.reactions import reactions
from services.intake.registry.projection import registry
from services.intake.retention.projection import retention
from services.intake.rights.overdue import watch
from services.intake.rights.projection import rights
from services.intake.running.projection import running
from services.intake.timers import timers
from shared.compose import region_of
from shared.http import audit_end
from shared.messaging.forgetting import Forgetting
from shared.messaging.timers import ringing
from shared.messaging.worker import run_worker
from shared.settings import Settings

TIMERS = timers(region_of("intake"), look_ups)
PROJECTIONS = (running, TIMERS.projection, registry, retention, rights, FEED)
REACTIONS = reactions(look_ups)
FORGETTING = Forgetting(PROJECTIONS, finish=look_ups.forget_the_rest)


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    loops = (ringing(TIMERS), FORGETTING, watch, audit_end.watch)
    run_worker(settings, aggregates=AGGREGATES, projections=PROJECTIONS, reactions=REACTIONS, loops=loops)
