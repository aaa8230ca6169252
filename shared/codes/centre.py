"""The centre, its staff and its front desk (domain.md sections 1 and 12)."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody may do and read: the matrix of http.md section 9."""

    reception = "reception"
    caseworker = "caseworker"
    counsellor = "counsellor"
    supervisor = "supervisor"
    protection_supervisor = "protection_supervisor"
    warden = "warden"
    agency_desk = "agency_desk"
    planner = "planner"
    statistician = "statistician"
    dpo = "dpo"
    directory_steward = "directory_steward"
    admin = "admin"
    integrator = "integrator"
    system = "system"


class FacilityType(StrEnum):
    """What a centre is; several may apply."""

    ONE_STOP = "ONE_STOP"
    SHELTER = "SHELTER"
    INFORMATION = "INFORMATION"
    GOVERNMENT = "GOVERNMENT"
    HOTEL_PRIVATE = "HOTEL_PRIVATE"
    OTHER = "OTHER"


class ManagementModel(StrEnum):
    """Who runs it (Migrant Centres Toolkit)."""

    IOM = "IOM"
    PARTNER = "PARTNER"
    GOVERNMENT = "GOVERNMENT"
    CO_MANAGED = "CO_MANAGED"


class AccessMode(StrEnum):
    """How one gets in."""

    APPOINTMENT = "APPOINTMENT"
    OPENING_HOURS = "OPENING_HOURS"
    ALWAYS = "ALWAYS"


class EncounterChannel(StrEnum):
    """How the contact came about."""

    WALK_IN = "WALK_IN"
    PHONE = "PHONE"
    ONLINE = "ONLINE"
    OUTREACH = "OUTREACH"
    HOME_VISIT = "HOME_VISIT"
    HOTLINE = "HOTLINE"
    REFERRED = "REFERRED"


class Topic(StrEnum):
    """What an encounter was about: the service codes, COMPLAINT, OTHER."""

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
    COMPLAINT = "COMPLAINT"
    OTHER = "OTHER"


class OutreachKind(StrEnum):
    """Media reach, attendance and counselled persons are never added up."""

    SCHOOL = "SCHOOL"
    VOCATIONAL = "VOCATIONAL"
    COMMUNITY = "COMMUNITY"
    JOB_FAIR = "JOB_FAIR"
    RADIO_TV = "RADIO_TV"
    SOCIAL_MEDIA = "SOCIAL_MEDIA"


class OrgType(StrEnum):
    """HTCDS, and two of our own (Consulate, InternationalOrganisation)."""

    NGO = "NGO"
    LawEnforcement = "LawEnforcement"
    HealthServiceOrganisation = "HealthServiceOrganisation"
    CentralGovernmentOrganisation = "CentralGovernmentOrganisation"
    LocalGovernmentOrganisation = "LocalGovernmentOrganisation"
    ImmigrationService = "ImmigrationService"
    LegalService = "LegalService"
    CorporateBusiness = "CorporateBusiness"
    SchoolOrCollege = "SchoolOrCollege"
    Consulate = "Consulate"
    InternationalOrganisation = "InternationalOrganisation"


class CalendarKind(StrEnum):
    """Kind of a day in provincial_holidays.csv; SPECIAL_WORKING counts as working."""

    REGULAR = "REGULAR"
    SPECIAL_NON_WORKING = "SPECIAL_NON_WORKING"
    SPECIAL_WORKING = "SPECIAL_WORKING"
