"""What a worker fills in, as far as a decision needs it: shapes only, checked once when the request is read.

Ids may be left out of a request; the route draws them, so a decision always finds them set.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import (
    Assent,
    ConsentForm,
    ConsentMethod,
    GivenBy,
    PacketItem,
    Priority,
    Purpose,
    WithholdReason,
)
from shared.contracts.intake.consent import Giver, Informed
from shared.contracts.intake.episode import DepartureRecord, Intention, Point, Return, TransitArrival
from shared.contracts.intake.field import LanguageCode, Org, Text100, Version
from shared.contracts.intake.screening import ScreeningRecord
from shared.contracts.part import Part


class WithheldItem(Part):
    """What the client does not want shared, from whom, and why."""

    item: PacketItem
    from_org: Org | None = None
    why: WithholdReason


class ConsentAnswer(Part):
    """The answer to one question for consent. Of a refusal only purpose, recipient, language and notice are kept.

    confidential: the recipient must not be named, not even in the consent.
    """

    consent_id: UUID | None = None
    purpose: Purpose
    refused: bool = False
    recipient_org: Org | None = None
    confidential: bool = False
    given_by: GivenBy | None = None
    form: ConsentForm | None = None
    method: ConsentMethod | None = None
    language: LanguageCode
    interpreter: bool = False
    notice_version: Version
    informed: Informed | None = None
    assent: Assent | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    withheld: Annotated[tuple[WithheldItem, ...], Field(max_length=20)] = ()
    proof_ref: Text100 | None = None
    giver: Giver | None = None


class IntentionForm(Intention):
    """A wish to leave, and the episode that it opens."""

    episode_id: UUID | None = None


class DepartureForm(DepartureRecord):
    """A departure, and the episode that it belongs to."""

    episode_id: UUID | None = None


class ReturnForm(Return):
    """A return, and the episode that it closes."""

    episode_id: UUID | None = None


class ArrivalForm(TransitArrival):
    """An arrival on the way, and where it was observed."""

    episode_id: UUID | None = None
    point: Point


class ScreeningForm(ScreeningRecord):
    """A screening: what was asked, found and decided."""

    screening_id: UUID | None = None
    tool: Version
    tool_version: Version
    urgent: bool
    priority: Priority
