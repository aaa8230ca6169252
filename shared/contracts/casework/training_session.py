"""What casework tells the world about one training session (events chapter, section 3: events 53 to 58).

A client's scores are sealed under the client. Partners' staff are counted, not registered.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.codes import Course, SessionCancelReason, Sex, SubCommittee
from shared.codes.valid import Psgc
from shared.contracts.entry import EntryVoided
from shared.contracts.part import Part
from shared.eventsourcing.event import Aggregate, Event, Sealed
from shared.privacy.classes import PROFILE, Erased

Org = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,31}$")]
Vintage = Annotated[str, Field(pattern=r"^20[0-9]{2}-[1-4]Q$")]
Hours = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,2})(\.[0-9]{1,2})?$")]
Score = Annotated[str, Field(pattern=r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$")]


class TrainingSessionScheduled(Event, type="training-session-scheduled"):
    """A training was announced."""

    course: Course = Field(description="What is taught.")
    provider: Org = Field(description="Organisation that teaches.")
    sub_committee: SubCommittee = Field(description="Sub-committee that it counts for, as of its day.")
    hours: Hours = Field(description="Hours of teaching, a decimal string.")
    place: Psgc = Field(description="Where, as PSGC.")
    vintage: Vintage = Field(description="Edition of the PSGC that `place` is of.")
    starts: AwareDatetime = Field(description="When it begins.")
    capacity: int = Field(ge=1, le=10_000, description="How many clients may enrol, or staff take part.")
    for_staff: bool = Field(description="For partners' staff, who are counted when it is held; nobody enrols.")


class TrainingEnrolled(Event, type="training-enrolled"):
    """A client has a seat."""

    client_id: UUID = Field(description="The client.")


class TrainingUnenrolled(Event, type="training-unenrolled"):
    """A client gave the seat up."""

    client_id: UUID = Field(description="The client.")


class StaffParticipants(Part):
    """Partners' staff of one organisation and one sex, counted."""

    org: Org = Field(description="Organisation that sent them.")
    sex: Sex = Field(description="As they describe it.")
    n: int = Field(ge=1, le=10_000, description="How many.")


class TrainingSessionHeld(Event, type="training-session-held"):
    """The training took place."""

    held_on: date = Field(description="Day on which it ended.")
    hours: Hours = Field(description="Hours that were taught, a decimal string.")
    attendees: int = Field(ge=0, le=10_000, description="How many came.")
    staff_participants: tuple[StaffParticipants, ...] | None = Field(
        default=None, max_length=200, description="Of a training for partners' staff: who came, counted."
    )


class ScoreProfile(Sealed):
    pre: Score | None = Field(default=None, description="Score before, 0 to 1, a decimal string.")
    post: Score | None = Field(default=None, description="Score after, 0 to 1, a decimal string.")


class TrainingOutcomeRecorded(Event, type="training-outcome-recorded"):
    """What the training came to for one client."""

    client_id: UUID = Field(description="The client; also the subject of the scores.")
    attended_hours: Hours = Field(description="Hours that the client was there, a decimal string.")
    completed: bool = Field(description="At least 80 % of the hours that were taught.")
    profile: Annotated[ScoreProfile | Erased | None, PROFILE] = None


class TrainingSessionCancelled(Event, type="training-session-cancelled"):
    """The training does not take place."""

    reason: SessionCancelReason = Field(description="Why not.")


TrainingEvent = (
    TrainingSessionScheduled
    | TrainingEnrolled
    | TrainingUnenrolled
    | TrainingSessionHeld
    | TrainingOutcomeRecorded
    | TrainingSessionCancelled
    | EntryVoided
)

TRAINING_SESSION = Aggregate(
    "casework",
    "training-session",
    TrainingSessionScheduled,
    TrainingEnrolled,
    TrainingUnenrolled,
    TrainingSessionHeld,
    TrainingOutcomeRecorded,
    TrainingSessionCancelled,
    EntryVoided,
)
