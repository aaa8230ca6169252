"""Vulnerability by closed questions (IOM's Determinants of Migrant Vulnerability)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import DomvFactor, DomvLevel, Polarity, Priority, RiskLevel
from shared.contracts.intake.field import Text500, Version
from shared.eventsourcing.event import Event, Sealed
from shared.privacy.classes import IDENTITY, PROFILE, Erased


class Factor(Sealed):
    """One determinant and how much it weighs."""

    level: Annotated[DomvLevel, Field(description="Where it lies.")]
    code: Annotated[DomvFactor, Field(description="Which one; belongs to the level.")]
    polarity: Annotated[Polarity, Field(description="Whether it raises or lowers vulnerability.")]
    severity: Annotated[int, Field(ge=0, le=3, description="0 none to 3 severe.")]


class Screening(Sealed):
    """What was found. Sealed as profile."""

    factors: Annotated[tuple[Factor, ...], Field(max_length=60, description="What raises or lowers vulnerability.")]
    risk_level: Annotated[RiskLevel, Field(description="Set by the worker, never by the software.")]


class ScreeningRecord(Screening):
    """A screening as the centre works with it. Sealed as identity."""

    overrule_reason: Annotated[Text500 | None, Field(description="Why it is not urgent although proposed.")] = None


class VulnerabilityScreened(Event, type="vulnerability-screened"):
    """A worker screened a client and decided whether it is urgent; the software only proposed."""

    screening_id: Annotated[UUID, Field(description="The screening.")]
    tool: Annotated[Version, Field(description="Questionnaire, e.g. DOMV.")]
    tool_version: Annotated[Version, Field(description="Its edition.")]
    urgent: Annotated[bool, Field(description="The worker's decision.")]
    priority: Annotated[Priority, Field(description="How soon help is needed.")]
    proposal_overruled: Annotated[bool, Field(description="Proposed as urgent, and the worker decided otherwise.")]
    identity: Annotated[ScreeningRecord | Erased, IDENTITY]
    profile: Annotated[Screening | Erased | None, PROFILE] = None
