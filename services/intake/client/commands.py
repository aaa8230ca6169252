"""The wishes that a client's record takes. Time, ids, actor and what was looked up come in with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.intake.client.forms import (
    ArrivalForm,
    ConsentAnswer,
    DepartureForm,
    IntentionForm,
    ReturnForm,
    ScreeningForm,
)
from shared.codes import (
    AmendReason,
    ConsentEnd,
    EncounterChannel,
    ErasureBasis,
    Functioning,
    FunctioningDomain,
    HoldReason,
    LegalBasis,
    MergeEvidence,
    Purpose,
    RefusalReason,
    Right,
    RightOutcome,
    UnmergeReason,
)
from shared.contracts.intake.client import CaseRequest
from shared.contracts.intake.episode import Economics
from shared.contracts.intake.person import Facts, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """On what a command rests: a consent, or another basis whose statute the region names and a supervisor states."""

    basis: LegalBasis
    consent_id: UUID | None = None
    supervisor: bool = False
    statute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterClient:
    """today: the centre's local day. search_hits: probable duplicates that were found. profile_key: a drawn id."""

    today: date
    ground: Ground
    registered_on: date
    channel: EncounterChannel
    person: Person
    facts: Facts
    profile_key: UUID
    search_hits: int = 0
    duplicates_seen: tuple[UUID, ...] = ()
    open_case: bool = False
    case_request: CaseRequest | None = None
    consents: tuple[ConsentAnswer, ...] = ()
    intention: IntentionForm | None = None
    departure: DepartureForm | None = None
    returned: ReturnForm | None = None
    transit_arrival: ArrivalForm | None = None
    screening: ScreeningForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendClient:
    """person, facts: the members that were sent, by name; None clears one, what was not sent stays. request_id: the request
    for a correction that this grants."""

    today: date
    ground: Ground
    reason: AmendReason
    request_id: UUID | None = None
    person: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveConsent:
    """profile_key: a drawn id, used for STATISTICS only. key_there: id of the profile key that the person has now."""

    today: date
    answer: ConsentAnswer
    profile_key: UUID
    key_there: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent:
    today: date
    consent_id: UUID
    reason: ConsentEnd
    effective: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    today: date
    ground: Ground
    form: ScreeningForm


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareIntention:
    today: date
    ground: Ground
    form: IntentionForm


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeparture:
    today: date
    ground: Ground
    form: DepartureForm


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReturn:
    today: date
    ground: Ground
    form: ReturnForm


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTransitArrival:
    today: date
    ground: Ground
    form: ArrivalForm


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareEconomics:
    today: date
    ground: Ground
    episode_id: UUID
    economics: Economics


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessFunctioning:
    today: date
    ground: Ground
    tool_version: str
    answers: Mapping[FunctioningDomain, Functioning]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeIn:
    """MergeClients, the survivor's half. score: how alike they are, "0.00" to "1.00". other_permits: the consents in force
    of the other record, by purpose and recipient."""

    today: date
    survivor_id: UUID
    retired_id: UUID
    evidence: MergeEvidence
    score: str
    other_permits: frozenset[tuple[Purpose, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """MergeClients, the half of the record that takes no more facts."""

    today: date
    survivor_id: UUID
    retired_id: UUID
    evidence: MergeEvidence
    score: str
    other_permits: frozenset[tuple[Purpose, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmerge:
    """UnmergeClients, the survivor's half."""

    survivor_id: UUID
    retired_id: UUID
    reason: UnmergeReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinstate:
    """UnmergeClients, the half of the record that stands for a person of its own again."""

    survivor_id: UUID
    retired_id: UUID
    reason: UnmergeReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDuplicates:
    """rejected: probable duplicates that are other people."""

    client_id: UUID
    rejected: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold:
    """until: last day; None: until it is lifted."""

    today: date
    hold_id: UUID
    reason: HoldReason
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftHold:
    hold_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveRightsRequest:
    """due_answer: by the calendar of the centre. objects_to: of an objection. text: what was said."""

    request_id: UUID
    right: Right
    due_answer: datetime
    objects_to: Purpose | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideRightsRequest:
    """reason: of a refusal. text: what is said about it."""

    today: date
    request_id: UUID
    outcome: RightOutcome
    reason: RefusalReason | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRightsRequest:
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestErasure:
    """due_answer: by when whoever asked must have been told; None where nobody waits for an answer."""

    request_id: UUID
    basis: ErasureBasis
    due_answer: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseClient:
    """actor, requester: who carries it out, and who asked for it. in_progress: kinds of what is still open for the client,
    as far as the topics have told; force: erase all the same. aliases: records merged into this one. kept: the time for
    keeping goes on, so what retention proposed holds no more. held: by a hold on any record of the person.
    """

    today: date
    request_id: UUID
    actor: str
    requester: str | None
    in_progress: tuple[str, ...] = ()
    force: bool = False
    aliases: tuple[UUID, ...] = ()
    kept: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMerged:
    """EraseClient, the half of a record that was merged into the one of the request."""

    today: date
    survivors: frozenset[UUID]
    request_id: UUID
    basis: ErasureBasis


Command = (
    RegisterClient
    | AmendClient
    | GiveConsent
    | WithdrawConsent
    | Screen
    | DeclareIntention
    | RecordDeparture
    | RecordReturn
    | RecordTransitArrival
    | DeclareEconomics
    | AssessFunctioning
    | MergeIn
    | Retire
    | Unmerge
    | Reinstate
    | ReviewDuplicates
    | PlaceHold
    | LiftHold
    | ReceiveRightsRequest
    | DecideRightsRequest
    | AnswerRightsRequest
    | RequestErasure
    | EraseClient
    | EraseMerged
)
