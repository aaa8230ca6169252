"""Bodies of the requests about a client."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError

from services.intake.client.forms import (
    ArrivalForm,
    ConsentAnswer,
    DepartureForm,
    IntentionForm,
    ReturnForm,
    ScreeningForm,
)
from shared.codes import AmendReason, ConsentEnd, EncounterChannel, LegalBasis
from shared.contracts.intake.client import CaseRequest
from shared.contracts.intake.episode import DepartureRecord, Economics, Return
from shared.contracts.intake.field import Phone, Text40
from shared.contracts.intake.person import Facts, Person
from shared.http.bodies import CommandBody, CreationBody, Form, NewId


def _derived(value: Any) -> None:
    raise PydanticCustomError("not_allowed_here", "")


Derived = Annotated[None, BeforeValidator(_derived)]
"""A member that the service works out by itself: sending it is refused."""


class ProfileBody(Facts):
    """The coded facts of a registration. Month of birth and age band are derived."""

    birth_month: Derived = None
    birth_estimated: Derived = None
    age_band: Derived = None
    adult_child: Derived = None


class RegisterClientBody(CreationBody):
    """A person to be registered, with the answers to the questions for consent and the first facts of their journey."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    search_token: Annotated[str, Field(max_length=512)] | None = None
    registered_on: date
    channel: EncounterChannel
    open_case: bool = False
    case_request: CaseRequest | None = None
    duplicates_seen: Annotated[tuple[NewId, ...], Field(max_length=50)] = ()
    identity: Person
    profile: ProfileBody
    consents: Annotated[tuple[ConsentAnswer, ...], Field(max_length=20)] = ()
    intention: IntentionForm | None = None
    departure: DepartureForm | None = None
    return_: Annotated[ReturnForm | None, Field(alias="return")] = None
    transit_arrival: ArrivalForm | None = None
    screening: ScreeningForm | None = None


def _changes(name: str, model: type[BaseModel]) -> Any:
    """The members of a model, each optional: what is not sent stays, null clears."""
    optional: dict[str, Any] = {
        member: (Annotated[field.annotation, Field(description=field.description), *field.metadata] | None, None)
        for member, field in model.model_fields.items()
    }
    made = create_model(name, __base__=Form, **optional)
    made.__doc__ = f"Members of {model.__name__} that change."
    return made


PersonChanges: Any = _changes("PersonChanges", Person)
FactsChanges: Any = _changes("FactsChanges", Facts)


class AmendClientBody(CommandBody):
    """What changed, or was wrong. A member that is not sent stays as it is; null clears it."""

    reason: AmendReason
    identity: PersonChanges | None = None
    profile: FactsChanges | None = None


class GiveConsentBody(CommandBody, ConsentAnswer):
    """The answer to one question for consent; it is its own ground."""

    basis: LegalBasis | None = LegalBasis.CONSENT


class WithdrawConsentBody(CommandBody):
    """Why a consent ends, and from which day on (today)."""

    reason: ConsentEnd
    effective: date | None = None


class ScreenBody(CommandBody, ScreeningForm):
    """A screening."""


class IntentionBody(CommandBody, IntentionForm):
    """A wish to leave."""


class TransitArrivalBody(CommandBody, ArrivalForm):
    """An arrival on the way."""


class DepartureBody(CommandBody, DepartureRecord):
    """A departure."""


class ReturnBody(CommandBody, Return):
    """A return."""


class EconomicsBody(CommandBody, Economics):
    """What a migration cost and first earned."""


Asked = Annotated[str, Field(min_length=2, max_length=100)]


class SearchBody(Form):
    """Whom to look for. At least one of name, phone, document, card_code."""

    name: Asked | None = None
    phone: Phone | None = None
    document: Asked | None = None
    card_code: Text40 | None = None
    birth_date: date | None = None
