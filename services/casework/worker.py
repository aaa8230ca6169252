"""Casework's worker: it publishes cases, follows the consents and the caseload, and reacts to intake and referrals."""

from functools import cache

from services.casework import look_ups
from services.casework.caseload.projection import caseload
from services.casework.consents.projection import consents
from services.casework.reactions import reactions
from shared.contracts.casework.case import CASE
from shared.messaging.worker import run_worker
from shared.region import Region, load_region
from shared.settings import Settings


@cache
def region() -> Region:
    """Read when a reaction first needs it, so that `gabay migrate` may import this module without a region."""
    return load_region(Settings.load("casework", "cli").region_path)


PROJECTIONS = (consents, caseload)
REACTIONS = reactions(region, look_ups)


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    run_worker(settings, aggregates=(CASE,), projections=PROJECTIONS, reactions=REACTIONS)
