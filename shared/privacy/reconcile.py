"""After a restore of the keyring: whoever was forgotten since the backup stays forgotten.

A restored keyring holds keys that were destroyed after it was backed up. The stores know whose: they are read first, and
nothing may serve before this has been done (operations chapter, section 5).
"""

from dataclasses import dataclass
from typing import Any

from shared.eventsourcing.sql import statements
from shared.privacy.classes import FieldClass

SQL = statements(__package__)

CLOSED = """
select distinct stream_id from event
 where type = 'referral-withdrawn' or (type = 'referral-closed' and data ->> 'result' is distinct from 'DELIVERED')
"""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Keys that were destroyed once more: of erased subjects, of ended consents, of packets that nobody may open."""

    erased: int
    profiles: int
    packets: int


async def reconcile(keyring: Any, intake: Any, referrals: Any) -> Reconciled:
    """Destroy what the stores say was destroyed. keyring: connection of its owner; intake, referrals: to their stores."""
    subjects = [row[0] for row in await intake.fetch(SQL.erased_subjects)]
    gone = {row[0] for row in await intake.fetch(SQL.profile_keys_of_merged)}
    kept = [row[0] for row in await intake.fetch(SQL.profile_keys) if row[0] not in gone]
    closed = [row[0] for row in await referrals.fetch(CLOSED)]
    async with keyring.transaction():
        erased = await keyring.fetchval(SQL.keys_of_erased, subjects)
        profiles = await keyring.fetchval(SQL.keys_not_kept, FieldClass.PROFILE.value, kept)
        packets = await keyring.fetch(SQL.destroy_keys, closed, [FieldClass.PACKET.value] * len(closed), None)
    return Reconciled(erased, profiles, len(packets))
