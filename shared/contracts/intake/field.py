"""Types of members that several of intake's facts share: bounds and descriptions of the published schemas."""

from typing import Annotated

from pydantic import Field

from shared.codes import Country, Currency, Isco, Language, PartialDate, Psgc
from shared.eventsourcing.event import Sealed

Text40 = Annotated[str, Field(min_length=1, max_length=40)]
Text100 = Annotated[str, Field(min_length=1, max_length=100)]
Text500 = Annotated[str, Field(min_length=1, max_length=500)]
Text2000 = Annotated[str, Field(min_length=1, max_length=2000)]

CountryCode = Annotated[Country, Field(min_length=3, max_length=3, description="ISO 3166-1 alpha-3; XXX unknown, XXA stateless.")]
IscoCode = Annotated[Isco, Field(min_length=1, max_length=4, description="Occupation, ISCO-08, one to four digits.")]
PsgcCode = Annotated[Psgc, Field(min_length=9, max_length=10, description="Place in the Philippine Standard Geographic Code.")]
Day = Annotated[PartialDate, Field(min_length=4, max_length=10, description="YYYY, YYYY-MM or YYYY-MM-DD.")]
Vintage = Annotated[str, Field(max_length=8, pattern=r"^(19|20)\d\d-[1-4]Q$", description="Edition of the PSGC beside every code of it.")]
LanguageCode = Annotated[Language, Field(min_length=3, max_length=3, description="ISO 639-3.")]
Org = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,31}$", max_length=32, description="Code of an agency or organisation.")]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", max_length=16, description="E.164.")]
Email = Annotated[str, Field(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$", max_length=254, description="Electronic mail address.")]
Version = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$", max_length=20)]
Months = Annotated[int, Field(ge=0, le=1200)]
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?$", max_length=17, description="Decimal, as a string.")]


class Money(Sealed):
    """An amount in one currency."""

    amount: Amount
    currency: Annotated[Currency, Field(min_length=3, max_length=3, description="ISO 4217.")]
