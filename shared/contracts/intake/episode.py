"""One migration of a client: wish, departure, passage, return, and what it cost.

Every fact holds its content twice: in identity, to work with, and in profile, to count, where statistics are allowed.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.codes import (
    Channel,
    Documented,
    EntryBasis,
    HireType,
    LandSea,
    MigrationReason,
    ReturnReason,
    TransportMode,
    TravelGroup,
    Voluntary,
)
from shared.contracts.intake.field import CountryCode, Day, IscoCode, Money, Months, Text40, Text100
from shared.eventsourcing.event import Event, Sealed
from shared.privacy.classes import IDENTITY, PROFILE, Erased

EpisodeId = Annotated[UUID, Field(description="The migration that it belongs to.")]
Point = Annotated[Text40, Field(description="Configured observation point or route.")]
ALIASED = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)


class Intention(Sealed):
    """A wish to leave."""

    destination: CountryCode
    isco: IscoCode | None = None
    expected: Annotated[Day | None, Field(description="When they hope to leave.")] = None
    channel: Annotated[Channel, Field(description="Through whom.")]
    agency_licensed: Annotated[bool | None, Field(description="Whether the agency holds a licence, where checked.")] = None
    reason: Annotated[MigrationReason, Field(description="Main reason.")]
    hire_type: Annotated[HireType | None, Field(description="First contract abroad, or again.")] = None
    land_sea: Annotated[LandSea | None, Field(description="Land-based or sea-based work.")] = None


class Departure(Sealed):
    """A departure."""

    date: Day
    destination: CountryCode
    isco: IscoCode | None = None
    documented: Annotated[Documented, Field(description="Whether papers were in order.")]
    land_sea: Annotated[LandSea, Field(description="Land-based or sea-based.")]
    hire_type: Annotated[HireType, Field(description="Whether it is the first contract.")]
    intended_months: Annotated[Months | None, Field(description="How long they mean to stay.")] = None
    channel: Annotated[Channel, Field(description="Through whom.")]


class Contract(Sealed):
    """Term of a work contract."""

    model_config = ALIASED

    from_: Annotated[date | None, Field(alias="from", description="First day.")] = None
    to: Annotated[date | None, Field(description="Last day.")] = None


class DepartureRecord(Departure):
    """A departure as the centre works with it. Sealed as identity."""

    employer: Annotated[Text100 | None, Field(description="Employer abroad.")] = None
    agency: Annotated[Text100 | None, Field(description="Recruitment agency.")] = None
    contract: Annotated[Contract | None, Field(description="Its term.")] = None


class Return(Sealed):
    """A return."""

    model_config = ALIASED

    date: Day
    from_: Annotated[CountryCode, Field(alias="from")]
    reason: Annotated[ReturnReason, Field(description="Main reason.")]
    voluntary: Annotated[Voluntary, Field(description="As the returnee says.")]
    distressed: Annotated[bool, Field(description="Whether it was a return in distress.")]
    months_abroad: Annotated[Months | None, Field(description="Full months since the departure.")] = None
    travel_group: Annotated[TravelGroup | None, Field(description="With whom they travelled.")] = None


class TransitArrival(Sealed):
    """An arrival on the way."""

    date: Day
    departure_country: Annotated[CountryCode | None, Field(description="Where the journey began.")] = None
    departure_adm1: Annotated[
        str | None, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$", max_length=6, description="ISO 3166-2 of the first level.")
    ] = None
    intended_destination: Annotated[CountryCode | None, Field(description="Where they want to get to.")] = None
    mode: Annotated[tuple[TransportMode, ...], Field(max_length=11, description="How they travelled.")] = ()
    group_size: Annotated[int, Field(ge=1, le=10_000, description="People travelling together, this one included.")]
    travel_group: Annotated[TravelGroup | None, Field(description="With whom they travel.")] = None
    entry_basis: Annotated[EntryBasis | None, Field(description="On what ground they entered.")] = None
    reason: Annotated[MigrationReason | None, Field(description="Main reason of the journey.")] = None


class Economics(Sealed):
    """What the migration cost and first earned."""

    recruitment_cost: Annotated[Money | None, Field(description="All that was paid to get the job.")] = None
    first_month_earnings: Annotated[Money | None, Field(description="Pay of the first month abroad.")] = None
    fee_receipt: Annotated[bool | None, Field(description="Whether a receipt was given.")] = None
    channel: Annotated[Channel, Field(description="Through whom.")]


class MigrationIntentionDeclared(Event, type="migration-intention-declared"):
    """A client wishes to migrate: the episode opens."""

    episode_id: EpisodeId
    identity: Annotated[Intention | Erased, IDENTITY]
    profile: Annotated[Intention | Erased | None, PROFILE] = None


class DepartureRecorded(Event, type="departure-recorded"):
    """A client left."""

    episode_id: EpisodeId
    identity: Annotated[DepartureRecord | Erased, IDENTITY]
    profile: Annotated[Departure | Erased | None, PROFILE] = None


class ReturnRecorded(Event, type="return-recorded"):
    """A client came back: the episode closes."""

    episode_id: EpisodeId
    identity: Annotated[Return | Erased, IDENTITY]
    profile: Annotated[Return | Erased | None, PROFILE] = None


class TransitArrivalRecorded(Event, type="transit-arrival-recorded"):
    """A client on the way arrived at an observation point."""

    episode_id: EpisodeId
    point: Point
    identity: Annotated[TransitArrival | Erased, IDENTITY]
    profile: Annotated[TransitArrival | Erased | None, PROFILE] = None


class MigrationEconomicsDeclared(Event, type="migration-economics-declared"):
    """A client said what a migration cost and earned."""

    episode_id: EpisodeId
    identity: Annotated[Economics | Erased, IDENTITY]
    profile: Annotated[Economics | Erased | None, PROFILE] = None
