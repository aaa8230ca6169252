"""Assistance within a case: consular requests, assisted returns, reintegration, tracing (events chapter, events 45 to 48).

One fact for each stage that was reached. What the profile holds is in the narrative too, as everywhere in casework.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.codes import (
    ConsularDocument,
    ConsularStage,
    PartialDate,
    Relation,
    ReturnStage,
    TracingAction,
    TracingOutcome,
    TracingStage,
    VulnerabilityClass,
)
from shared.contracts.casework.field import CountryCode, Score, Text
from shared.eventsourcing.event import Event, Sealed
from shared.privacy.classes import NARRATIVE, PROFILE, PROTECTED, Erased

Name = Annotated[str, Field(min_length=1, max_length=100)]
Place = Annotated[str, Field(min_length=1, max_length=500)]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", max_length=16, description="E.164.")]
Day = Annotated[PartialDate, Field(min_length=4, max_length=10, description="YYYY, YYYY-MM or YYYY-MM-DD.")]


class ConsularProfile(Sealed):
    document: ConsularDocument = Field(description="What is asked of the mission.")
    mission: CountryCode = Field(description="Country whose mission is asked.")
    expiry: date | None = Field(default=None, description="Last day on which the issued document is valid.")


class ConsularNarrative(ConsularProfile):
    note: Text | None = Field(default=None, description="What the worker adds.")


class ConsularRequestProgressed(Event, type="consular-request-progressed"):
    """A request to a mission reached a stage. Never without the client's consent for that mission."""

    # `from` is a word of Python: the member is named otherwise, the wire is not.
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    request_id: UUID = Field(description="Id of the request.")
    from_: ConsularStage | None = Field(default=None, alias="from", description="Stage before; absent for the first.")
    stage: ConsularStage = Field(description="Stage that was reached.")
    on: date = Field(description="Day on which it was.")
    profile: Annotated[ConsularProfile | Erased | None, PROFILE] = None
    narrative: Annotated[ConsularNarrative | Erased, NARRATIVE]


class ReturnProfile(Sealed):
    from_country: CountryCode = Field(description="Country that the client leaves.")
    to_country: CountryCode = Field(description="Country to which the client returns.")
    vulnerability_class: VulnerabilityClass | None = Field(default=None, description="Class in the return programme.")


class ReturnNarrative(ReturnProfile):
    assessment: Text | None = Field(default=None, description="What was found and agreed, in words.")
    declaration_ref: Name | None = Field(default=None, description="Where the signed declaration is kept.")
    escort: bool | None = Field(default=None, description="Whether the client travels with an escort; told with the medical clearance.")


class ReturnAssistanceProgressed(Event, type="return-assistance-progressed"):
    """An assisted voluntary return reached a stage. Until departure it may be withdrawn without a reason."""

    # `from` is a word of Python: the member is named otherwise, the wire is not.
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    return_id: UUID = Field(description="Id of the return.")
    from_: ReturnStage | None = Field(default=None, alias="from", description="Stage before; absent for the first.")
    stage: ReturnStage = Field(description="Stage that was reached.")
    on: date = Field(description="Day on which it was.")
    profile: Annotated[ReturnProfile | Erased | None, PROFILE] = None
    narrative: Annotated[ReturnNarrative | Erased, NARRATIVE]


class ReintegrationProfile(Sealed):
    economic: Score = Field(description="Economic dimension, 0 to 1.")
    social: Score = Field(description="Social dimension, 0 to 1.")
    psychosocial: Score = Field(description="Psychosocial dimension, 0 to 1.")
    composite: Score = Field(description="Composite score of the tool, 0 to 1; entered, never computed here.")


class ReintegrationNarrative(ReintegrationProfile):
    """The working copy."""


class ReintegrationMeasured(Event, type="reintegration-measured"):
    """How well somebody who returned has settled, by the scores of a tool."""

    return_id: UUID = Field(description="The return.")
    tool_version: str = Field(pattern=r"^[0-9A-Za-z.-]{1,16}$", description="Edition of the tool; its weights belong to it.")
    months_since_return: int = Field(ge=0, le=240, description="Whole months between arrival and measurement.")
    profile: Annotated[ReintegrationProfile | Erased | None, PROFILE] = None
    narrative: Annotated[ReintegrationNarrative | Erased, NARRATIVE]


class SoughtNames(Sealed):
    """The names of a person who is sought."""

    given: Name | None = Field(default=None, description="Given names.")
    family: Name | None = Field(default=None, description="Family names.")
    nickname: Name | None = Field(default=None, description="What people call them.")
    other: tuple[Name, ...] = Field(default=(), max_length=5, description="Other spellings, former names.")


class Parting(Sealed):
    """How two people lost each other."""

    date: Day | None = Field(default=None, description="When, as far as it is known.")
    place: Place | None = Field(default=None, description="Where.")
    cause: Place | None = Field(default=None, description="Why.")


class Sought(Sealed):
    """The person who is sought, under keys of their own."""

    names: SoughtNames | None = Field(default=None, description="Their names.")
    last_place: Place | None = Field(default=None, description="Where they were seen last; once they agreed, where they are.")
    phone: Phone | None = None
    separation: Parting | None = Field(default=None, description="How they were separated.")


class TracingProfile(Sealed):
    outcome: TracingOutcome = Field(description="What came of the search so far.")
    relation: Relation = Field(description="Who the sought person is to the client.")


class TracingNarrative(TracingProfile):
    note: Text | None = Field(default=None, description="What the worker adds.")


class TracingProgressed(Event, type="tracing-progressed", sealed_under={PROTECTED: "sought_id"}):
    """The search for a person reached a stage. What is told of that person is sealed under keys of their own."""

    # `from` is a word of Python: the member is named otherwise, the wire is not.
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    tracing_id: UUID = Field(description="Id of the search.")
    sought_id: UUID = Field(description="The person who is sought: the subject of the protected part.")
    from_: TracingStage | None = Field(default=None, alias="from", description="Stage before; absent for the first.")
    stage: TracingStage = Field(description="Stage that was reached.")
    on: date = Field(description="Day on which it was.")
    action: TracingAction | None = Field(default=None, description="How the person is searched for.")
    profile: Annotated[TracingProfile | Erased | None, PROFILE] = None
    narrative: Annotated[TracingNarrative | Erased, NARRATIVE]
    protected: Annotated[Sought | Erased | None, PROTECTED] = None
