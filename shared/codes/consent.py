"""Permission and other grounds to process data (domain.md sections 6, 11 and 12)."""

from enum import StrEnum


class Purpose(StrEnum):
    """One consent is for one purpose."""

    CASE_MANAGEMENT = "CASE_MANAGEMENT"
    SHARE_FOR_SERVICE = "SHARE_FOR_SERVICE"
    STATISTICS = "STATISTICS"
    TRACING = "TRACING"
    CONSULAR = "CONSULAR"
    FOLLOW_UP_CONTACT = "FOLLOW_UP_CONTACT"
    PHOTO = "PHOTO"
    RETURN = "RETURN"


class LegalBasis(StrEnum):
    """On what ground data are processed; the statute of each is in the region file."""

    CONSENT = "CONSENT"
    CONTRACT = "CONTRACT"
    VITAL_INTEREST = "VITAL_INTEREST"
    BENEFICIARY_INTEREST = "BENEFICIARY_INTEREST"
    LEGAL_OBLIGATION = "LEGAL_OBLIGATION"
    LEGITIMATE_INTEREST = "LEGITIMATE_INTEREST"


class GivenBy(StrEnum):
    """Who consents; CAREGIVER only for a minor or a represented adult."""

    SELF = "SELF"
    CAREGIVER = "CAREGIVER"
    OTHER = "OTHER"


class ConsentForm(StrEnum):
    """Implicit consent does not exist."""

    EXPLICIT = "EXPLICIT"
    PROXY = "PROXY"


class ConsentMethod(StrEnum):
    """How it is proved; VERBAL_CERTIFIED needs the caseworker's written certificate."""

    WRITTEN = "WRITTEN"
    AUDIO = "AUDIO"
    VIDEO = "VIDEO"
    VERBAL_CERTIFIED = "VERBAL_CERTIFIED"


class Assent(StrEnum):
    """The child's own answer; REFUSED rejects the consent."""

    NOT_NEEDED = "NOT_NEEDED"
    GIVEN = "GIVEN"
    REFUSED = "REFUSED"
    NOT_CAPABLE = "NOT_CAPABLE"


class WithholdReason(StrEnum):
    """Why an item must not reach an organisation (sealed)."""

    FEAR_OF_HARM = "FEAR_OF_HARM"
    TELLS_THEMSELVES = "TELLS_THEMSELVES"
    OTHER = "OTHER"


class ConsentEnd(StrEnum):
    """Why a consent ended."""

    CLIENT_WISH = "CLIENT_WISH"
    CAREGIVER_WISH = "CAREGIVER_WISH"
    EXPIRED = "EXPIRED"
    MAJORITY_REACHED = "MAJORITY_REACHED"


class PacketItem(StrEnum):
    """What a referral packet may hold, and what a client may withhold."""

    NAME = "NAME"
    BIRTH_DATE = "BIRTH_DATE"
    SEX = "SEX"
    DISABILITY = "DISABILITY"
    DOCUMENTS = "DOCUMENTS"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    LANGUAGES = "LANGUAGES"
    HOUSEHOLD = "HOUSEHOLD"
    CAREGIVER = "CAREGIVER"
    SPECIAL_NEEDS = "SPECIAL_NEEDS"
    REASON = "REASON"
    SERVICES_GIVEN = "SERVICES_GIVEN"
