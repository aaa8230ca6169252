"""Sealed protection matters and vulnerability (domain.md sections 9 and 12). HTCDS values verbatim."""

from collections.abc import Mapping
from enum import StrEnum


class ProtectionMatter(StrEnum):
    """What a ProtectionAssessed is about; sealed, since the wire type is readable."""

    TRAFFICKING = "TRAFFICKING"
    CHILD_SEPARATION = "CHILD_SEPARATION"
    BEST_INTERESTS = "BEST_INTERESTS"
    GBV = "GBV"
    ASYLUM_CONCERN = "ASYLUM_CONCERN"


class DomvLevel(StrEnum):
    """Level of IOM's Determinants of Migrant Vulnerability."""

    INDIVIDUAL = "INDIVIDUAL"
    HOUSEHOLD = "HOUSEHOLD"
    COMMUNITY = "COMMUNITY"
    STRUCTURAL = "STRUCTURAL"


class Polarity(StrEnum):
    """Whether a factor raises or lowers vulnerability."""

    RISK = "RISK"
    PROTECTIVE = "PROTECTIVE"
    NEUTRAL = "NEUTRAL"


class DomvFactor(StrEnum):
    """Factors of all levels; `DOMV_LEVEL` says which level each belongs to."""

    AGE = "AGE"
    SEX_GENDER = "SEX_GENDER"
    MINORITY_IDENTITY = "MINORITY_IDENTITY"
    MIGRATION_HISTORY = "MIGRATION_HISTORY"
    PHYSICAL_HEALTH = "PHYSICAL_HEALTH"
    MENTAL_HEALTH = "MENTAL_HEALTH"
    DISABILITY = "DISABILITY"
    DOCUMENTS = "DOCUMENTS"
    RESOURCES = "RESOURCES"
    LANGUAGE = "LANGUAGE"
    DEBT = "DEBT"
    PAST_ABUSE = "PAST_ABUSE"
    SIZE = "SIZE"
    STRUCTURE = "STRUCTURE"
    INCOME = "INCOME"
    VIOLENCE = "VIOLENCE"
    GENDER_ROLES = "GENDER_ROLES"
    CAREGIVER_ABSENT = "CAREGIVER_ABSENT"
    CHILD_WORK = "CHILD_WORK"
    SAFETY = "SAFETY"
    STIGMA = "STIGMA"
    LAW_ENFORCEMENT_ACCESS = "LAW_ENFORCEMENT_ACCESS"
    SERVICE_ACCESS = "SERVICE_ACCESS"
    EDUCATION_ACCESS = "EDUCATION_ACCESS"
    NETWORKS = "NETWORKS"
    CONFLICT = "CONFLICT"
    DISASTER = "DISASTER"
    DISCRIMINATION = "DISCRIMINATION"
    LABOUR_RULES = "LABOUR_RULES"
    MIGRATION_RULES = "MIGRATION_RULES"


class TraffickingStatus(StrEnum):
    """HTCDS; the software lists indicators and never a verdict."""

    PossibleVictimOfTrafficking = "PossibleVictimOfTrafficking"
    ActualVictimOfTrafficking = "ActualVictimOfTrafficking"
    NotAVictimOfTrafficking = "NotAVictimOfTrafficking"


class TraffickingDecider(StrEnum):
    """HTCDS; who decided."""

    Police = "Police"
    NGO = "NGO"
    CourtOrProsecution = "CourtOrProsecution"
    NonPoliceGovernmentalOrganization = "NonPoliceGovernmentalOrganization"
    Other = "Other"


class Exploitation(StrEnum):
    """HTCDS."""

    ForcedLabour = "ForcedLabour"
    SexualExploitation = "SexualExploitation"
    ChildLabour = "ChildLabour"
    ForcedMarriage = "ForcedMarriage"
    Servitude = "Servitude"
    ForcedMilitaryByNonStateActors = "ForcedMilitaryByNonStateActors"
    OrganRemoval = "OrganRemoval"
    ForcedBegging = "ForcedBegging"
    ForcedAdoption = "ForcedAdoption"
    Surrogacy = "Surrogacy"
    Other = "Other"


