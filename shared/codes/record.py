"""Corrections, merges, holds, erasure and the rights of the persons kept (domain.md section 12, events.md sections 2 and 6)."""

from enum import StrEnum


class AmendReason(StrEnum):
    """Why a profile changed: wrong before, changed now, or statistics allowed from now on."""

    CORRECTION = "CORRECTION"
    NEW_FACT = "NEW_FACT"
    STATISTICS_CONSENT = "STATISTICS_CONSENT"


class MergeEvidence(StrEnum):
    """Why two records are one person."""

    SAME_DOCUMENT = "SAME_DOCUMENT"
    SAME_BIOGRAPHY = "SAME_BIOGRAPHY"
    CLIENT_CONFIRMED = "CLIENT_CONFIRMED"


class UnmergeReason(StrEnum):
    """Why they are two after all."""

    WRONG_MERGE = "WRONG_MERGE"
    CLIENT_OBJECTED = "CLIENT_OBJECTED"


class UnlinkReason(StrEnum):
    """Why somebody is no longer a member of a household."""

    LEFT = "LEFT"
    DIED = "DIED"
    ERROR = "ERROR"


class ErasureBasis(StrEnum):
    """On what ground a person is forgotten."""

    SUBJECT_REQUEST = "SUBJECT_REQUEST"
    RETENTION = "RETENTION"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    UNLAWFUL = "UNLAWFUL"
    COURT_ORDER = "COURT_ORDER"


class HoldReason(StrEnum):
    """Legal bar to erasure."""

    TRAFFICKING_PROSECUTION = "TRAFFICKING_PROSECUTION"
    COURT_ORDER = "COURT_ORDER"
    COMPLAINT = "COMPLAINT"
    AUDIT = "AUDIT"


class Right(StrEnum):
    """What a person may ask of whoever keeps their data (RA 10173, chapter IV)."""

    ACCESS = "ACCESS"
    CORRECTION = "CORRECTION"
    OBJECTION = "OBJECTION"
    ERASURE = "ERASURE"


class RightOutcome(StrEnum):
    """What was decided of it."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"


class RefusalReason(StrEnum):
    """Why the law lets a request be refused."""

    NOT_THE_PERSON = "NOT_THE_PERSON"
    LEGAL_DUTY = "LEGAL_DUTY"
    LEGAL_HOLD = "LEGAL_HOLD"
    RIGHTS_OF_OTHERS = "RIGHTS_OF_OTHERS"
    UNFOUNDED = "UNFOUNDED"


class VoidReason(StrEnum):
    """Why an entry never was true."""

    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"
    WRONG_PERSON = "WRONG_PERSON"
    DUPLICATE_ENTRY = "DUPLICATE_ENTRY"
