"""What a centre does, for which sub-committee (domain.md section 3)."""

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
