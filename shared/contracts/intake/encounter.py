"""What intake tells the world about contacts that need no client: one person asked something, or a group passed by."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import AdultChild, EncounterChannel, Sex, Topic, TransportMode
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.episode import Point
from shared.contracts.intake.field import CountryCode
from shared.contracts.part import Part
from shared.eventsourcing.event import Aggregate, Event

Count = Annotated[int, Field(ge=0, le=100_000)]


class EncounterRecorded(Event, type="encounter-recorded"):
    """One contact, with or without a name: nobody is made a client to get information."""

    channel: Annotated[EncounterChannel, Field(description="How the contact came about.")]
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=19, description="What it was about.")]
    client_id: Annotated[UUID | None, Field(description="The client; none: anonymous.")] = None
    minutes: Annotated[int, Field(ge=0, le=1440, description="How long it took.")]
    immediate_need: Annotated[bool, Field(description="Whether something had to be done at once.")]
    first_time: Annotated[bool | None, Field(description="Whether the person was here for the first time.")] = None
    info_given: Annotated[bool, Field(description="Whether information was given.")]


class GroupCount(Part):
    """How many of one sex and age."""

    sex: Annotated[Sex, Field(description="As seen or told.")]
    age: Annotated[AdultChild, Field(description="ADULT or CHILD.")]
    n: Annotated[Count, Field(description="People.")]


class TransitGroupObserved(Event, type="transit-group-observed"):
    """People on the way passed an observation point; counts only, nobody is named."""

    point: Point
    date: Annotated[date, Field(description="Day of observation.")]
    departure_country: Annotated[CountryCode | None, Field(description="Where they come from.")] = None
    intended_destination: Annotated[CountryCode | None, Field(description="Where they want to get to.")] = None
    mode: Annotated[tuple[TransportMode, ...], Field(max_length=11, description="How they travelled.")] = ()
    nationality: Annotated[CountryCode | None, Field(description="Of the group, where it has one.")] = None
    counts: Annotated[tuple[GroupCount, ...], Field(min_length=1, max_length=12, description="By sex and age.")]
    children_u5: Annotated[Count | None, Field(description="Children under five among them.")] = None
    pregnant: Annotated[Count | None, Field(description="Pregnant among them.")] = None
    elderly: Annotated[Count | None, Field(description="Elderly among them.")] = None


EncounterEvent = EncounterRecorded | TransitGroupObserved | EntryVoided

ENCOUNTER = Aggregate("intake", "encounter", EncounterRecorded, TransitGroupObserved, EntryVoided)
