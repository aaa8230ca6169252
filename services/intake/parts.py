"""What intake's routes stand on beside the runner: the region, the search, and the day at a centre."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.intake.attachment.folder import Folder
from services.intake.search.finder import Finder
from shared.eventsourcing.event import Event, Recorded, instant, voided
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.sql import Statements
from shared.http.command import OutOfScope, invalid, violation
from shared.region import Region

if TYPE_CHECKING:
    import asyncpg

RUNNING: Final = Statements("services.intake.running")
REGISTRY: Final = Statements("services.intake.registry")
RIGHTS: Final = Statements("services.intake.rights")

# The first fact of a stream names its centre in the context, which a fold does not see.
CENTRE_OF = "select data -> 'ctx' ->> 'centre' from event where stream_id = $1 and version = 1"


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@dataclass(frozen=True, slots=True)
class Intake:
    """`call.parts` of intake's routes. backup days: how long backups are kept, which the proof of an erasure states."""

    pool: "asyncpg.Pool[Any]"
    handle: Handle
    region: Region
    finder: Finder
    attachments: Folder
    keyring_backup_days: int = 7
    backup_days: int = 28

    def today(self, now: datetime, centre: str) -> date:
        """The day at a centre of the region. Refuses the form if it names a centre of another one."""
        if not self.region.has_centre(centre):
            raise invalid(violation("/centre", "unknown-code"))
        return now.astimezone(_zone(self.region.centre(centre).zone)).date()

    def told(self, facts: Sequence[Recorded[Event]]) -> list[dict[str, Any]]:
        """Facts without anything sealed, as a page shows them: place, time, author, open members, and whether they are void."""
        void = voided([fact.event for fact in facts])
        return [
            {
                "event_id": fact.event_id,
                "version": fact.version,
                "type": fact.event.event_type,
                "occurred_at": instant(fact.occurred_at),
                "recorded_at": instant(fact.recorded_at),
                "actor": fact.ctx.actor,
                "data": fact.event.model_dump(mode="json", exclude_none=True),
                **({"void": True} if fact.event_id in void else {}),
            }
            for fact in facts
        ]

    async def centre_of(self, stream_id: UUID) -> str:
        """Whose record it is. Raises OutOfScope if there is none."""
        centre = await self.known_centre(stream_id)
        if centre is None:
            raise OutOfScope()
        return centre

    async def known_centre(self, stream_id: UUID) -> str | None:
        """Whose record it is; None if there is none."""
        centre: str | None = await self.pool.fetchval(CENTRE_OF, stream_id)
        return centre
