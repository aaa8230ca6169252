"""The people whom clients declare as family. What a client says of a member counts under the client; a name is the member's own."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.codes import Relation, RemittanceBand, UnlinkReason
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.field import CountryCode, Day, Phone
from shared.contracts.intake.person import Names
from shared.eventsourcing.event import Aggregate, Event, Sealed
from shared.privacy.classes import IDENTITY, PROFILE, Erased

HouseholdId = Annotated[UUID, Field(description="The household.")]
MemberId = Annotated[UUID, Field(description="The member: a subject with keys of their own, who keeps this id on registration.")]
DeclaredBy = Annotated[UUID, Field(description="The client who says so.")]
People = Annotated[int, Field(ge=1, le=100)]


class MemberFacts(Sealed):
    """What a client says of a member. Sealed as profile under that client."""

    relation: Annotated[Relation, Field(description="What the member is to the client.")]
    abroad: Annotated[bool, Field(description="Whether they live abroad.")]
    country: CountryCode | None = None
    departed: Annotated[Day | None, Field(description="When they left: YYYY, YYYY-MM or YYYY-MM-DD.")] = None
    lives_with: Annotated[bool, Field(description="Whether they live with the client.")]


class MemberRecord(MemberFacts):
    """A member as the centre works with them. Sealed as identity under the member."""

    names: Annotated[Names, Field(description="The names they go by.")]
    phone: Phone | None = None


class HouseholdEconomics(Sealed):
    """What a household lives on, as a client says."""

    remittance_band: Annotated[RemittanceBand, Field(description="Share of the income that comes from abroad.")]
    size: Annotated[People, Field(description="People in the household.")]
    earners: Annotated[int, Field(ge=0, le=100, description="Those of them who earn.")]


class HouseholdMemberLinked(Event, type="household-member-linked", sealed_under={IDENTITY: "member_id", PROFILE: "declared_by"}):
    """A client declared somebody as family."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    household_id: HouseholdId
    member_id: MemberId
    declared_by: DeclaredBy
    from_: Annotated[date, Field(alias="from", description="Since when.")]
    identity: Annotated[MemberRecord | Erased, IDENTITY]
    profile: Annotated[MemberFacts | Erased | None, PROFILE] = None


class HouseholdMemberUnlinked(Event, type="household-member-unlinked"):
    """Somebody is no longer a member."""

    member_id: MemberId
    to: Annotated[date, Field(description="Last day.")]
    reason: Annotated[UnlinkReason, Field(description="Why.")]


class HouseholdEconomicsDeclared(
    Event, type="household-economics-declared", sealed_under={IDENTITY: "declared_by", PROFILE: "declared_by"}
):
    """A client said what their household lives on."""

    household_id: HouseholdId
    declared_by: DeclaredBy
    identity: Annotated[HouseholdEconomics | Erased, IDENTITY]
    profile: Annotated[HouseholdEconomics | Erased | None, PROFILE] = None


HouseholdEvent = HouseholdMemberLinked | HouseholdMemberUnlinked | HouseholdEconomicsDeclared | EntryVoided

HOUSEHOLD = Aggregate("intake", "household", HouseholdMemberLinked, HouseholdMemberUnlinked, HouseholdEconomicsDeclared, EntryVoided)
