"""What a worker fills in, as far as a decision needs it: shapes only, checked once when the request is read.

Ids may be left out of a request; the route draws them, so a decision always finds them set.
"""

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
from shared.codes.valid import Day
from shared.contracts.intake.consent import Giver, Informed
from shared.contracts.intake.episode import DepartureRecord, Intention, Point, Return, TransitArrival
from shared.contracts.intake.field import LanguageCode, Org, Text100, Version
from shared.contracts.intake.screening import ScreeningRecord
from shared.contracts.part import Part
from shared.privacy.classes import IDENTITY
from shared.privacy.member import member


class WithheldItem(Part):
    """What the client does not want shared, from whom, and why."""

    item: Annotated[PacketItem, member("What must not be shared.")]
    from_org: Annotated[Org | None, member("From whom; none named: from anybody.")] = None
    why: Annotated[WithholdReason, member("Why.", IDENTITY)]


class ConsentAnswer(Part):
    """The answer to one question for consent. Of a refusal only purpose, recipient, language and notice are kept.

    confidential: the recipient must not be named, not even in the consent.
    """

    consent_id: Annotated[UUID | None, member("Id of the consent, drawn by your app.")] = None
    purpose: Annotated[Purpose, member("What it permits.")]
    refused: Annotated[bool, member("The client said no; nothing depends on it.")] = False
    recipient_org: Annotated[Org | None, member("Who may receive, with SHARE_FOR_SERVICE.")] = None
    confidential: Annotated[bool, member("Keep the recipient out of the consent too.")] = False
    given_by: Annotated[GivenBy | None, member("Who answered.")] = None
    form: Annotated[ConsentForm | None, member("Explicit; implicit consent does not exist.")] = None
    method: Annotated[ConsentMethod | None, member("How it is proved.")] = None
    language: LanguageCode
    interpreter: Annotated[bool, member("Whether an interpreter helped.")] = False
    notice_version: Annotated[Version, member("Edition of the privacy notice that was read out.")]
    informed: Annotated[Informed | None, member("What was explained; a consent needs all six.")] = None
    assent: Annotated[Assent | None, member("The child's own answer.")] = None
    valid_from: Annotated[Day | None, member("First day.")] = None
    valid_to: Annotated[Day | None, member("Last day; none: until withdrawn.")] = None
    withheld: Annotated[tuple[WithheldItem, ...], Field(max_length=20), member("What must not be shared.")] = ()
    proof_ref: Annotated[Text100 | None, member("Attachment that proves it: scan, recording or certificate.", IDENTITY)] = None
    giver: Annotated[Giver | None, member("Who consented in the client's place.", IDENTITY)] = None


class IntentionForm(Intention):
    """A wish to leave, and the episode that it opens."""

    episode_id: Annotated[UUID | None, member("Id of the migration, drawn by your app.")] = None


class DepartureForm(DepartureRecord):
    """A departure, and the episode that it belongs to."""

    episode_id: Annotated[UUID | None, member("Id of the migration, drawn by your app.")] = None


class ReturnForm(Return):
    """A return, and the episode that it closes."""

    episode_id: Annotated[UUID | None, member("Id of the migration, drawn by your app.")] = None


class ArrivalForm(TransitArrival):
    """An arrival on the way, and where it was observed."""

    episode_id: Annotated[UUID | None, member("Id of the migration, drawn by your app.")] = None
    point: Point


class ScreeningForm(ScreeningRecord):
    """A screening: what was asked, found and decided."""

    screening_id: Annotated[UUID | None, member("Id of the screening, drawn by your app.")] = None
    tool: Annotated[Version, member("Questionnaire, e.g. DOMV.")]
    tool_version: Annotated[Version, member("Its edition.")]
    urgent: Annotated[bool, member("The worker's decision.")]
    priority: Annotated[Priority, member("How soon help is needed.")]
