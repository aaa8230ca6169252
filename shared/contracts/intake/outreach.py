"""Talks to many: people are counted, never named (domain chapter, section 3, service OUT)."""

from typing import Annotated

from pydantic import Field

from shared.codes import AgeBand, OutreachKind, Sex, SubCommittee, Topic
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.field import Org, PsgcCode, Vintage
from shared.contracts.part import Part
from shared.eventsourcing.event import Aggregate, Event


class Attendees(Part):
    """How many of one sex and age were there."""

    sex: Annotated[Sex, Field(description="As seen or told.")]
    age_band: Annotated[AgeBand, Field(description="As seen or told; U where it is unknown.")]
    n: Annotated[int, Field(ge=1, le=100_000, description="Heads.")]


class OutreachSessionHeld(Event, type="outreach-session-held"):
    """A session was held, or something was broadcast. Attendance and media reach are never added up."""

    kind: Annotated[OutreachKind, Field(description="Where people were spoken to.")]
    topic: Annotated[Topic, Field(description="What about.")]
    place: PsgcCode
    vintage: Annotated[Vintage, Field(description="Edition of the PSGC of `place`.")]
    partner: Annotated[Org | None, Field(description="Organisation that held it with the centre.")] = None
    sub_committee: Annotated[SubCommittee, Field(description="Whose service it was on its day.")]
    attendees: Annotated[tuple[Attendees, ...], Field(max_length=60, description="Who was there, by sex and age.")] = ()
    media_reach: Annotated[int | None, Field(ge=1, le=100_000_000, description="People whom a broadcast reached, by estimate.")] = None
    minutes: Annotated[int, Field(ge=1, le=1440, description="How long it took.")]


OutreachEvent = OutreachSessionHeld | EntryVoided

OUTREACH_SESSION = Aggregate("intake", "outreach-session", OutreachSessionHeld, EntryVoided)
