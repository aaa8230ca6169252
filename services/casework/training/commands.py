"""What may be asked of a training session. Each carries what its decision needs from elsewhere."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.casework.case.commands import Ground
from shared.codes import Course, SessionCancelReason, SubCommittee
from shared.contracts.casework.training_session import StaffParticipants


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSession:
    """sub_committee: of the course on its day, by the region file; vintage: of the PSGC."""

    course: Course
    provider: str
    sub_committee: SubCommittee
    hours: str
    place: str
    vintage: str
    starts: datetime
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol:
    client_id: UUID
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Unenrol:
    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSession:
    """today: local day of the command; hours: None, as scheduled."""

    held_on: date
    today: date
    attendees: int
    hours: str | None = None
    staff_participants: tuple[StaffParticipants, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutcome:
    client_id: UUID
    attended_hours: str
    pre: str | None = None
    post: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSession:
    reason: SessionCancelReason


Command = ScheduleSession | Enrol | Unenrol | HoldSession | RecordOutcome | CancelSession
