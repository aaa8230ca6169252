"""Consent: one permission for one purpose (domain chapter, section 6)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import (
    Assent,
    ConsentEnd,
    ConsentForm,
    ConsentMethod,
    GivenBy,
    PacketItem,
    Purpose,
    WithholdReason,
)
from shared.contracts.intake.field import LanguageCode, Org, Text40, Text100, Version
from shared.contracts.part import Part
from shared.eventsourcing.event import Event, Sealed
from shared.privacy.classes import IDENTITY, Erased

ConsentId = Annotated[UUID, Field(description="The consent.")]
ConsentPurpose = Annotated[Purpose, Field(description="What it permits.")]
Recipient = Annotated[Org | None, Field(description="Who may receive; none for a confidential sharing.")]
NoticeVersion = Annotated[Version, Field(description="Edition of the privacy notice that was read out.")]


class Informed(Part):
    """What the client was told before they answered (HTCDS); a consent needs all six."""

    purpose: Annotated[bool, Field(description="What the data are for.")]
    uses: Annotated[bool, Field(description="How they are used.")]
    research_use: Annotated[bool, Field(description="Whether research may use them.")]
    right_to_request: Annotated[bool, Field(description="The right to see and correct them.")]
    storage_period: Annotated[bool, Field(description="How long they are kept.")]
    how_to_withdraw: Annotated[bool, Field(description="How to take the consent back.")]


class Withheld(Part):
    """An item that must not reach an organisation."""

    item: Annotated[PacketItem, Field(description="What must not be shared.")]
    from_org: Annotated[Org | None, Field(description="From whom; none named: from anybody.")] = None


class Giver(Sealed):
    """Who consented in the client's place."""

    name: Annotated[Text100, Field(description="Who they are.")]
    relation: Annotated[Text40, Field(description="What they are to the client.")]
    document: Annotated[Text100 | None, Field(description="Paper that proves their authority.")] = None


class ConsentProof(Sealed):
    """What proves a consent. Sealed as identity."""

    proof_ref: Annotated[Text100 | None, Field(description="Attachment: scan, recording or certificate.")] = None
    giver: Annotated[Giver | None, Field(description="Who gave it, if not the client.")] = None
    why: Annotated[tuple[WithholdReason, ...], Field(max_length=20, description="Reasons for `withheld`, in the same order.")] = ()


class ConsentGiven(Event, type="consent-given"):
    """The client, or who may speak for them, permits one use of their data."""

    consent_id: ConsentId
    purpose: ConsentPurpose
    recipient_org: Recipient = None
    given_by: Annotated[GivenBy, Field(description="Who answered.")]
    form: Annotated[ConsentForm, Field(description="Implicit consent does not exist.")]
    method: Annotated[ConsentMethod, Field(description="How it is proved.")]
    language: LanguageCode
    interpreter: Annotated[bool, Field(description="Whether an interpreter helped.")]
    notice_version: NoticeVersion
    informed: Annotated[Informed, Field(description="What was explained.")]
    assent: Annotated[Assent, Field(description="The child's own answer.")]
    valid_from: Annotated[date, Field(description="First day.")]
    valid_to: Annotated[date | None, Field(description="Last day; none: until withdrawn.")] = None
    withheld: Annotated[tuple[Withheld, ...], Field(max_length=20, description="What must not be shared.")] = ()
    replaces: Annotated[UUID | None, Field(description="The consent whose place it takes.")] = None
    profile_key: Annotated[UUID | None, Field(description="STATISTICS: id of the key that seals the profile from now on.")] = None
    identity: Annotated[ConsentProof | Erased | None, IDENTITY] = None


class ConsentRefused(Event, type="consent-refused"):
    """The client was asked and said no; no service depends on it."""

    purpose: ConsentPurpose
    recipient_org: Recipient = None
    language: LanguageCode
    notice_version: NoticeVersion


class ConsentWithdrawn(Event, type="consent-withdrawn"):
    """A consent ended: taken back, expired, or outgrown by the client."""

    consent_id: ConsentId
    purpose: ConsentPurpose
    recipient_org: Recipient = None
    reason: Annotated[ConsentEnd, Field(description="Why it ended.")]
    effective: Annotated[date, Field(description="First day without it.")]
