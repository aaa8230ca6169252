"""Who a person is: the codes of a profile (domain.md section 12, Person)."""

from enum import StrEnum


class Sex(StrEnum):
    """As the person describes it, never inferred; U is unknown."""

    M = "M"
    F = "F"
    X = "X"
    U = "U"


class AdultChild(StrEnum):
    """All that is known of the age where there is no birth month (domain.md section 4)."""

    ADULT = "ADULT"
    CHILD = "CHILD"
    U = "U"


class AgeBand(StrEnum):
    """Eleven bands out of which the published sets nest (see `age`); U is unknown."""

    Y0_4 = "0-4"
    Y5_11 = "5-11"
    Y12_14 = "12-14"
    Y15_17 = "15-17"
    Y18_24 = "18-24"
    Y25_29 = "25-29"
    Y30_34 = "30-34"
    Y35_39 = "35-39"
    Y40_44 = "40-44"
    Y45_59 = "45-59"
    Y60_PLUS = "60+"
    U = "U"


class CivilStatus(StrEnum):
    """HTCDS, values verbatim."""

    Single = "Single"
    Married = "Married"
    Widowed = "Widowed"
    Divorced = "Divorced"
    Separated = "Separated"
    RegisteredPartnership = "RegisteredPartnership"


class Education(StrEnum):
    """Highest level reached, in the words of Philippine forms; `education.isced` maps it."""

    NOT_SCHOOL_AGE = "NOT_SCHOOL_AGE"
    NONE = "NONE"
    ELEMENTARY_LEVEL = "ELEMENTARY_LEVEL"
    ELEMENTARY_GRADUATE = "ELEMENTARY_GRADUATE"
    HIGH_SCHOOL_LEVEL = "HIGH_SCHOOL_LEVEL"
    JUNIOR_HIGH_GRADUATE = "JUNIOR_HIGH_GRADUATE"
    HIGH_SCHOOL_GRADUATE = "HIGH_SCHOOL_GRADUATE"
    VOCATIONAL_LEVEL = "VOCATIONAL_LEVEL"
    VOCATIONAL_GRADUATE = "VOCATIONAL_GRADUATE"
    COLLEGE_LEVEL = "COLLEGE_LEVEL"
    SHORT_CYCLE = "SHORT_CYCLE"
    COLLEGE_GRADUATE = "COLLEGE_GRADUATE"
    POSTGRADUATE_LEVEL = "POSTGRADUATE_LEVEL"
    MASTERS = "MASTERS"
    DOCTORATE = "DOCTORATE"
    NON_FORMAL = "NON_FORMAL"
    UNKNOWN = "UNKNOWN"


class ActivityStatus(StrEnum):
    """What the person does now; occupations abroad are ISCO codes of an episode."""

    EMPLOYED = "EMPLOYED"
    SELF_EMPLOYED = "SELF_EMPLOYED"
    UNEMPLOYED = "UNEMPLOYED"
    HOMEMAKER = "HOMEMAKER"
    RETIRED = "RETIRED"
    STUDENT = "STUDENT"
    MINOR = "MINOR"
    OUT_OF_SCHOOL_YOUTH = "OUT_OF_SCHOOL_YOUTH"
    UNABLE = "UNABLE"
    UNKNOWN = "UNKNOWN"


class FunctioningDomain(StrEnum):
    """The six questions of the Washington Group short set, asked from the age of five."""

    SEEING = "SEEING"
    HEARING = "HEARING"
    WALKING = "WALKING"
    REMEMBERING = "REMEMBERING"
    SELF_CARE = "SELF_CARE"
    COMMUNICATING = "COMMUNICATING"


class Functioning(StrEnum):
    """An answer of the Washington Group short set; disabled = any A_LOT or CANNOT."""

    NO_DIFFICULTY = "NO_DIFFICULTY"
    SOME = "SOME"
    A_LOT = "A_LOT"
    CANNOT = "CANNOT"


class ClientType(StrEnum):
    """Why the centre serves this person; many-valued, a change is a new event."""

    PROSPECTIVE = "PROSPECTIVE"
    OUTBOUND = "OUTBOUND"
    ONSITE = "ONSITE"
    RETURNEE = "RETURNEE"
    RETURNEE_DISTRESSED = "RETURNEE_DISTRESSED"
    FAMILY_LEFT_BEHIND = "FAMILY_LEFT_BEHIND"
    YOUTH_AT_RISK = "YOUTH_AT_RISK"
    TRANSIT = "TRANSIT"
    STRANDED = "STRANDED"
    VOT = "VOT"
    UASC = "UASC"
    HOST_COMMUNITY = "HOST_COMMUNITY"


class MigrantClass(StrEnum):
    """HTCDS, values verbatim."""

    Labour = "Labour"
    Student = "Student"
    Family = "Family"
    Visitor = "Visitor"
    Irregular = "Irregular"
    AsylumSeeker = "AsylumSeeker"
    Refugee = "Refugee"
    ComplementaryProtection = "ComplementaryProtection"
    Stateless = "Stateless"
    Stranded = "Stranded"
    Forced = "Forced"
    Deportee = "Deportee"
    Returnee = "Returnee"
    IDP = "IDP"
    UASC = "UASC"


class Relation(StrEnum):
    """What a household member is to the client who declares them."""

    SPOUSE = "SPOUSE"
    PARTNER = "PARTNER"
    CHILD = "CHILD"
    PARENT = "PARENT"
    SIBLING = "SIBLING"
    GRANDPARENT = "GRANDPARENT"
    GRANDCHILD = "GRANDCHILD"
    OTHER_RELATIVE = "OTHER_RELATIVE"
    GUARDIAN = "GUARDIAN"
    UNRELATED = "UNRELATED"


class IdDocument(StrEnum):
    """Kind of paper whose number is sealed in identity."""

    PASSPORT = "PASSPORT"
    NATIONAL_ID = "NATIONAL_ID"
    PHILSYS = "PHILSYS"
    OWWA_ID = "OWWA_ID"
    SSS = "SSS"
    PRC = "PRC"
    SEAFARER_BOOK = "SEAFARER_BOOK"
    BIRTH_CERT = "BIRTH_CERT"
    OTHER = "OTHER"
    NONE = "NONE"


class Isic(StrEnum):
    """Section of ISIC Rev. 4: the industry of an employer."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"
    H = "H"
    I = "I"  # noqa: E741 - the letter is the code
    J = "J"
    K = "K"
    L = "L"
    M = "M"
    N = "N"
    O = "O"  # noqa: E741 - the letter is the code
    P = "P"
    Q = "Q"
    R = "R"
    S = "S"
    T = "T"
    U = "U"
