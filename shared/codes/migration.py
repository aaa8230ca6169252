"""Codes of one migration episode (domain.md section 12, Migration)."""

from enum import StrEnum


class Documented(StrEnum):
    """Whether papers were in order; write "irregular", never "illegal"."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


class LandSea(StrEnum):
    """Land-based or sea-based work."""

    LAND = "LAND"
    SEA = "SEA"


class HireType(StrEnum):
    """First contract abroad, or again."""

    NEW = "NEW"
    REHIRE = "REHIRE"


class Channel(StrEnum):
    """Through whom the person went abroad."""

    LICENSED_AGENCY = "LICENSED_AGENCY"
    GOVERNMENT = "GOVERNMENT"
    DIRECT_HIRE = "DIRECT_HIRE"
    NAME_HIRE = "NAME_HIRE"
    FAMILY_FRIENDS = "FAMILY_FRIENDS"
    ONLINE = "ONLINE"
    UNLICENSED = "UNLICENSED"
    UNKNOWN = "UNKNOWN"


class Voluntary(StrEnum):
    """Whether a return was of free will, as the returnee says."""

    YES = "YES"
    NO = "NO"
    UNCLEAR = "UNCLEAR"


class MigrationReason(StrEnum):
    """Main reason to leave."""

    WORK = "WORK"
    STUDY = "STUDY"
    FAMILY = "FAMILY"
    MARRIAGE = "MARRIAGE"
    PROTECTION = "PROTECTION"
    DISASTER = "DISASTER"
    TRAFFICKED = "TRAFFICKED"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class ReturnReason(StrEnum):
    """Main reason to come back."""

    CONTRACT_END = "CONTRACT_END"
    VACATION = "VACATION"
    FAMILY = "FAMILY"
    HEALTH = "HEALTH"
    DISMISSED = "DISMISSED"
    ABUSE = "ABUSE"
    EMPLOYER_CLOSED = "EMPLOYER_CLOSED"
    CONFLICT = "CONFLICT"
    DISASTER = "DISASTER"
    DEPORTED = "DEPORTED"
    AMNESTY = "AMNESTY"
    RETIREMENT = "RETIREMENT"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"


class TravelGroup(StrEnum):
    """With whom the person travels."""

    SINGLE_ADULT = "SINGLE_ADULT"
    FAMILY_UNIT = "FAMILY_UNIT"
    ACCOMPANIED_CHILD = "ACCOMPANIED_CHILD"
    UNACCOMPANIED_CHILD = "UNACCOMPANIED_CHILD"


class TransportMode(StrEnum):
    """How the person travelled; several may apply."""

    AIR = "AIR"
    SEA = "SEA"
    BUS = "BUS"
    CAR = "CAR"
    TRUCK = "TRUCK"
    BIKE = "BIKE"
    MOTORBIKE = "MOTORBIKE"
    RAIL = "RAIL"
    FOOT = "FOOT"
    LAND = "LAND"
    OTHER = "OTHER"


class EntryBasis(StrEnum):
    """On what ground the person entered."""

    VISA = "VISA"
    VISA_FREE = "VISA_FREE"
    PERMIT = "PERMIT"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"


class RemittanceBand(StrEnum):
    """Share of household income that comes from abroad: R0 none, R1 under 25 %, R2 25-49, R3 50-74, R4 75 and more."""

    R0 = "R0"
    R1 = "R1"
    R2 = "R2"
    R3 = "R3"
    R4 = "R4"
    U = "U"
