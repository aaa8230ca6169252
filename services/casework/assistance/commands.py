"""What may be asked of the assistance in a case. Each carries what its decision needs from elsewhere.

warrant None: the system asks, because a consent was withdrawn.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.casework.basis import Ground, Warrant
from shared.codes import (
    BestInterestsKind,
    BestInterestsOption,
    CareArrangement,
    ConsularDocument,
    ConsularStage,
    ControlMethod,
    Exploitation,
    Isic,
    ProtectionMatter,
    Recruitment,
    Relation,
    ReturnStage,
    Separation,
    ServiceCode,
    TracingAction,
    TracingOutcome,
    TracingStage,
    TraffickingDecider,
    TraffickingStatus,
    VulnerabilityClass,
)
from shared.contracts.casework.assistance import Parting, SoughtNames


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressConsular:
    """document, mission: told with the first stage, kept for the later ones."""

    request_id: UUID
    stage: ConsularStage
    on: date
    warrant: Warrant | None = None
    document: ConsularDocument | None = None
    mission: str | None = None
    expiry: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReturn:
    """from_country, to_country: told with the first stage, kept for the later ones.

    The bools answer what the stage asks for; what a stage does not ask for is not looked at. reflected: 24 hours have passed
    since the counselling. guardian: the child's guardian agrees.
    """

    return_id: UUID
    stage: ReturnStage
    on: date
    warrant: Warrant | None = None
    from_country: str | None = None
    to_country: str | None = None
    vulnerability_class: VulnerabilityClass | None = None
    assessment: str | None = None
    declaration_ref: str | None = None
    country_information: bool = False
    alternatives: bool = False
    reflected: bool = False
    guardian: bool = False
    fit_to_travel: bool = False
    escort: bool | None = None
    document_held: bool = False
    wish_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureReintegration:
    """Scores between 0 and 1, decimal strings."""

    return_id: UUID
    tool_version: str
    months_since_return: int
    economic: str
    social: str
    psychosocial: str
    composite: str
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressTracing:
    """relation, sought_id: told with the first stage. sought_agrees: the sought person's own consent to tracing is in force."""

    tracing_id: UUID
    stage: TracingStage
    on: date
    warrant: Warrant | None = None
    sought_agrees: bool = False
    sought_id: UUID | None = None
    relation: Relation | None = None
    action: TracingAction | None = None
    outcome: TracingOutcome | None = None
    names: SoughtNames | None = None
    last_place: str | None = None
    phone: str | None = None
    separation: Parting | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trafficking:
    """What a person decided. identified_on: None is the day of the assessment."""

    status: TraffickingStatus
    decider: TraffickingDecider
    exploitation: tuple[Exploitation, ...] = ()
    control: tuple[ControlMethod, ...] = ()
    recruitment: tuple[Recruitment, ...] = ()
    industry: Isic | None = None
    identified_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSeparation:
    separation: Separation
    care: CareArrangement
    guardian: bool
    tracing_wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BestInterests:
    """decided_on, option: both, or neither while it is pending."""

    kind: BestInterestsKind
    decided_on: date | None = None
    option: BestInterestsOption | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """Of a matter of gender-based violence or asylum. legal_advice: asylum alone."""

    plan: str | None = None
    services_wished: tuple[ServiceCode, ...] = ()
    legal_advice: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessProtection:
    """on: day of the assessment; by_protection_supervisor: the actor is one."""

    assessment_id: UUID
    matter: ProtectionMatter
    account: str
    on: date
    ground: Ground
    urgent: bool = False
    contact_block: bool = False
    by_protection_supervisor: bool = False
    trafficking: Trafficking | None = None
    child_separation: ChildSeparation | None = None
    best_interests: BestInterests | None = None
    safety: Safety = field(default_factory=Safety)


AssistanceCommand = ProgressConsular | ProgressReturn | MeasureReintegration | ProgressTracing | AssessProtection
