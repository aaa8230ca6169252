"""The worker of referrals: it publishes referrals and entries, keeps the board, reacts to withdrawn consents, minds the clock."""

from services.referrals import look_ups
from services.referrals.board.projection import board
from services.referrals.consents.projection import consents
from services.referrals.directory.projection import directory
from services.referrals.feed import FEED
from services.referrals.reactions import reactions
from services.referrals.timers import timers
from shared.compose import region_of
from shared.contracts.referrals.referral import REFERRAL
from shared.contracts.referrals.service_entry import SERVICE_ENTRY
from shared.http import audit_end
from shared.messaging.forgetting import Forgetting
from shared.messaging.timers import ringing
from shared.messaging.worker import run_worker
from shared.settings import Settings

TIMERS = timers(region_of("referrals"), look_ups)
PROJECTIONS = (consents, board, directory, TIMERS.projection, FEED)
REACTIONS = reactions(look_ups)
FORGETTING = Forgetting(PROJECTIONS, left=look_ups.left_of_erased, finish=look_ups.destroy_packets)
LOOPS = (ringing(TIMERS), FORGETTING, audit_end.watch)


def main(settings: Settings) -> None:
    """Run until SIGTERM."""
    run_worker(settings, aggregates=(REFERRAL, SERVICE_ENTRY), projections=PROJECTIONS, reactions=REACTIONS, loops=LOOPS)
