"""What the routes of referrals stand on beside the runner: the region, and the service's own read models."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.referrals.directory.decisions import ENTRY
from services.referrals.referral.commands import Entry
from services.referrals.referral.decisions import REFERRAL_DECIDER
from shared.codes import PacketItem, Purpose
from shared.consent import Consent, Given, may
from shared.errors import Rejected
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.sql import Statements
from shared.http.reach import WHOLE
from shared.region import Region

if TYPE_CHECKING:
    import asyncpg

BOARD: Final = Statements("services.referrals.board")
CONSENTS: Final = Statements("services.referrals.consents")
DIRECTORY: Final = Statements("services.referrals.directory")
SHARE: Final = Purpose.SHARE_FOR_SERVICE


@dataclass(frozen=True, slots=True)
class Referrals:
    """`call.parts` of the routes of referrals."""

    pool: "asyncpg.Pool[Any]"
    handle: Handle
    region: Region

    def local_day(self, at: datetime, centre: str) -> date:
        """The day on which an instant falls at a centre of the region."""
        return at.astimezone(ZoneInfo(self.region.centre(centre).zone)).date()

    def centres_of(self, org: str | None) -> frozenset[str]:
        """The centres that an organisation runs: their staff answer what is sent to it."""
        return frozenset(centre.code for centre in self.region.centres if centre.operator == org)

    async def sharing(
        self, client_id: UUID | None, consent_id: UUID | None, to_org: str, on: date, *, confidential: bool
    ) -> tuple[Consent, frozenset[PacketItem]]:
        """How a consent to share with an organisation stands on a day, and what it keeps back from that one.

        A consent without a recipient is one to a confidential sharing: all that is checked is that it is in force.
        """
        row = await self.pool.fetchrow(CONSENTS.of_client, client_id, consent_id, WHOLE) if client_id and consent_id else None
        given = Given(SHARE, row["recipient_org"], row["valid_to"], row["ended_on"]) if row else None
        found = may(SHARE, given, lambda org: org == to_org or (org is None and confidential), on)
        if row is None or found is Consent.MISSING:
            return found, frozenset()
        kept = (word.partition("@") for word in row["withheld"].split())
        return found, frozenset(PacketItem(item) for item, _, org in kept if org in ("", to_org))

    async def ended(self, client_id: UUID | None, consent_id: UUID | None, on: date) -> bool:
        """Whether the consent that a referral rests on is known to have ended by a day; never of one sent by an override."""
        if client_id is None or consent_id is None:
            return False
        return bool(await self.pool.fetchval(CONSENTS.ended, client_id, consent_id, on, WHOLE))

    async def barred(self, client_id: UUID | None, to_org: str, centre: str) -> bool:
        """Whether a contact block keeps a client from an organisation: a consulate, or a body of another state."""
        if client_id is None or not self.region.barred_by_contact_block(to_org, centre):
            return False
        return bool(await self.pool.fetchval(CONSENTS.blocked, await records(self.pool, client_id), WHOLE))

    async def followed(self, referral_id: UUID | None) -> tuple[UUID | None, str] | None:
        """Client and sender of a referral, None if there is none."""
        loaded = await self.handle.load(REFERRAL_DECIDER, referral_id) if referral_id else None
        return (loaded.state.client_id, loaded.state.from_org) if loaded and loaded.version else None

    async def entry(self, entry_id: UUID | None) -> Entry | None:
        """A directory entry as its own facts tell it now, None if there is none."""
        if entry_id is None:
            return None
        state = (await self.handle.load(ENTRY, entry_id)).state
        if state.listed is None:
            return None
        listed = state.listed
        return Entry(org=listed.org, service_code=listed.service_code, active=state.active, fresh_until=state.next_due)

    async def check_not_retired(self, client_id: UUID | None) -> None:
        """Nothing new begins for a record that was merged into another. Raises Rejected `client-retired`."""
        survivor = await self.pool.fetchval(CONSENTS.survivor, client_id, WHOLE) if client_id else None
        if survivor is not None:
            raise Rejected("client-retired", "Use the record that goes on in its place.", survivor=str(survivor))


async def records(pool: "asyncpg.Pool[Any]", client_id: UUID) -> list[UUID]:
    """All records of the person whose record this is: more than one after a merge."""
    return [row[0] for row in await pool.fetch(CONSENTS.records, client_id, WHOLE)]
