"""What intake tells the world about one client. Consents, episodes and screenings stand in the modules beside this one."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import AmendReason, EncounterChannel, ErasureBasis, HoldReason, Priority, SubCommittee
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.consent import ConsentGiven, ConsentRefused, ConsentWithdrawn
from shared.contracts.intake.episode import (
    DepartureRecorded,
    MigrationEconomicsDeclared,
    MigrationIntentionDeclared,
    ReturnRecorded,
    TransitArrivalRecorded,
)
from shared.contracts.intake.functioning import FunctioningAssessed
from shared.contracts.intake.merge import (
    ClientRecordsMerged,
    ClientRecordsUnmerged,
    ClientReinstated,
    ClientRetired,
    DuplicatesReviewed,
)
from shared.contracts.intake.person import Facts, Identity, Person, ProfileSnapshot
from shared.contracts.intake.rights import DueAnswer, RightsRequestAnswered, RightsRequestDecided, RightsRequestReceived
from shared.contracts.intake.screening import VulnerabilityScreened
from shared.contracts.part import Part
from shared.eventsourcing.event import Aggregate, Event
from shared.privacy.classes import IDENTITY, PROFILE, Erased

ClientField = StrEnum(  # type: ignore[misc]  # made from the models, so that no field is forgotten
    "ClientField", {name: name for name in (*Person.model_fields, *Facts.model_fields)}
)
"""Field codes of an amendment: names of what changed, never values."""


HoldId = Annotated[UUID, Field(description="The hold.")]
HeldFor = Annotated[HoldReason, Field(description="What forbids to forget.")]
HeldUntil = Annotated[date | None, Field(description="Last day of the hold; none: until it is lifted.")]


class CaseRequest(Part):
    """What the worker asks of casework for somebody who wants continuing help."""

    priority: Annotated[Priority, Field(description="How soon.")]
    confidential: Annotated[bool, Field(description="Known to the assigned worker and the protection supervisor only.")]
    sub_committee: Annotated[SubCommittee, Field(description="Whose service it is.")]


class ClientRegistered(Event, type="client-registered"):
    """A person became a client, after a duplicate search that found `search_hits` candidates."""

    registered_on: Annotated[date, Field(description="Day of registration.")]
    channel: Annotated[EncounterChannel, Field(description="How the contact came about.")]
    search_hits: Annotated[int, Field(ge=0, le=1000, description="Probable duplicates that the search found.")]
    duplicates_seen: Annotated[
        tuple[UUID, ...], Field(max_length=50, description="Clients whom the worker saw and took for other people.")
    ] = ()
    open_case: Annotated[bool, Field(description="Whether the client wants continuing help.")]
    case_request: Annotated[CaseRequest | None, Field(description="Only with `open_case`.")] = None
    identity: Annotated[Identity | Erased, IDENTITY]
    profile: Annotated[ProfileSnapshot | Erased | None, PROFILE] = None


class ClientProfileAmended(Event, type="client-profile-amended"):
    """What is known of a client changed; both blobs hold the whole of it."""

    changed: Annotated[tuple[ClientField, ...], Field(max_length=60, description="Names of the fields that changed.")]
    reason: Annotated[AmendReason, Field(description="Why.")]
    identity: Annotated[Identity | Erased, IDENTITY]
    profile: Annotated[ProfileSnapshot | Erased | None, PROFILE] = None


class LegalHoldPlaced(Event, type="legal-hold-placed"):
    """A law forbids to forget this person for now, and to destroy the keys of a consent that ended."""

    hold_id: HoldId
    reason: HeldFor
    until: HeldUntil = None


class LegalHoldLifted(Event, type="legal-hold-lifted"):
    """A bar to forgetting fell; it is told as it was placed."""

    hold_id: HoldId
    reason: HeldFor
    until: HeldUntil = None


class ErasureRequested(Event, type="erasure-requested", minor=1):
    """Somebody asked to forget a client; somebody else will do it."""

    request_id: Annotated[UUID, Field(description="The request.")]
    basis: Annotated[ErasureBasis, Field(description="On what ground.")]
    due_answer: DueAnswer = None


class ClientErased(Event, type="client-erased"):
    """A client is forgotten: the keys are gone, every blob of theirs reads as erased from now on."""

    request_id: Annotated[UUID, Field(description="The request.")]
    basis: Annotated[ErasureBasis, Field(description="On what ground.")]
    aliases: Annotated[tuple[UUID, ...], Field(max_length=100, description="Records merged into this one, forgotten with it.")] = ()


ClientEvent = (
    ClientRegistered
    | ClientProfileAmended
    | ConsentGiven
    | ConsentRefused
    | ConsentWithdrawn
    | VulnerabilityScreened
    | MigrationIntentionDeclared
    | DepartureRecorded
    | ReturnRecorded
    | TransitArrivalRecorded
    | MigrationEconomicsDeclared
    | FunctioningAssessed
    | ClientRecordsMerged
    | ClientRetired
    | ClientRecordsUnmerged
    | ClientReinstated
    | DuplicatesReviewed
    | LegalHoldPlaced
    | LegalHoldLifted
    | RightsRequestReceived
    | RightsRequestDecided
    | RightsRequestAnswered
    | ErasureRequested
    | ClientErased
    | EntryVoided
)

CLIENT = Aggregate(
    "intake",
    "client",
    ClientRegistered,
    ClientProfileAmended,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    VulnerabilityScreened,
    MigrationIntentionDeclared,
    DepartureRecorded,
    ReturnRecorded,
    TransitArrivalRecorded,
    MigrationEconomicsDeclared,
    FunctioningAssessed,
    ClientRecordsMerged,
    ClientRetired,
    ClientRecordsUnmerged,
    ClientReinstated,
    DuplicatesReviewed,
    LegalHoldPlaced,
    LegalHoldLifted,
    RightsRequestReceived,
    RightsRequestDecided,
    RightsRequestAnswered,
    ErasureRequested,
    ClientErased,
    EntryVoided,
)