class ControlMethod(StrEnum):
    """HTCDS; means of control."""

    PhysicalThreats = "PhysicalThreats"
    ThreatsLawEnforcement = "ThreatsLawEnforcement"
    ThreatensChildrenFamily = "ThreatensChildrenFamily"
    DebtBondage = "DebtBondage"
    FalsePromises = "FalsePromises"
    PhysicalAbuse = "PhysicalAbuse"
    SexualAbuse = "SexualAbuse"
    TakesEarnings = "TakesEarnings"
    RestrictsFinancialAccess = "RestrictsFinancialAccess"
    RestrictsMedicalCare = "RestrictsMedicalCare"
    WithholdsNecessities = "WithholdsNecessities"
    PsychologicalAbuse = "PsychologicalAbuse"
    PsychoactiveSubstance = "PsychoactiveSubstance"
    ExcessiveWorkingHours = "ExcessiveWorkingHours"
    WithholdsDocuments = "WithholdsDocuments"
    Other = "Other"


class Recruitment(StrEnum):
    """HTCDS; how the person was recruited."""

    AtAPlaceOfBusiness = "AtAPlaceOfBusiness"
    AtAnEducationalInstitution = "AtAnEducationalInstitution"
    AtWork = "AtWork"
    ThroughOnlineSocialNetworks = "ThroughOnlineSocialNetworks"
    ThroughAnOnlineAdvertisement = "ThroughAnOnlineAdvertisement"
    ThroughATelevisionAdvert = "ThroughATelevisionAdvert"
    ThroughANewspaperAdvert = "ThroughANewspaperAdvert"
    ThroughFamilyOrFamilyEvents = "ThroughFamilyOrFamilyEvents"
    ThroughFriendsOrSocialEvents = "ThroughFriendsOrSocialEvents"
    Other = "Other"


class Separation(StrEnum):
    """UNACCOMPANIED: from both parents and other relatives, no responsible adult; SEPARATED: not necessarily from other relatives."""

    UNACCOMPANIED = "UNACCOMPANIED"
    SEPARATED = "SEPARATED"


class CareArrangement(StrEnum):
    """With whom a child lives."""

    PARENTS = "PARENTS"
    KINSHIP = "KINSHIP"
    FOSTER = "FOSTER"
    RESIDENTIAL = "RESIDENTIAL"
    INDEPENDENT = "INDEPENDENT"
    CHILD_HEADED = "CHILD_HEADED"
    UNRELATED_ADULT = "UNRELATED_ADULT"
    NONE = "NONE"


class BestInterestsKind(StrEnum):
    """Assessment (BIA) or determination (BID)."""

    BIA = "BIA"
    BID = "BID"


class BestInterestsOption(StrEnum):
    """What was found best for the child."""

    REUNIFY = "REUNIFY"
    FOSTER = "FOSTER"
    KINSHIP = "KINSHIP"
    RESIDENTIAL = "RESIDENTIAL"
    LOCAL_INTEGRATION = "LOCAL_INTEGRATION"
    RETURN = "RETURN"
    RESETTLEMENT = "RESETTLEMENT"
    DEFER = "DEFER"


DOMV_LEVEL: Mapping[DomvFactor, DomvLevel] = {
    **dict.fromkeys(list(DomvFactor)[:12], DomvLevel.INDIVIDUAL),
    **dict.fromkeys(list(DomvFactor)[12:19], DomvLevel.HOUSEHOLD),
    **dict.fromkeys(list(DomvFactor)[19:25], DomvLevel.COMMUNITY),
    **dict.fromkeys(list(DomvFactor)[25:], DomvLevel.STRUCTURAL),
}
"""Level of each factor, in the order of domain.md section 12."""
