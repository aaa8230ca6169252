"""What the change feed of referrals tells whom: of a referral the centre that sent it and both organisations hear, of an
entry of the directory everybody.
"""

from collections.abc import Iterable

from shared.changes.projection import address, changes
from shared.contracts.referrals.referral import REFERRAL
from shared.contracts.referrals.service_entry import SERVICE_ENTRY
from shared.eventsourcing.projection import Fact, Op
from shared.privacy.classes import PACKET


def sent(fact: Fact) -> Iterable[Op]:
    """The packet is opened for one code: the receiver of a confidential referral must hear of it, and the open part must
    not tell."""
    packet = fact.open(PACKET)
    to_org = packet["to_org"] if isinstance(packet, dict) else fact.data.get("to_org")
    yield address(fact, f"from:{fact.data['from_org']}")
    if to_org:
        yield address(fact, f"to:{to_org}")


TOLD = (REFERRAL, SERVICE_ENTRY)

FEED = changes("referrals", TOLD, hearing={REFERRAL.ce_type("referral-sent"): sent}, public=[SERVICE_ENTRY], opens=[PACKET])
