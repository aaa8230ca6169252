"""No day or instant of a request lies where a pause, a time zone or a month added to it would leave the calendar.

A case whose follow-up was due on 9999-12-31 could not be read any more: seven days later is no day.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import pytest

from shared.http.bodies import CommandBody, Form
from tests.architecture.sources import SERVICES
from tests.architecture.test_operations import operations

# Members that a form takes over from a contract, which says what a fact may hold; the service judges them itself.
OF_A_CONTRACT = frozenset({"PersonChanges.birth_date", "PersonChanges.age_on"})


@cache
def forms(service: str) -> tuple[type[Form], ...]:
    """Bodies and queries of a service, and what they hold."""
    operations(service)

    def below(form: type[Form]) -> Iterator[type[Form]]:
        for each in form.__subclasses__():
            yield each
            yield from below(each)

    return tuple(form for form in below(Form) if form.__module__.startswith((f"services.{service}.", "shared.http.")))


def unbounded(said: Any, metadata: tuple[Any, ...] = ()) -> bool:
    """Whether a type has a day or an instant in it that says neither its first nor its last."""
    if get_origin(said) is Annotated:
        inner, *more = get_args(said)
        return unbounded(inner, (*metadata, *more))
    if said in (date, datetime) or (isinstance(said, type) and said.__name__ == "AwareDatetime"):
        rules = [rule for each in metadata for rule in (each, *getattr(each, "metadata", ()))]
        told = {name for name in ("ge", "le") if any(hasattr(rule, name) for rule in rules)}
        return told != {"ge", "le"}
    return any(unbounded(each) for each in get_args(said))


@pytest.mark.parametrize("service", SERVICES)
def test_every_day_and_instant_of_a_request_is_one_that_others_follow(service: str) -> None:
    loose = [
        f"{form.__name__}.{name}"
        for form in forms(service)
        for name, field in form.model_fields.items()
        # `occurred_at` is told by the runner, with a problem of its own.
        if name not in CommandBody.model_fields
        and f"{form.__name__}.{name}" not in OF_A_CONTRACT
        and unbounded(field.annotation, tuple(field.metadata))
    ]
    assert not loose, f"use Day or Moment of shared/codes/valid.py: {', '.join(loose)}"


@pytest.mark.parametrize("told", [date, date | None, Annotated[date | None, "words"], tuple[date, ...]])
def test_a_day_without_bounds_is_found(told: Any) -> None:
    assert unbounded(told)
