"""What a centre does, for which sub-committee (domain.md section 3)."""

from collections.abc import Mapping
from enum import StrEnum


class ServiceCode(StrEnum):
    """The seventeen services; on anything confidential the open code is always PSS."""

    INF = "INF"
    OUT = "OUT"
    TRN = "TRN"
    CM = "CM"
    PSS = "PSS"
    LEG = "LEG"
    ADM = "ADM"
    HEA = "HEA"
    FNF = "FNF"
    SHE = "SHE"
    EDU = "EDU"
    EMP = "EMP"
    LIV = "LIV"
    RET = "RET"
    REI = "REI"
    TRC = "TRC"
    MND = "MND"


class SubCommittee(StrEnum):
    """The four sub-committees of a centre's coordinating committee."""

    IERNA = "IERNA"
    PSS = "PSS"
    ESIP = "ESIP"
    MDI = "MDI"


class Well(StrEnum):
    """ASSIST-WELL, the package of the Department of Migrant Workers: welfare, employment, legal, livelihood."""

    W = "W"
    E = "E"
    LG = "LG"
    LV = "LV"


class Course(StrEnum):
    """Trainings; FINLIT_TOT and the last three are for partners' staff, who are counted, not registered."""

    PEOS_COMMUNITY = "PEOS_COMMUNITY"
    PEOS_ONLINE = "PEOS_ONLINE"
    PDOS = "PDOS"
    CPDEP = "CPDEP"
    FAS = "FAS"
    SBMT = "SBMT"
    FINLIT = "FINLIT"
    FINLIT_TOT = "FINLIT_TOT"
    SKILLS_TESDA = "SKILLS_TESDA"
    LANGUAGE = "LANGUAGE"
    CASE_MGMT = "CASE_MGMT"
    PSYCHOSOCIAL_PARALEGAL = "PSYCHOSOCIAL_PARALEGAL"
    AIR_TIP = "AIR_TIP"


class SessionState(StrEnum):
    """Where a training session stands."""

    SCHEDULED = "SCHEDULED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


class SessionCancelReason(StrEnum):
    """Why a training session did not take place."""

    NO_TRAINER = "NO_TRAINER"
    LOW_TURNOUT = "LOW_TURNOUT"
    SAFETY = "SAFETY"
    OTHER = "OTHER"


class CostBand(StrEnum):
    """Cost of a service in PHP: B0 none, B1 under 5,000, B2 under 20,000, B3 under 100,000, B4 more."""

    B0 = "B0"
    B1 = "B1"
    B2 = "B2"
    B3 = "B3"
    B4 = "B4"


class Unit(StrEnum):
    """In what a service is measured."""

    SESSION = "SESSION"
    HOUR = "HOUR"
    DAY = "DAY"
    NIGHT = "NIGHT"
    ITEM = "ITEM"
    TRIP = "TRIP"
    DOCUMENT = "DOCUMENT"
    GRANT = "GRANT"


class Mode(StrEnum):
    """How a service reached the client."""

    IN_PERSON = "IN_PERSON"
    PHONE = "PHONE"
    ONLINE = "ONLINE"
    HOME_VISIT = "HOME_VISIT"
    GROUP = "GROUP"


class ServiceResult(StrEnum):
    """What came of one service."""

    DONE = "DONE"
    PARTIAL = "PARTIAL"
    NO_SHOW = "NO_SHOW"
    REFERRED_TO_JOB = "REFERRED_TO_JOB"
    PLACED_LOCAL = "PLACED_LOCAL"
    PLACED_OVERSEAS = "PLACED_OVERSEAS"


SUB_COMMITTEE: Mapping[ServiceCode, SubCommittee] = {
    ServiceCode.INF: SubCommittee.IERNA,
    ServiceCode.OUT: SubCommittee.IERNA,
    ServiceCode.TRN: SubCommittee.IERNA,
    ServiceCode.CM: SubCommittee.PSS,
    ServiceCode.PSS: SubCommittee.PSS,
    ServiceCode.LEG: SubCommittee.PSS,
    ServiceCode.ADM: SubCommittee.PSS,
    ServiceCode.HEA: SubCommittee.PSS,
    ServiceCode.FNF: SubCommittee.PSS,
    ServiceCode.SHE: SubCommittee.PSS,
    ServiceCode.EDU: SubCommittee.PSS,
    ServiceCode.EMP: SubCommittee.ESIP,
    ServiceCode.LIV: SubCommittee.ESIP,
    ServiceCode.RET: SubCommittee.MDI,
    ServiceCode.REI: SubCommittee.MDI,
    ServiceCode.TRC: SubCommittee.PSS,
    ServiceCode.MND: SubCommittee.MDI,
}
"""Defaults; a region's dated table comes first (`shared.region.Region.sub_committee`)."""

FINANCIAL_LITERACY = frozenset({Course.FINLIT, Course.FINLIT_TOT})

STAFF_COURSES = frozenset({Course.FINLIT_TOT, Course.CASE_MGMT, Course.PSYCHOSOCIAL_PARALEGAL, Course.AIR_TIP})
"""For partners' staff: participants are counted, not registered."""


def default_sub_committee(service: ServiceCode, course: Course | None = None) -> SubCommittee:
    """Trainings are IERNA's, those of financial literacy ESIP's."""
    return SubCommittee.ESIP if course in FINANCIAL_LITERACY else SUB_COMMITTEE[service]


WELL: Mapping[ServiceCode, Well | None] = {
    ServiceCode.INF: None,
    ServiceCode.OUT: None,
    ServiceCode.TRN: None,
    ServiceCode.CM: None,
    ServiceCode.PSS: Well.W,
    ServiceCode.LEG: Well.LG,
    ServiceCode.ADM: Well.LG,
    ServiceCode.HEA: Well.W,
    ServiceCode.FNF: Well.W,
    ServiceCode.SHE: Well.W,
    ServiceCode.EDU: Well.W,
    ServiceCode.EMP: Well.E,
    ServiceCode.LIV: Well.LV,
    ServiceCode.RET: Well.W,
    ServiceCode.REI: Well.LV,
    ServiceCode.TRC: Well.W,
    ServiceCode.MND: None,
}
"""ASSIST-WELL component; None (dimension WELL: `_Z`) does not apply."""
