"""Types of members that several of casework's facts share: bounds and descriptions of the published schemas."""

from typing import Annotated

from pydantic import Field

from shared.codes import Country

Text = Annotated[str, Field(min_length=1, max_length=2000)]
LongText = Annotated[str, Field(min_length=1, max_length=8000)]
Staff = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$")]
Org = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,31}$")]
Quantity = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?$")]
Score = Annotated[str, Field(pattern=r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$", description="Decimal between 0 and 1, as a string.")]
CentreCode = Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,6}-[0-9]{2}$", description="Code of a centre.")]
CountryCode = Annotated[Country, Field(min_length=3, max_length=3, description="ISO 3166-1 alpha-3; XXX unknown, XXA stateless.")]
