"""The worker of referrals: it publishes referrals and directory entries, keeps the board, and reacts to withdrawn consents."""

from services.referrals import look_ups
from services.referrals.board.projection import board
from services.referrals.consents.projection import consents
from services.referrals.directory.projection import directory
from services.referrals.reactions import reactions
from shared.contracts.referrals.referral import REFERRAL
from shared.contracts.referrals.service_entry import SERVICE_ENTRY
from shared.messaging.worker import run_worker
from shared.settings import Settings

PROJECTIONS = (consents, board, directory)
REACTIONS = reactions(look_ups)


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    run_worker(settings, aggregates=(REFERRAL, SERVICE_ENTRY), projections=PROJECTIONS, reactions=REACTIONS)
