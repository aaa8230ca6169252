"""What casework tells the world about one stay in a shelter (events chapter, section 3: events 50 to 52).

Every blob is sealed under the client. A stay in a SAFE unit counts for its centre, but only the protected part names the
unit. The narrative holds the working copy of whatever the profile holds.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.codes import AdultChild, Destination, RoomClass, StayChange, StayExit, UnitKind
from shared.contracts.entry import EntryVoided
from shared.eventsourcing.event import Aggregate, Event, Sealed
from shared.privacy.classes import NARRATIVE, PROFILE, PROTECTED, Erased

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
UnitCode = Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,24}$")]
SquareMetres = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,3})\.[0-9]{2}$")]


class StayProfile(Sealed):
    room_class: RoomClass = Field(description="Class of the room: whom it is for.")
    adult_child: AdultChild = Field(description="Whether the person is under 18; unknown counts as under.")


class StayNarrative(StayProfile):
    display_name: Line | None = Field(default=None, description="What the person is called in the house; all that a warden reads.")


class StayProtection(Sealed):
    safety_flags: tuple[Line, ...] = Field(default=(), max_length=20, description="What the house must know to keep somebody safe.")
    safe_unit: UnitCode | None = Field(default=None, description="The unit, where it is a SAFE one.")


class ShelterStayStarted(Event, type="shelter-stay-started"):
    """Somebody was taken in."""

    client_id: UUID = Field(description="The client; also the subject of every blob of the stay.")
    case_id: UUID | None = Field(default=None, description="Case that the stay belongs to.")
    unit: UnitCode | None = Field(default=None, description="Unit of the region file; absent if SAFE.")
    unit_kind: UnitKind = Field(description="What kind of unit it is.")
    m2_per_person: SquareMetres = Field(description="Covered floor a person when the unit is full, in square metres.")
    family: bool = Field(description="Whether the person stays with family.")
    arrived: AwareDatetime = Field(description="When the person came.")
    expected_exit: date = Field(description="Day on which the stay is to end; an overstay shows from the day after.")
    profile: Annotated[StayProfile | Erased | None, PROFILE] = None
    narrative: Annotated[StayNarrative | Erased, NARRATIVE]
    protected: Annotated[StayProtection | Erased | None, PROTECTED] = None


class ChangeNote(Sealed):
    reason_text: Text = Field(description="Why the stay was changed.")


class ShelterStayChanged(Event, type="shelter-stay-changed"):
    """A stay was extended, or went on in another unit."""

    expected_exit: date | None = Field(default=None, description="New day on which the stay is to end, where it changed.")
    unit: UnitCode | None = Field(default=None, description="New unit, where it changed.")
    reason: StayChange = Field(description="What changed.")
    narrative: Annotated[ChangeNote | Erased | None, NARRATIVE] = None


class ExitProfile(Sealed):
    exit: StayExit = Field(description="How the stay ended.")
    destination: Destination = Field(description="Where the person went.")


class ExitNarrative(ExitProfile):
    note: Text | None = Field(default=None, description="What the house adds.")


class ShelterStayEnded(Event, type="shelter-stay-ended"):
    """The person left."""

    left: AwareDatetime = Field(description="When the person left.")
    nights: int = Field(ge=0, le=36_600, description="Local dates between arrival and exit.")
    profile: Annotated[ExitProfile | Erased | None, PROFILE] = None
    narrative: Annotated[ExitNarrative | Erased, NARRATIVE]


StayEvent = ShelterStayStarted | ShelterStayChanged | ShelterStayEnded | EntryVoided

STAY = Aggregate("casework", "stay", ShelterStayStarted, ShelterStayChanged, ShelterStayEnded, EntryVoided)
