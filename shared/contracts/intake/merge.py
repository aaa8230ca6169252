"""Two records of one person become one, and fall apart again (events chapter, section 6). Facts stay in their own streams."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import MergeEvidence, Purpose, UnmergeReason
from shared.contracts.intake.field import Org
from shared.contracts.part import Part
from shared.eventsourcing.event import Event

Survivor = Annotated[UUID, Field(description="The record that goes on.")]
Retired = Annotated[UUID, Field(description="The record that takes no more facts; readers follow it to the survivor.")]
Evidence = Annotated[MergeEvidence, Field(description="Why they are one person.")]
Score = Annotated[str, Field(pattern=r"^(0\.[0-9]{2}|1\.00)$", max_length=4, description="How alike the records were, 0.00 to 1.00.")]


class Narrowed(Part):
    """A purpose that this record permits and the other does not: it rests until the client is asked again."""

    purpose: Annotated[Purpose, Field(description="What is no longer permitted.")]
    recipient_org: Annotated[Org | None, Field(description="Who may no longer receive.")] = None


Narrower = Annotated[
    tuple[Narrowed, ...],
    Field(max_length=50, description="Consents of this record that the narrower answer of the other one suspends."),
]


class ClientRecordsMerged(Event, type="client-records-merged"):
    """Another record turned out to be the same person: this one goes on."""

    survivor_id: Survivor
    retired_id: Retired
    evidence: Evidence
    score: Score
    narrowed: Narrower = ()


class ClientRetired(Event, type="client-retired"):
    """This record turned out to be another one's person; it takes no more facts."""

    survivor_id: Survivor
    retired_id: Retired
    evidence: Evidence
    score: Score
    narrowed: Narrower = ()


class ClientRecordsUnmerged(Event, type="client-records-unmerged"):
    """They are two people after all: earlier facts fall apart as they were."""

    survivor_id: Survivor
    retired_id: Retired
    reason: Annotated[UnmergeReason, Field(description="Why they are two.")]


class ClientReinstated(Event, type="client-reinstated"):
    """This record stands for a person of its own again."""

    survivor_id: Survivor
    retired_id: Retired
    reason: Annotated[UnmergeReason, Field(description="Why they are two.")]


class DuplicatesReviewed(Event, type="duplicates-reviewed"):
    """Somebody looked at the probable duplicates of a registration and took these for other people."""

    rejected: Annotated[tuple[UUID, ...], Field(max_length=50, description="Clients who are other people.")]
