"""Casework's worker: it publishes its facts, keeps its read models, reacts to intake and referrals, minds the clock."""

from services.casework import look_ups
from services.casework.caseload.projection import caseload
from services.casework.complaints.projection import complaints
from services.casework.consents.projection import consents
from services.casework.feed import FEED
from services.casework.reactions import reactions
from services.casework.sessions.projection import sessions
from services.casework.shelter.projection import shelter
from services.casework.timers import timers
from shared.compose import region_of
from shared.contracts.casework.case import CASE
from shared.contracts.casework.feedback import FEEDBACK
from shared.contracts.casework.stay import STAY
from shared.contracts.casework.training_session import TRAINING_SESSION
from shared.http import audit_end
from shared.messaging.forgetting import Forgetting
from shared.messaging.timers import ringing
from shared.messaging.worker import run_worker
from shared.settings import Settings

REGION = region_of("casework")
TIMERS = timers(REGION)
PROJECTIONS = (consents, caseload, shelter, sessions, complaints, TIMERS.projection, FEED)
REACTIONS = reactions(REGION, look_ups)
FORGETTING = Forgetting(PROJECTIONS, left=look_ups.left_of_erased)
LOOPS = (ringing(TIMERS), FORGETTING, audit_end.watch)
AGGREGATES = (CASE, STAY, TRAINING_SESSION, FEEDBACK)


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    run_worker(settings, aggregates=AGGREGATES, projections=PROJECTIONS, reactions=REACTIONS, loops=LOOPS)
