"""Bodies of the requests about a client."""

from typing import Annotated, Any
from uuid import UUID

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
from shared.codes import AmendReason, ConsentEnd, EncounterChannel, Functioning, FunctioningDomain, LegalBasis
from shared.codes.valid import Day
from shared.contracts.intake.client import CaseRequest
from shared.contracts.intake.episode import DepartureRecord, Economics, Return
from shared.contracts.intake.field import Phone, Text40, Version
from shared.contracts.intake.person import Facts, Person
from shared.http.bodies import EXAMPLE_CONSENT, EXAMPLE_EPISODE, EXAMPLE_ID, CommandBody, CreationBody, Form, NewId, example
from shared.privacy.classes import IDENTITY, PROFILE
from shared.privacy.member import member


def _derived(value: Any) -> None:
    raise PydanticCustomError("not_allowed_here", "")


Derived = Annotated[None, BeforeValidator(_derived), member("Worked out by the service: sending it is refused.")]
"""A member that the service works out by itself: sending it is refused."""

GROUND = {"purpose": "CASE_MANAGEMENT", "basis": "CONSENT", "consent_id": EXAMPLE_CONSENT}
ANSWER = {
    "given_by": "SELF", "form": "EXPLICIT", "method": "WRITTEN", "language": "krj", "interpreter": False, "notice_version": "2026-1",
    "assent": "NOT_NEEDED", "valid_from": "2026-03-02",
    "informed": {
        "purpose": True, "uses": True, "research_use": True, "right_to_request": True, "storage_period": True, "how_to_withdraw": True,
    },
}  # fmt: skip


class ProfileBody(Facts):
    """The coded facts of a registration. Month of birth and age band are derived."""

    birth_month: Derived = None
    birth_estimated: Derived = None
    age_band: Derived = None
    adult_child: Derived = None


class RegisterClientBody(CreationBody):
    """A person to be registered, with the answers to the questions for consent and the first facts of their journey."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True) | example(
        {
            "local_id": EXAMPLE_ID, "centre": "PH-ANT-01", "occurred_at": "2026-03-02T09:40:00+08:00", **GROUND,
            "registered_on": "2026-03-02", "channel": "WALK_IN", "open_case": True,
            "case_request": {"priority": "NORMAL", "confidential": False, "sub_committee": "MDI"},
            "identity": {
                "names": {"given": "<given names>", "family": "<family name>"}, "birth_date": "1991-06-14", "phones": ["+639000000000"],
                "languages": ["krj", "fil"], "interpreter": False,
            },
            "profile": {
                "client_types": ["RETURNEE"], "sex": "F", "nationality": ["PHL"], "residence_country": "PHL",
                "education": "HIGH_SCHOOL_GRADUATE",
            },
            "consents": [
                {"consent_id": EXAMPLE_CONSENT, "purpose": "CASE_MANAGEMENT", **ANSWER},
                {"consent_id": "0199a1f4-9000-7000-8000-000000000002", "purpose": "STATISTICS", **ANSWER},
            ],
        }
    )  # fmt: skip

    search_token: Annotated[
        str | None, Field(max_length=512), member("From `/v1/clients/search`; left out: the service searches itself.")
    ] = None
    registered_on: Annotated[Day, member("Day of registration; not in the future.")]
    channel: Annotated[EncounterChannel, member("How the contact came about.")]
    open_case: Annotated[bool, member("Whether the client wants continuing help: casework then opens a case.")] = False
    case_request: Annotated[CaseRequest | None, member("What you ask of casework; with `open_case` only.")] = None
    duplicates_seen: Annotated[
        tuple[NewId, ...], Field(max_length=50), member("Clients whom the search found and you took for other people.")
    ] = ()
    identity: Annotated[Person, member("Who they are and how to reach them.", IDENTITY)]
    profile: Annotated[ProfileBody, member("The coded facts; in the profile only with consent to STATISTICS.", IDENTITY, PROFILE)]
    consents: Annotated[tuple[ConsentAnswer, ...], Field(max_length=20), member("Answers to the questions for consent.")] = ()
    intention: Annotated[IntentionForm | None, member("A wish to leave.", IDENTITY, PROFILE)] = None
    departure: Annotated[DepartureForm | None, member("A departure.", IDENTITY, PROFILE)] = None
    return_: Annotated[ReturnForm | None, Field(alias="return"), member("A return.", IDENTITY, PROFILE)] = None
    transit_arrival: Annotated[ArrivalForm | None, member("An arrival on the way.", IDENTITY, PROFILE)] = None
    screening: Annotated[ScreeningForm | None, member("A screening of vulnerability.", IDENTITY, PROFILE)] = None


_SILENT = {"email": "Electronic mail address.", "psgc_mun": "Municipality of residence (PSGC).", "vintage": "Edition of the PSGC.",
           "isco": "Occupation, ISCO-08.", "residence_country": "ISO 3166-1 alpha-3."}  # fmt: skip
"""Members whose type says what they are."""


def _changes(title: str, model: type[BaseModel]) -> Any:
    """The members of a model, each optional: what is not sent stays, null clears."""
    optional: dict[str, Any] = {
        name: (Annotated[Annotated[field.annotation, Field(), *field.metadata] | None, member(field.description or _SILENT[name])], None)
        for name, field in model.model_fields.items()
    }
    made = create_model(title, __base__=Form, **optional)
    made.__doc__ = f"Members of {model.__name__} that change."
    return made


PersonChanges: Any = _changes("PersonChanges", Person)
FactsChanges: Any = _changes("FactsChanges", Facts)


class AmendClientBody(CommandBody):
    """What changed, or was wrong. A member that is not sent stays as it is; null clears it."""

    model_config = example({**GROUND, "reason": "NEW_FACT", "identity": {"phones": ["+639000000001"], "contact_safe": "after six"}})

    reason: Annotated[AmendReason, member("Why it changes.")]
    request_id: Annotated[UUID | None, member("The request for a correction that this carries out: it is granted with it.")] = None
    identity: Annotated[PersonChanges | None, member("What changes of the person.", IDENTITY)] = None
    profile: Annotated[FactsChanges | None, member("What changes of the coded facts.", IDENTITY, PROFILE)] = None


class GiveConsentBody(CommandBody, ConsentAnswer):
    """The answer to one question for consent; it is its own ground."""

    model_config = example(
        {"consent_id": "0199a1f4-9000-7000-8000-000000000003", "purpose": "SHARE_FOR_SERVICE", "recipient_org": "OWWA", **ANSWER}
    )

    basis: Annotated[LegalBasis | None, member("On what legal ground.")] = LegalBasis.CONSENT


class WithdrawConsentBody(CommandBody):
    """Why a consent ends, and from which day on (today)."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "reason": "CLIENT_WISH", "effective": "2026-06-01"})

    reason: Annotated[ConsentEnd, member("Why it ends.")]
    effective: Annotated[Day | None, member("First day without it; left out: today.")] = None


