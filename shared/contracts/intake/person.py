"""What is sealed about one client: who they are (identity) and the coded facts that statistics count (profile)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.codes import (
    ActivityStatus,
    AdultChild,
    AgeBand,
    CivilStatus,
    ClientType,
    Documented,
    Education,
    HireType,
    IdDocument,
    LandSea,
    MigrantClass,
    Month,
    Sex,
)
from shared.contracts.intake.field import (
    CountryCode,
    Email,
    IscoCode,
    LanguageCode,
    Phone,
    PsgcCode,
    Text40,
    Text100,
    Text500,
    Vintage,
)
from shared.eventsourcing.event import Sealed


class Names(Sealed):
    """The names a person goes by; at least one, or a card code in their place."""

    given: Annotated[Text100 | None, Field(description="Given names.")] = None
    middle: Annotated[Text100 | None, Field(description="Middle name: in the Philippines the mother's family name.")] = None
    family: Annotated[Text100 | None, Field(description="Family names.")] = None
    nickname: Annotated[Text100 | None, Field(description="What people call them.")] = None
    other: Annotated[tuple[Text100, ...], Field(max_length=5, description="Former names, other spellings.")] = ()


class Address(Sealed):
    """Where the person lives or can be found."""

    lines: Annotated[Text500 | None, Field(description="House, street, landmark.")] = None
    barangay: PsgcCode | None = None
    vintage: Vintage | None = None
    permanent: Annotated[bool, Field(description="False: a place of stay for the time being.")] = True


class Document(Sealed):
    """A paper that proves who somebody is."""

    type: Annotated[IdDocument, Field(description="Kind of paper.")]
    number: Annotated[Text40, Field(description="As printed.")]
    country: CountryCode


class Facts(Sealed):
    """The coded facts as the worker entered them: the operational copy of a profile, kept in identity."""

    client_types: Annotated[tuple[ClientType, ...], Field(min_length=1, max_length=12, description="Why the centre serves this person.")]
    sex: Annotated[Sex, Field(description="As the person describes it, never inferred.")]
    nationality: Annotated[tuple[CountryCode, ...], Field(min_length=1, max_length=5, description="All nationalities.")]
    residence_country: CountryCode
    psgc_mun: PsgcCode | None = None
    vintage: Vintage | None = None
    civil_status: Annotated[CivilStatus | None, Field(description="HTCDS.")] = None
    education: Annotated[Education | None, Field(description="Highest level reached.")] = None
    activity: Annotated[ActivityStatus | None, Field(description="What the person does now.")] = None
    isco: IscoCode | None = None
    migrant_class: Annotated[MigrantClass | None, Field(description="HTCDS.")] = None
    documented: Annotated[Documented | None, Field(description="Whether papers are in order.")] = None
    land_sea: Annotated[LandSea | None, Field(description="Land-based or sea-based work.")] = None
    hire_type: Annotated[HireType | None, Field(description="First contract abroad, or again.")] = None


class ProfileSnapshot(Facts):
    """The statistical copy: the facts, and the age in the form that tells least. Sealed as profile."""

    birth_month: Annotated[Month | None, Field(min_length=7, max_length=7, description="YYYY-MM: the finest date of a profile.")] = None
    birth_estimated: Annotated[bool, Field(description="Whether `birth_month` was reckoned from a told age.")] = False
    age_band: Annotated[AgeBand, Field(description="At the date of the fact; U without a birth month.")] = AgeBand.U
    adult_child: Annotated[AdultChild, Field(description="All that is known where there is no birth month.")] = AdultChild.U


class Person(Sealed):
    """Who somebody is and how to reach them. Of birth_date, age and age_class exactly one is given."""

    names: Annotated[Names | None, Field(description="Left out when only a card code is known.")] = None
    birth_date: Annotated[date | None, Field(description="Day of birth.")] = None
    age: Annotated[int | None, Field(ge=0, le=120, description="Full years, as told at `age_on`.")] = None
    age_on: Annotated[date | None, Field(description="Day at which `age` was told; the day of registration if left out.")] = None
    age_class: Annotated[AdultChild | None, Field(description="Where nothing finer is known.")] = None
    card_code: Annotated[
        str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{2,39}$", max_length=40, description="Code of the client's card.")
    ] = None
    phones: Annotated[tuple[Phone, ...], Field(max_length=5, description="Telephone numbers.")] = ()
    email: Email | None = None
    address: Annotated[Address | None, Field(description="Where they live.")] = None
    documents: Annotated[tuple[Document, ...], Field(max_length=10, description="Papers they showed.")] = ()
    languages: Annotated[tuple[LanguageCode, ...], Field(max_length=10, description="Languages they speak, best first.")] = ()
    interpreter: Annotated[bool, Field(description="Whether an interpreter is needed.")] = False
    photo_ref: Annotated[Text100 | None, Field(description="Attachment with their picture.")] = None
    contact_safe: Annotated[Text500 | None, Field(description="When and how it is safe to contact them.")] = None


class Identity(Person):
    """A client as the centre works with them. Sealed as identity."""

    profile: Annotated[Facts, Field(description="Operational copy of the profile.")]
