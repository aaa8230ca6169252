"""Shelter, consulate, return, tracing, incidents, feedback (domain.md sections 9, 10 and 12)."""

from enum import StrEnum


class RoomClass(StrEnum):
    """Whom a room is for: sexes, age groups and families apart, no adult in CHILD."""

    DORM_F = "DORM_F"
    DORM_M = "DORM_M"
    FAMILY = "FAMILY"
    SINGLE = "SINGLE"
    CHILD = "CHILD"
    MEDICAL = "MEDICAL"


class UnitKind(StrEnum):
    """Where a bed is; a SAFE one is never named in the open part."""

    CENTRE = "CENTRE"
    HOTEL = "HOTEL"
    HOST_FAMILY = "HOST_FAMILY"
    SAFE = "SAFE"


class StayExit(StrEnum):
    """How a stay ended."""

    PLANNED = "PLANNED"
    MOVED_ON = "MOVED_ON"
    RETURNED_HOME = "RETURNED_HOME"
    TRANSFERRED = "TRANSFERRED"
    LEFT_UNANNOUNCED = "LEFT_UNANNOUNCED"
    EXCLUDED = "EXCLUDED"
    HOSPITAL = "HOSPITAL"
    DIED = "DIED"


class StayState(StrEnum):
    """Where a stay stands."""

    STAYING = "STAYING"
    ENDED = "ENDED"


class StayChange(StrEnum):
    """Why a stay was changed."""

    EXTENDED = "EXTENDED"
    MOVED = "MOVED"


class Destination(StrEnum):
    """Where the person went from a shelter."""

    OWN_HOME = "OWN_HOME"
    FAMILY = "FAMILY"
    OTHER_SHELTER = "OTHER_SHELTER"
    HOME_COUNTRY = "HOME_COUNTRY"
    ONWARD = "ONWARD"
    STREET = "STREET"
    HOSPITAL = "HOSPITAL"
    UNKNOWN = "UNKNOWN"


class ConsularDocument(StrEnum):
    """What is asked of a mission."""

    PASSPORT = "PASSPORT"
    TRAVEL_DOCUMENT = "TRAVEL_DOCUMENT"
    BIRTH = "BIRTH"
    ADOPTION = "ADOPTION"
    DEATH = "DEATH"
    MARRIAGE = "MARRIAGE"
    NATIONALITY_PROOF = "NATIONALITY_PROOF"


class ConsularStage(StrEnum):
    """Where a consular request stands."""

    PREPARED = "PREPARED"
    SUBMITTED = "SUBMITTED"
    INTERVIEWED = "INTERVIEWED"
    ISSUED = "ISSUED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"
    HALTED = "HALTED"


class ReturnStage(StrEnum):
    """Where an assisted return stands."""

    REQUESTED = "REQUESTED"
    COUNSELLED = "COUNSELLED"
    VOLUNTARINESS_CONFIRMED = "VOLUNTARINESS_CONFIRMED"
    DOCUMENTS_IN_PROGRESS = "DOCUMENTS_IN_PROGRESS"
    MEDICALLY_CLEARED = "MEDICALLY_CLEARED"
    TRAVEL_BOOKED = "TRAVEL_BOOKED"
    DEPARTED = "DEPARTED"
    ARRIVED = "ARRIVED"
    PLAN_AGREED = "PLAN_AGREED"
    MONITORED = "MONITORED"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


class VulnerabilityClass(StrEnum):
    """Class of a returnee in the return programme."""

    NONE = "NONE"
    MEDICAL = "MEDICAL"
    CHILD = "CHILD"
    VOT = "VOT"
    OTHER = "OTHER"


class TracingStage(StrEnum):
    """Where a search for a person stands."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    VERIFIED = "VERIFIED"
    REUNIFIED = "REUNIFIED"
    CLOSED = "CLOSED"
    SUSPENDED = "SUSPENDED"


class TracingAction(StrEnum):
    """How a person is searched for."""

    CASE_BY_CASE = "CASE_BY_CASE"
    MASS = "MASS"
    PHOTO = "PHOTO"
    REFER_NGO = "REFER_NGO"
    REFER_ICRC = "REFER_ICRC"


class TracingOutcome(StrEnum):
    """What came of the search."""

    PENDING = "PENDING"
    SUCCESSFUL = "SUCCESSFUL"
    UNSUCCESSFUL = "UNSUCCESSFUL"


class IncidentType(StrEnum):
    """A wrong done or suspected; a free account is taken at intake for five of them only."""

    ILLEGAL_RECRUITMENT = "ILLEGAL_RECRUITMENT"
    CONTRACT_VIOLATION = "CONTRACT_VIOLATION"
    GBV = "GBV"
    ABUSE = "ABUSE"
    TRAFFICKING = "TRAFFICKING"
    CHILD_AT_RISK = "CHILD_AT_RISK"
    DEATH = "DEATH"
    MISSING = "MISSING"
    OTHER = "OTHER"


class IncidentStage(StrEnum):
    """What became of an incident."""

    FORWARDED = "FORWARDED"
    INVESTIGATED = "INVESTIGATED"
    SUBSTANTIATED = "SUBSTANTIATED"
    UNFOUNDED = "UNFOUNDED"
    CLOSED = "CLOSED"


class ReportedBy(StrEnum):
    """Who reported an incident."""

    CLIENT = "CLIENT"
    FAMILY = "FAMILY"
    THIRD_PARTY = "THIRD_PARTY"
    STAFF = "STAFF"


class PlaceLevel(StrEnum):
    """How exactly the place of an incident is known."""

    EXACT = "EXACT"
    MUNICIPALITY = "MUNICIPALITY"
    COUNTRY = "COUNTRY"


class DeathCause(StrEnum):
    """IOM Missing Migrants Project."""

    DROWNING = "DROWNING"
    VIOLENCE = "VIOLENCE"
    HAZARDOUS_TRANSPORT = "HAZARDOUS_TRANSPORT"
    HARSH_ENVIRONMENT = "HARSH_ENVIRONMENT"
    SICKNESS = "SICKNESS"
    ACCIDENT = "ACCIDENT"
    SEVERAL = "SEVERAL"
    MIXED_OR_UNKNOWN = "MIXED_OR_UNKNOWN"


class FeedbackKind(StrEnum):
    """What somebody hands in."""

    CSM = "CSM"
    COMPLAINT = "COMPLAINT"
    SUGGESTION = "SUGGESTION"


class CsmClientType(StrEnum):
    """Client type of the ARTA satisfaction form."""

    CITIZEN = "CITIZEN"
    BUSINESS = "BUSINESS"
    GOVERNMENT = "GOVERNMENT"


class CsmChannel(StrEnum):
    """Where the service of a satisfaction form was given."""

    ON_SITE = "ON_SITE"
    ONLINE = "ONLINE"


class ComplaintStage(StrEnum):
    """Where a complaint stands."""

    RECEIVED = "RECEIVED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"
    ESCALATED = "ESCALATED"


class ComplaintOutcome(StrEnum):
    """What a complaint led to."""

    UPHELD = "UPHELD"
    PARTLY = "PARTLY"
    REJECTED = "REJECTED"
    SETTLED = "SETTLED"


TOLD_AT_INTAKE = frozenset(
    {IncidentType.ILLEGAL_RECRUITMENT, IncidentType.CONTRACT_VIOLATION, IncidentType.DEATH, IncidentType.MISSING, IncidentType.OTHER}
)
"""Incidents of which intake takes a free account; the others are told once, in a confidential case."""
