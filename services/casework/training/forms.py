"""The bodies of the commands on training sessions."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import Course, SessionCancelReason
from shared.codes.valid import Day, Moment, Psgc
from shared.contracts.casework.training_session import Hours, Org, Score, StaffParticipants
from shared.http.bodies import CommandBody, CreationBody, example
from shared.privacy.classes import PROFILE
from shared.privacy.member import member

CLIENT = "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11"
GROUND = {"purpose": "CASE_MANAGEMENT", "basis": "CONSENT", "consent_id": "0199a1f4-9000-7000-8000-000000000001"}


class ScheduleSessionBody(CreationBody):
    """A training is announced."""

    model_config = example(
        {
            "local_id": "0199a2a0-6666-7abc-8def-0123456789ab", "centre": "PH-ANT-01", "purpose": "CASE_MANAGEMENT", "course": "FINLIT",
            "provider": "OWWA", "hours": "8", "place": "0600613000", "starts": "2026-04-11T08:00:00+08:00", "capacity": 25,
        }
    )  # fmt: skip

    course: Annotated[Course, member("What is taught; some courses are for partners' staff, who are counted and not registered.")]
    provider: Annotated[Org, member("Organisation that teaches, by its code in the region file or the list `Agency`.")]
    hours: Annotated[Hours, member("Hours of teaching, a decimal string.")]
    place: Annotated[Psgc, member("Where, as PSGC of any level.")]
    starts: Annotated[Moment, member("When it begins.")]
    capacity: Annotated[int, Field(ge=1, le=10_000), member("How many seats there are.")]


class EnrolBody(CommandBody):
    """A client takes a seat."""

    model_config = example({**GROUND, "client_id": CLIENT})

    client_id: Annotated[UUID, member("The client, registered at intake.")]


class UnenrolBody(CommandBody):
    """A client gives the seat up."""

    model_config = example(dict(GROUND))


class HoldSessionBody(CommandBody):
    """The training took place."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "held_on": "2026-04-11", "attendees": 21})

    held_on: Annotated[Day | None, member("Day on which it ended; left out: today.")] = None
    hours: Annotated[Hours | None, member("Hours that were taught, a decimal string; left out: as scheduled.")] = None
    attendees: Annotated[int, Field(ge=0, le=10_000), member("How many came.")]
    staff_participants: Annotated[
        tuple[StaffParticipants, ...], Field(max_length=200), member("Partners' staff, counted by organisation and sex.")
    ] = ()


class RecordOutcomeBody(CommandBody):
    """What the training came to for one client."""

    model_config = example({**GROUND, "client_id": CLIENT, "attended_hours": "8", "pre": "0.4", "post": "0.8"})

    client_id: Annotated[UUID, member("The client.")]
    attended_hours: Annotated[Hours, member("Hours that the client was there, a decimal string; 80 % of the hours taught complete it.")]
    pre: Annotated[Score | None, member("Score before, 0 to 1, a decimal string.", PROFILE)] = None
    post: Annotated[Score | None, member("Score after, 0 to 1, a decimal string.", PROFILE)] = None


class CancelSessionBody(CommandBody):
    """The training does not take place."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "reason": "LOW_TURNOUT"})

    reason: Annotated[SessionCancelReason, member("Why not.")]
