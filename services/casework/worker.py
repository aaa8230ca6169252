"""Casework's worker: it publishes cases and stays, follows consents, caseload and shelter, and reacts to intake and referrals."""

from functools import cache

from services.casework import look_ups
from services.casework.caseload.projection import caseload
from services.casework.consents.projection import consents
from services.casework.reactions import reactions
from services.casework.sessions.projection import sessions
from services.casework.shelter.projection import shelter
from shared.contracts.casework.case import CASE
from shared.contracts.casework.stay import STAY
from shared.contracts.casework.training_session import TRAINING_SESSION
from shared.messaging.worker import run_worker
from shared.region import Region, load_region
from shared.settings import Settings


@cache
def region() -> Region:
    """Read when a reaction first needs it, so that `gabay migrate` may import this module without a region."""
    return load_region(Settings.load("casework", "cli").region_path)


PROJECTIONS = (consents, caseload, shelter, sessions)
REACTIONS = reactions(region, look_ups)


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    run_worker(settings, aggregates=(CASE, STAY, TRAINING_SESSION), projections=PROJECTIONS, reactions=REACTIONS)
