"""The bodies of the commands on stays."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import AdultChild, Destination, Sex, StayChange, StayExit
from shared.codes.valid import Day, Moment
from shared.contracts.casework.stay import Line, Text, UnitCode
from shared.http.bodies import CommandBody, CreationBody, example
from shared.privacy.classes import NARRATIVE, PROFILE, PROTECTED
from shared.privacy.member import member

CLIENT = "0199a1f4-5c1e-7b7a-9d36-2f6f0c9b8e11"
GROUND = {"purpose": "CASE_MANAGEMENT", "basis": "CONSENT", "consent_id": "0199a1f4-9000-7000-8000-000000000001"}


class StartStayBody(CreationBody):
    """Somebody is taken in."""

    model_config = example(
        {
            "local_id": "0199a2a0-5555-7abc-8def-0123456789ab", "centre": "HN-EP-01", **GROUND, "client_id": CLIENT,
            "unit": "HN-EP-01-W", "sex": "F", "adult_child": "ADULT", "family": False, "arrived": "2026-03-02T23:40:00-06:00",
            "expected_exit": "2026-03-09", "display_name": "Rosa",
        }
    )  # fmt: skip

    client_id: Annotated[UUID, member("The client, registered at intake.")]
    case_id: Annotated[UUID | None, member("Open case of the client that the stay belongs to.")] = None
    unit: Annotated[UnitCode, member("Unit of the centre, from `GET /v1/units`; a SAFE one is sealed.")]
    sex: Annotated[Sex, member("Asked for the rule of separation, and not kept.")]
    adult_child: Annotated[AdultChild, member("Whether the person is under 18; unknown counts as under.", PROFILE, NARRATIVE)]
    family: Annotated[bool, member("Whether the person stays with family.")] = False
    arrived: Annotated[Moment | None, member("When the person came; left out: `occurred_at`.")] = None
    expected_exit: Annotated[Day, member("Day on which the stay is to end.")]
    display_name: Annotated[Line | None, member("What the person is called in the house.", NARRATIVE)] = None
    safety_flags: Annotated[
        tuple[Line, ...], Field(max_length=20), member("What the house must know to keep somebody safe.", PROTECTED)
    ] = ()


class ChangeStayBody(CommandBody):
    """A stay goes on for longer (EXTENDED: `expected_exit` and `reason_text`) or in another unit (MOVED: `unit` and `sex`)."""

    model_config = example({**GROUND, "reason": "MOVED", "unit": "HN-EP-01-H", "sex": "F", "reason_text": "Her sister arrived."})

    reason: Annotated[StayChange, member("What changes.")]
    expected_exit: Annotated[Day | None, member("New day on which the stay is to end.")] = None
    unit: Annotated[UnitCode | None, member("Unit of the centre to move to; none that is SAFE.")] = None
    sex: Annotated[Sex | None, member("Asked for the rule of separation, and not kept.")] = None
    reason_text: Annotated[Text | None, member("Why, in words.", NARRATIVE)] = None


class EndStayBody(CommandBody):
    """The person leaves."""

    model_config = example({**GROUND, "left": "2026-03-09T08:15:00-06:00", "exit": "PLANNED", "destination": "FAMILY"})

    left: Annotated[Moment | None, member("When the person left; left out: `occurred_at`.")] = None
    exit: Annotated[StayExit, member("How the stay ends.", PROFILE, NARRATIVE)]
    destination: Annotated[Destination, member("Where the person goes.", PROFILE, NARRATIVE)]
    note: Annotated[Text | None, member("What the house adds.", NARRATIVE)] = None
    safe_unit: Annotated[
        UnitCode | None, member("The SAFE unit that becomes free: only where the client was erased, so that no record tells it.")
    ] = None