class ScreenBody(CommandBody, ScreeningForm):
    """A screening."""

    model_config = example(
        {
            **GROUND, "tool": "DOMV", "tool_version": "2026-1", "urgent": False, "priority": "NORMAL", "risk_level": "MEDIUM",
            "factors": [{"level": "INDIVIDUAL", "code": "RESOURCES", "polarity": "RISK", "severity": 2}],
        }
    )  # fmt: skip


class FunctioningBody(CommandBody):
    """The short set of the Washington Group: six questions, asked from five years of age."""

    model_config = example(
        {
            **GROUND, "tool_version": "WG-SS", "answers": {
                "SEEING": "SOME", "HEARING": "NO_DIFFICULTY", "WALKING": "A_LOT", "REMEMBERING": "NO_DIFFICULTY",
                "SELF_CARE": "NO_DIFFICULTY", "COMMUNICATING": "NO_DIFFICULTY",
            },
        }
    )  # fmt: skip

    tool_version: Annotated[Version, member("Edition of the questions.")]
    answers: Annotated[
        dict[FunctioningDomain, Functioning],
        Field(min_length=6, max_length=6),
        member("The answer for each of the six domains.", IDENTITY, PROFILE),
    ]


class IntentionBody(CommandBody, IntentionForm):
    """A wish to leave."""

    model_config = example(
        {
            **GROUND,
            "episode_id": EXAMPLE_EPISODE,
            "destination": "SAU",
            "expected": "2026-09",
            "channel": "LICENSED_AGENCY",
            "reason": "WORK",
        }
    )


class TransitArrivalBody(CommandBody, ArrivalForm):
    """An arrival on the way."""

    model_config = example(
        {
            **GROUND, "episode_id": EXAMPLE_EPISODE, "point": "Las Manos", "date": "2026-03-02", "departure_country": "VEN",
            "intended_destination": "USA", "mode": ["BUS", "FOOT"], "group_size": 3, "travel_group": "FAMILY_UNIT",
        }
    )  # fmt: skip


class DepartureBody(CommandBody, DepartureRecord):
    """A departure."""

    model_config = example(
        {
            **GROUND, "date": "2024-02-11", "destination": "SAU", "isco": "9111", "documented": "YES", "land_sea": "LAND",
            "hire_type": "NEW", "intended_months": 24, "channel": "LICENSED_AGENCY",
        }
    )  # fmt: skip


class ReturnBody(CommandBody, Return):
    """A return."""

    model_config = example(
        {
            **GROUND, "date": "2026-02-27", "from": "SAU", "reason": "CONTRACT_END", "voluntary": "YES", "distressed": False,
            "months_abroad": 24, "travel_group": "SINGLE_ADULT",
        }
    )  # fmt: skip


class EconomicsBody(CommandBody, Economics):
    """What a migration cost and first earned."""

    model_config = example(
        {
            **GROUND, "recruitment_cost": {"amount": "52000", "currency": "PHP"},
            "first_month_earnings": {"amount": "1500", "currency": "SAR"}, "fee_receipt": False, "channel": "LICENSED_AGENCY",
        }
    )  # fmt: skip


Asked = Annotated[str, Field(min_length=2, max_length=100)]


class SearchBody(Form):
    """Whom to look for. At least one of name, phone, document, card_code."""

    model_config = example({"name": "<given names> <family name>", "birth_date": "1991-06-14"})

    name: Annotated[Asked | None, member("Any names, in any order; spelling may differ.")] = None
    phone: Annotated[Phone | None, member("E.164.")] = None
    document: Annotated[Asked | None, member("Number of a paper.")] = None
    card_code: Annotated[Text40 | None, member("Code of the client's card.")] = None
    birth_date: Annotated[Day | None, member("Narrows a search by name.")] = None
