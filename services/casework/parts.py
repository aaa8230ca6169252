"""What casework's routes and reactions stand on beside the runner: the region, and its own read models."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.casework.stay.decisions import open_stay, stay_in
from services.casework.stay.state import State as Stay
from services.casework.timers import ANSWER_DAYS
from shared.codes import Purpose, StayState
from shared.codes.calendar import add_working_days
from shared.consent import Consent, Given, anybody, may
from shared.errors import Rejected
from shared.eventsourcing.event import instant
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.sql import Statements
from shared.http.reach import WHOLE
from shared.region import Region

if TYPE_CHECKING:
    import asyncpg

CASELOAD: Final = Statements("services.casework.caseload")
CONSENTS: Final = Statements("services.casework.consents")
SHELTER: Final = Statements("services.casework.shelter")
SESSIONS: Final = Statements("services.casework.sessions")
COMPLAINTS: Final = Statements("services.casework.complaints")


@dataclass(frozen=True, slots=True)
class Casework:
    """`call.parts` of casework's routes."""

    pool: "asyncpg.Pool[Any]"
    handle: Handle
    region: Region

    def local_day(self, at: datetime, centre: str) -> date:
        """The day on which an instant falls at a centre of the region."""
        return at.astimezone(ZoneInfo(self.region.centre(centre).zone)).date()

    def answer_due(self, row: Mapping[str, Any]) -> str:
        """When a transfer that nobody answered counts as refused: 17:00 of the fifth working day at the centre that was asked."""
        centre = self.region.centre(row["transfer_to"])
        return instant(add_working_days(row["transfer_at"], ANSWER_DAYS, centre.zone, centre.calendar))

    async def consent(self, client_id: UUID, consent_id: UUID | None, on: date) -> Consent:
        """How a consent to case management stands on a day, as far as the topics have told."""
        return await self.consent_to(Purpose.CASE_MANAGEMENT, client_id, consent_id, on)

    async def consent_to(
        self, purpose: Purpose, client_id: UUID, consent_id: UUID | None, on: date, *, mission: str | None = None
    ) -> Consent:
        """How a consent to a purpose stands on a day: of this record, or of the one that goes on in its place, where the person is
        asked since. mission: the country whose consulate it must name."""
        row = await self.pool.fetchrow(CONSENTS.of_client, client_id, consent_id, purpose, WHOLE) if consent_id else None
        if row is None and consent_id and (survivor := await self.survivor(client_id)):
            row = await self.pool.fetchrow(CONSENTS.of_client, survivor, consent_id, purpose, WHOLE)
        given = Given(purpose, *row) if row else None
        return may(purpose, given, lambda org: mission is None or (org is not None and self.region.org_state(org) == mission), on)

    async def agrees(self, subject_id: UUID, purpose: Purpose, on: date) -> bool:
        """Whether any consent of a person to a purpose is in force on a day: of this record or the one that goes on in its place."""
        for record in filter(None, (subject_id, await self.survivor(subject_id))):
            rows = await self.pool.fetch(CONSENTS.to_purpose, record, purpose, WHOLE)
            if any(may(purpose, Given(purpose, *row), anybody, on) is Consent.ACTIVE for row in rows):
                return True
        return False

    async def survivor(self, client_id: UUID) -> UUID | None:
        """The record that goes on in place of a merged one; None: it was not merged."""
        found: UUID | None = await self.pool.fetchval(CONSENTS.survivor, client_id, WHOLE)
        return found

    async def records(self, client_id: UUID) -> list[UUID]:
        """All records of the person whose record this is: more than one after a merge."""
        return [row[0] for row in await self.pool.fetch(CONSENTS.records, client_id, WHOLE)]

    async def running_stays(self, client_id: UUID) -> list[Stay]:
        """The stays of a record that have not ended. Hits of a search row are candidates: each is loaded and checked."""
        row = open_stay(client_id)
        loaded = [await self.handle.load(stay_in(()), stay_id) for stay_id in (await self.handle.search([row])).get(row, [])]
        return [stay.state for stay in loaded if stay.state.state is StayState.STAYING and stay.state.client_id == client_id]

    async def open_cases(self, worker: str) -> int:
        return int(await self.pool.fetchval(CASELOAD.open_of_worker, worker, WHOLE))

    async def check_not_retired(self, client_id: UUID | None) -> None:
        """Nothing new begins for a record that was merged into another. Raises Rejected `client-retired`."""
        survivor = await self.survivor(client_id) if client_id else None
        if survivor is not None:
            raise Rejected("client-retired", "Use the record that goes on in its place.", survivor=str(survivor))
