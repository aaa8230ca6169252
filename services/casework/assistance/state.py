"""What is known of the assistance in one case, folded from its facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from shared.codes import BestInterestsOption, ConsularDocument, ConsularStage, ReturnStage, TracingOutcome, TracingStage
from shared.contracts.casework.assistance import (
    ConsularNarrative,
    ConsularRequestProgressed,
    ReintegrationMeasured,
    ReturnAssistanceProgressed,
    ReturnNarrative,
    TracingNarrative,
    TracingProgressed,
)
from shared.contracts.casework.protection import ProtectionAssessed, ProtectionDetails

AssistanceEvent = ConsularRequestProgressed | ReturnAssistanceProgressed | ReintegrationMeasured | TracingProgressed | ProtectionAssessed


@dataclass(frozen=True, slots=True)
class Request:
    """A consular request. document, mission: None once the client was forgotten."""

    stage: ConsularStage
    document: ConsularDocument | None = None
    mission: str | None = None
    expiry: date | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """An assisted return. counselled_on, arrived_on: days of these stages. told: what the latest narrative says."""

    stage: ReturnStage
    told: ReturnNarrative | None = None
    counselled_on: date | None = None
    arrived_on: date | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A search for a person."""

    stage: TracingStage
    sought_id: UUID
    told: TracingNarrative | None = None
    reunified_on: date | None = None

    @property
    def outcome(self) -> TracingOutcome:
        return self.told.outcome if self.told else TracingOutcome.PENDING


@dataclass(frozen=True, slots=True)
class State:
    """What later decisions need to know, and nothing else.

    measured: returns with a measurement. guardian, best_interests: of a child, as assessed last; None: never. contact_block:
    set once, and for good, unless the assessment is void.
    """

    requests: Mapping[UUID, Request] = field(default_factory=dict)
    returns: Mapping[UUID, Journey] = field(default_factory=dict)
    measured: frozenset[UUID] = frozenset()
    searches: Mapping[UUID, Search] = field(default_factory=dict)
    assessments: Mapping[UUID, ProtectionAssessed] = field(default_factory=dict)
    contact_block: bool = False
    legal_advice: bool = False
    guardian: bool | None = None
    best_interests: BestInterestsOption | None = None


def evolve(state: State, event: AssistanceEvent) -> State:
    match event:
        case ConsularRequestProgressed(request_id=key, stage=stage, narrative=told):
            request = Request(stage, told.document, told.mission, told.expiry) if isinstance(told, ConsularNarrative) else Request(stage)
            return replace(state, requests={**state.requests, key: request})
        case ReturnAssistanceProgressed(return_id=key):
            return replace(state, returns={**state.returns, key: _travelled(state.returns.get(key), event)})
        case ReintegrationMeasured(return_id=key):
            return replace(state, measured=state.measured | {key})
        case TracingProgressed(tracing_id=key):
            return replace(state, searches={**state.searches, key: _searched(state.searches.get(key), event)})
        case ProtectionAssessed():
            return _assessed(state, event)
        case _:
            assert_never(event)


def _travelled(known: Journey | None, event: ReturnAssistanceProgressed) -> Journey:
    told = event.narrative if isinstance(event.narrative, ReturnNarrative) else None
    counselled = event.on if event.stage is ReturnStage.COUNSELLED else known.counselled_on if known else None
    arrived = event.on if event.stage is ReturnStage.ARRIVED else known.arrived_on if known else None
    return Journey(event.stage, told, counselled, arrived)


def _searched(known: Search | None, event: TracingProgressed) -> Search:
    told = event.narrative if isinstance(event.narrative, TracingNarrative) else None
    reunified = event.on if event.stage is TracingStage.REUNIFIED else known.reunified_on if known else None
    return Search(event.stage, event.sought_id, told, reunified)


def _assessed(state: State, event: ProtectionAssessed) -> State:
    state = replace(
        state,
        assessments={**state.assessments, event.assessment_id: event},
        contact_block=state.contact_block or event.contact_block,
    )
    told = event.protected
    if not isinstance(told, ProtectionDetails):
        return state
    return replace(
        state,
        legal_advice=state.legal_advice or told.legal_advice is True,
        guardian=told.guardian if told.guardian is not None else state.guardian,
        best_interests=told.option if told.decided_on is not None else state.best_interests,
    )
