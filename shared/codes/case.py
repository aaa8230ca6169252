"""A case from opening to closure (domain.md sections 7 and 12)."""

from enum import StrEnum


class CaseKind(StrEnum):
    """The open kind; the true type is sealed."""

    GENERAL = "GENERAL"
    CONFIDENTIAL = "CONFIDENTIAL"


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "OPEN"
    ASSESSED = "ASSESSED"
    PLAN_PROPOSED = "PLAN_PROPOSED"
    PLAN_AGREED = "PLAN_AGREED"
    FOLLOW_UP = "FOLLOW_UP"
    CLOSED = "CLOSED"


class Priority(StrEnum):
    """As on the inter-agency referral form."""

    EMERGENCY = "EMERGENCY"
    URGENT = "URGENT"
    NORMAL = "NORMAL"


class RiskLevel(StrEnum):
    """Set by the worker, never by the software."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class CaseType(StrEnum):
    """The last four are C4 and force a confidential case."""

    UNASSESSED = "UNASSESSED"
    PRE_DEPARTURE = "PRE_DEPARTURE"
    WELFARE_ABROAD = "WELFARE_ABROAD"
    RETURN_REINTEGRATION = "RETURN_REINTEGRATION"
    FAMILY_SUPPORT = "FAMILY_SUPPORT"
    YOUTH_SUPPORT = "YOUTH_SUPPORT"
    LEGAL_CLAIM = "LEGAL_CLAIM"
    TRANSIT_ASSISTANCE = "TRANSIT_ASSISTANCE"
    MEDICAL = "MEDICAL"
    TRAFFICKING = "TRAFFICKING"
    GBV = "GBV"
    CHILD_PROTECTION = "CHILD_PROTECTION"
    ASYLUM = "ASYLUM"


class CaseSource(StrEnum):
    """Where a case came from."""

    WALK_IN = "WALK_IN"
    SCREENING = "SCREENING"
    INCIDENT = "INCIDENT"
    REFERRAL_IN = "REFERRAL_IN"
    OUTREACH = "OUTREACH"
    TRANSFER = "TRANSFER"
    OTHER = "OTHER"


class ReviewCause(StrEnum):
    """What made the system ask for a review."""

    URGENT_SCREENING = "URGENT_SCREENING"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    DUPLICATE_CLIENT = "DUPLICATE_CLIENT"


class NeedCode(StrEnum):
    """What a case is about."""

    INFORMATION = "INFORMATION"
    DOCUMENTS = "DOCUMENTS"
    LEGAL = "LEGAL"
    CLAIMS = "CLAIMS"
    HEALTH = "HEALTH"
    MENTAL_HEALTH = "MENTAL_HEALTH"
    FOOD = "FOOD"
    SHELTER = "SHELTER"
    SAFETY = "SAFETY"
    INCOME = "INCOME"
    JOB = "JOB"
    SKILLS = "SKILLS"
    EDUCATION = "EDUCATION"
    CHILD_CARE = "CHILD_CARE"
    FAMILY_CONTACT = "FAMILY_CONTACT"
    TRANSPORT = "TRANSPORT"
    RETURN = "RETURN"
    REINTEGRATION = "REINTEGRATION"
    DEBT = "DEBT"
    OTHER = "OTHER"


class NeedOutcome(StrEnum):
    """What became of a need; every need gets one before closure."""

    MET = "MET"
    PARTLY = "PARTLY"
    UNMET = "UNMET"
    UNKNOWN = "UNKNOWN"


class SupportPlanType(StrEnum):
    """HTCDS, values verbatim."""

    Education = "Education"
    Financial = "Financial"
    Health = "Health"
    LabourExploitationRehabilitation = "LabourExploitationRehabilitation"
    Legal = "Legal"
    Livelihood = "Livelihood"
    RightsBasedTraining = "RightsBasedTraining"
    SexualExploitationRehabilitation = "SexualExploitationRehabilitation"
    SocialCare = "SocialCare"


class PlanDecision(StrEnum):
    """A supervisor's answer to a plan."""

    APPROVED = "APPROVED"
    RETURNED = "RETURNED"


class ActionStatus(StrEnum):
    """Where an agreed step stands."""

    PLANNED = "PLANNED"
    STARTED = "STARTED"
    DONE = "DONE"
    PARTIAL = "PARTIAL"
    BLOCKED = "BLOCKED"
    CANCELLED = "CANCELLED"


class FollowUpType(StrEnum):
    """Why one looks back."""

    REINTEGRATION = "REINTEGRATION"
    AFTER_SERVICE = "AFTER_SERVICE"
    AFTER_REUNIFICATION = "AFTER_REUNIFICATION"
    IN_CARE = "IN_CARE"
    ASSESSMENT = "ASSESSMENT"
    SAFETY = "SAFETY"


class ContactResult(StrEnum):
    """What came of a planned contact."""

    REACHED = "REACHED"
    NOT_REACHED = "NOT_REACHED"
    MOVED = "MOVED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"


class NoteKind(StrEnum):
    """What a case note records; COUNSELLING is unread by others."""

    CONTACT = "CONTACT"
    MEETING = "MEETING"
    OBSERVATION = "OBSERVATION"
    COUNSELLING = "COUNSELLING"
    SUPERVISION = "SUPERVISION"


class ClosureReason(StrEnum):
    """IOM Reintegration Handbook; the last four are added."""

    COMPLETED = "COMPLETED"
    PERIOD_ENDED = "PERIOD_ENDED"
    CRITERIA_NOT_MET = "CRITERIA_NOT_MET"
    CLIENT_STOPPED = "CLIENT_STOPPED"
    MOVED = "MOVED"
    DIED = "DIED"
    REMIGRATED = "REMIGRATED"
    ACCESS_BARRIER = "ACCESS_BARRIER"
    SAFETY_OR_STIGMA = "SAFETY_OR_STIGMA"
    THREAT_TO_STAFF = "THREAT_TO_STAFF"
    FUNDING_OR_SECURITY = "FUNDING_OR_SECURITY"
    LOST_CONTACT = "LOST_CONTACT"
    REFERRED_ON = "REFERRED_ON"
    DUPLICATE = "DUPLICATE"
    ERASURE = "ERASURE"


class TransferAnswer(StrEnum):
    """The other centre's answer."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


C4_CASE_TYPES = frozenset({CaseType.TRAFFICKING, CaseType.GBV, CaseType.CHILD_PROTECTION, CaseType.ASYLUM})
"""Case types that force a confidential case."""
