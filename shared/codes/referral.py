"""Requests to other organisations and the service directory (domain.md sections 8 and 12)."""

from enum import StrEnum


class ReferralState(StrEnum):
    """Where a referral stands."""

    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    ACCEPTED = "ACCEPTED"
    IN_SERVICE = "IN_SERVICE"
    DECLINED = "DECLINED"
    DELIVERED = "DELIVERED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"
    CLOSED = "CLOSED"


class Direction(StrEnum):
    """From us, or to us."""

    OUT = "OUT"
    IN = "IN"


class ReferralReason(StrEnum):
    """HTCDS, values verbatim."""

    AdditionalServicesRequired = "AdditionalServicesRequired"
    MigrationOrChangeOfLocation = "MigrationOrChangeOfLocation"
    Other = "Other"


class DeclineReason(StrEnum):
    """Why a receiver says no."""

    NO_CAPACITY = "NO_CAPACITY"
    OUTSIDE_MANDATE = "OUTSIDE_MANDATE"
    OUTSIDE_AREA = "OUTSIDE_AREA"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    UNREACHABLE = "UNREACHABLE"
    CLIENT_DECLINED = "CLIENT_DECLINED"
    DUPLICATE = "DUPLICATE"
    INCOMPLETE = "INCOMPLETE"
    ALREADY_RECEIVED = "ALREADY_RECEIVED"


class WithdrawReason(StrEnum):
    """Why a sender takes it back."""

    CLIENT_WISH = "CLIENT_WISH"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    SENT_IN_ERROR = "SENT_IN_ERROR"
    OTHER_PROVIDER = "OTHER_PROVIDER"
    SAFETY = "SAFETY"
    ERASURE = "ERASURE"


class ReferralResult(StrEnum):
    """How it ended."""

    DELIVERED = "DELIVERED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"
    ERROR = "ERROR"


class DeliveryResult(StrEnum):
    """Whether all that was asked for was given."""

    FULL = "FULL"
    PARTIAL = "PARTIAL"


class OverrideReason(StrEnum):
    """Why a supervisor refers without consent; always audited."""

    VITAL_INTEREST = "VITAL_INTEREST"
    CHILD_AT_RISK = "CHILD_AT_RISK"
    LEGAL_DUTY = "LEGAL_DUTY"


class LapseTimer(StrEnum):
    """Which answer did not come."""

    ACK = "ACK"
    SERVICE = "SERVICE"


class EntryStatus(StrEnum):
    """HSDS status of a service in the directory."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    TEMPORARILY_CLOSED = "temporarily_closed"


class EntryRetireReason(StrEnum):
    """Why an entry left the directory."""

    CLOSED = "CLOSED"
    MOVED = "MOVED"
    SAFETY = "SAFETY"
    DUPLICATE = "DUPLICATE"
