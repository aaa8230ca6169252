"""A wrong done or suspected. Without a client the incident has keys of its own: its stream is its subject."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import DeathCause, Documented, IncidentStage, IncidentType, PlaceLevel, ReportedBy
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.field import CountryCode, Day, Money, Org, Phone, PsgcCode, Text40, Text100, Vintage
from shared.eventsourcing.event import Aggregate, Event, Sealed
from shared.privacy.classes import IDENTITY, PROFILE, Erased

Account = Annotated[str, Field(min_length=1, max_length=4000)]
Heads = Annotated[int, Field(ge=0, le=100_000)]


class IncidentFacts(Sealed):
    """The coded facts of an incident. Sealed as profile: of a client with consent to statistics, else of the incident itself."""

    type: Annotated[IncidentType, Field(description="What was done.")]
    event_date: Annotated[Day, Field(description="When it happened: YYYY, YYYY-MM or YYYY-MM-DD.")]
    country: CountryCode
    psgc_mun: PsgcCode | None = None
    vintage: Vintage | None = None
    licence_checked: Annotated[
        Documented | None, Field(description="Illegal recruitment: whether the agency's licence was found in order.")
    ] = None
    paid: Annotated[Money | None, Field(description="Illegal recruitment: what was paid.")] = None
    dead: Annotated[Heads | None, Field(description="Deaths and missing: people who died, at least.")] = None
    missing: Annotated[Heads | None, Field(description="Deaths and missing: people who are missing, at least.")] = None
    route: Annotated[Text40 | None, Field(description="Deaths and missing: on which route.")] = None
    cause: Annotated[DeathCause | None, Field(description="Deaths and missing: of what.")] = None


class Reporter(Sealed):
    """Who told it, if not the client."""

    name: Annotated[Text100 | None, Field(description="Who they are.")] = None
    relation: Annotated[Text40 | None, Field(description="What they are to the person concerned.")] = None
    phone: Phone | None = None


class Alleged(Sealed):
    """Who is said to have done it."""

    name: Annotated[Text100, Field(description="Who they are, as told.")]
    agency: Annotated[Text100 | None, Field(description="Agency that they speak for.")] = None


class Harmed(Sealed):
    """A person concerned who is no client."""

    name: Annotated[Text100 | None, Field(description="Who they are.")] = None
    age: Annotated[int | None, Field(ge=0, le=120, description="Full years, as told.")] = None
    nationality: CountryCode | None = None


class IncidentRecord(IncidentFacts):
    """An incident as the centre works with it. Sealed as identity."""

    account: Annotated[Account | None, Field(description="What was told; only of the types that allow it.")] = None
    reporter: Annotated[Reporter | None, Field(description="Who told it.")] = None
    alleged: Annotated[tuple[Alleged, ...], Field(max_length=20, description="Who is said to have done it.")] = ()
    person: Annotated[Harmed | None, Field(description="The person concerned, who is no client.")] = None


class IncidentReported(Event, type="incident-reported", own_subject=True):
    """Somebody told of a wrong done or suspected."""

    reported_on: Annotated[date, Field(description="Day of the report.")]
    by: Annotated[ReportedBy, Field(description="Who reported it.")]
    client_id: Annotated[UUID | None, Field(description="The client concerned; none: the incident is its own subject.")] = None
    open_case: Annotated[bool, Field(description="Whether a confidential case is wanted.")]
    place_level: Annotated[PlaceLevel, Field(description="How exactly the place is known.")]
    identity: Annotated[IncidentRecord | Erased, IDENTITY]
    profile: Annotated[IncidentFacts | Erased | None, PROFILE] = None


class IncidentProgressed(Event, type="incident-progressed"):
    """What became of it."""

    stage: Annotated[IncidentStage, Field(description="Where it stands.")]
    to_org: Annotated[Org | None, Field(description="Whom it was forwarded to.")] = None


IncidentEvent = IncidentReported | IncidentProgressed | EntryVoided

INCIDENT = Aggregate("intake", "incident", IncidentReported, IncidentProgressed, EntryVoided)
