"""Types of fields whose codes are too many for an enum, of days and instants, and of dates known in part.

A wrong code fails with pydantic error type `unknown_code` and ctx {"list": "/v1/codes/<List>"}, a wrong shape with
`bad_format`: the two codes of http.md section 7. No message repeats the value: it may be somebody's name in the wrong box.
"""

import re
from collections.abc import Callable, Container
from datetime import UTC, date, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from shared.codes import country, currency, isco, language, partial_date, psgc

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199

Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]
"""A day that somebody can mean: what follows from it (a pause, a time zone, months of following up) is a day too."""

Moment = Annotated[AwareDatetime, Field(ge=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), le=datetime(LAST_YEAR, 12, 31, tzinfo=UTC))]
"""The same of an instant."""


def _member_of(name: str, codes: Callable[[], Container[str]]) -> AfterValidator:
    path = f"/v1/codes/{name}"

    def check(code: str) -> str:
        if code not in codes():
            raise PydanticCustomError("unknown_code", "not a code of {list}", {"list": path})
        return code

    return AfterValidator(check)


def _shaped(shape: Callable[[str], bool], wanted: str) -> AfterValidator:
    def check(text: str) -> str:
        if not shape(text):
            raise PydanticCustomError("bad_format", "{wanted}", {"wanted": wanted})
        return text

    return AfterValidator(check)


_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])", re.ASCII)


def _is_month(text: str) -> bool:
    return _MONTH.fullmatch(text) is not None


Country = Annotated[str, _member_of("Country", country.codes)]
"""ISO 3166-1 alpha-3, XXX unknown, XXA stateless, XKX Kosovo."""

Language = Annotated[str, _member_of("Language", language.codes)]
"""ISO 639-3."""

Currency = Annotated[str, _member_of("Currency", currency.codes)]
"""ISO 4217."""

Psgc = Annotated[str, _member_of("Psgc", psgc.codes)]
"""Philippine Standard Geographic Code of any level, old codes included; its vintage stands beside it."""

Isco = Annotated[str, _member_of("Isco", isco.codes)]
"""ISCO-08, one to four digits."""

PartialDate = Annotated[str, _shaped(partial_date.valid, "YYYY, YYYY-MM or YYYY-MM-DD")]
"""A day, a month or a year (events.md: pdate)."""

Month = Annotated[str, _shaped(_is_month, "YYYY-MM")]
"""YYYY-MM: the finest date of a profile."""
