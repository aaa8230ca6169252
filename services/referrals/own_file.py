"""What referrals holds on a person: what was sent about them to whom, with its packet as long as that has a key."""

from uuid import UUID

from services.referrals.parts import Referrals, records
from services.referrals.referral.decisions import of_client
from shared.contracts.referrals.referral import REFERRAL
from shared.http.own_file import MOST, Held, Holding, own_file_router
from shared.privacy.classes import PACKET


async def find(parts: Referrals, client: UUID) -> Holding:
    """All referrals of a person, in both directions."""
    theirs = await records(parts.pool, client)
    found = await parts.handle.search([of_client(record) for record in theirs], limit=MOST)
    return Holding(theirs, [Held(REFERRAL, each) for each in sorted({each for streams in found.values() for each in streams})])


router = own_file_router(find, (PACKET,))
