"""The bodies of assistance in a case, as the centre app fills them in."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.casework.case.forms import GROUND, Version
from shared.codes import ConsularDocument, ConsularStage, Relation, ReturnStage, TracingAction, TracingOutcome, TracingStage
from shared.codes import VulnerabilityClass as Vulnerability
from shared.codes.valid import Day
from shared.contracts.casework.assistance import Name, Parting, Phone, Place, SoughtNames
from shared.contracts.casework.field import CountryCode, Score, Text
from shared.http.bodies import CommandBody, NewId, example
from shared.privacy.classes import NARRATIVE, PROFILE, PROTECTED
from shared.privacy.member import member

REQUEST = "0199a2b0-9991-7abc-8def-0123456789ab"
RETURN = "0199a2b0-9992-7abc-8def-0123456789ab"
TRACING = "0199a2b0-9993-7abc-8def-0123456789ab"
CONSENT = "0199a1f4-9000-7000-8000-000000000005"


def specific(purpose: str) -> dict[str, str]:
    """What the body of a step says that rests on a consent of its own."""
    return {"purpose": purpose, "basis": "CONSENT", "consent_id": CONSENT}


On = Annotated[Day | None, member("Day on which the stage was reached; left out: today. Not in the future.")]
Told = Annotated[Text | None, member("Note of the worker.", NARRATIVE)]


class PrepareConsularBody(CommandBody):
    """A request to a mission, under the client's consent to that mission (`consent_id`)."""

    model_config = example({**specific("CONSULAR"), "request_id": REQUEST, "document": "TRAVEL_DOCUMENT", "mission": "HND"})

    request_id: Annotated[NewId | None, member("Id of the request, drawn by your app.")] = None
    document: Annotated[ConsularDocument, member("What is asked for.", PROFILE, NARRATIVE)]
    mission: Annotated[CountryCode, member("Country whose mission is asked.", PROFILE, NARRATIVE)]
    on: On = None
    note: Told = None


class ProgressConsularBody(CommandBody):
    """The next stage of a request to a mission."""

    model_config = example({**specific("CONSULAR"), "stage": "SUBMITTED", "on": "2026-03-10"})

    stage: Annotated[ConsularStage, member("Stage that was reached. CANCELLED and HALTED need no consent.")]
    on: On = None
    expiry: Annotated[Day | None, member("Last day on which the issued document is valid.", PROFILE, NARRATIVE)] = None
    note: Told = None


class RequestReturnBody(CommandBody):
    """The wish to go home, under the consent to return (`consent_id`)."""

    model_config = example({**specific("RETURN"), "return_id": RETURN, "from_country": "KWT", "to_country": "PHL"})

    return_id: Annotated[NewId | None, member("Id of the return, drawn by your app.")] = None
    from_country: Annotated[CountryCode, member("Country that the client leaves.", PROFILE, NARRATIVE)]
    to_country: Annotated[CountryCode, member("Country to which the client returns.", PROFILE, NARRATIVE)]
    vulnerability_class: Annotated[Vulnerability | None, member("Class in the return programme.", PROFILE, NARRATIVE)] = None
    on: On = None
    assessment: Told = None


class ProgressReturnBody(CommandBody):
    """The next stage of a return, with what that stage asks for. WITHDRAWN needs nothing at all, and costs no service."""

    model_config = example(
        {**specific("RETURN"), "stage": "COUNSELLED", "on": "2026-03-10", "country_information": True, "alternatives": True}
    )

    stage: Annotated[ReturnStage, member("Stage that was reached.")]
    on: On = None
    vulnerability_class: Annotated[Vulnerability | None, member("Class in the return programme.", PROFILE, NARRATIVE)] = None
    assessment: Annotated[Text | None, member("What was found and agreed, in words.", NARRATIVE)] = None
    declaration_ref: Annotated[Name | None, member("VOLUNTARINESS_CONFIRMED: where the signed declaration is kept.", NARRATIVE)] = None
    country_information: Annotated[bool, member("COUNSELLED: information on the country was given.")] = False
    alternatives: Annotated[bool, member("COUNSELLED: the alternatives were explained.")] = False
    guardian: Annotated[bool, member("VOLUNTARINESS_CONFIRMED of a minor: the guardian agrees.")] = False
    fit_to_travel: Annotated[bool, member("MEDICALLY_CLEARED: fit to travel.")] = False
    escort: Annotated[bool | None, member("MEDICALLY_CLEARED: whether an escort is needed.", NARRATIVE)] = None
    document_held: Annotated[bool, member("TRAVEL_BOOKED: the travel document is in hand.")] = False
    wish_confirmed: Annotated[bool, member("TRAVEL_BOOKED: the client wishes it still.")] = False


class MeasureReintegrationBody(CommandBody):
    """The scores of a reintegration tool; entered, never computed here."""

    model_config = example(
        {**GROUND, "tool_version": "RSS-1", "months_since_return": 6, "economic": "0.55", "social": "0.7", "psychosocial": "0.6",
         "composite": "0.61"}
    )  # fmt: skip

    tool_version: Annotated[Version, member("Edition of the tool; its weights belong to it.")]
    months_since_return: Annotated[int, Field(ge=0, le=240), member("Whole months between arrival and measurement.")]
    economic: Annotated[Score, member("Economic dimension, decimal string from 0 to 1.", PROFILE, NARRATIVE)]
    social: Annotated[Score, member("Social dimension, decimal string from 0 to 1.", PROFILE, NARRATIVE)]
    psychosocial: Annotated[Score, member("Psychosocial dimension, decimal string from 0 to 1.", PROFILE, NARRATIVE)]
    composite: Annotated[Score, member("Composite score, decimal string from 0 to 1.", PROFILE, NARRATIVE)]


class OpenTracingBody(CommandBody):
    """The wish to find somebody, under the client's consent to tracing (`consent_id`)."""

    model_config = example(
        {**specific("TRACING"), "tracing_id": TRACING, "relation": "PARENT", "names": {"given": "<given>", "family": "<family>"},
         "last_place": "Tapachula, the bus terminal", "separation": {"date": "2026-02", "place": "Tapachula", "cause": "a raid"}}
    )  # fmt: skip

    tracing_id: Annotated[NewId | None, member("Id of the search, drawn by your app.")] = None
    sought_id: Annotated[UUID | None, member("The person's own id, if they are known (a client, a member of a household).")] = None
    relation: Annotated[Relation, member("Who the sought person is to the client.", PROFILE, NARRATIVE)]
    names: Annotated[SoughtNames, member("Their names.", PROTECTED)]
    last_place: Annotated[Place | None, member("Where they were seen last.", PROTECTED)] = None
    phone: Annotated[Phone | None, member("A number that may reach them.", PROTECTED)] = None
    separation: Annotated[Parting | None, member("How they were separated.", PROTECTED)] = None
    action: Annotated[TracingAction | None, member("How the person is to be searched for.")] = None
    on: On = None
    note: Told = None


class ProgressTracingBody(CommandBody):
    """The next stage of a search. Where somebody was found is told only with that person's own consent."""

    model_config = example({**specific("TRACING"), "stage": "IN_PROGRESS", "action": "REFER_ICRC"})

    stage: Annotated[TracingStage, member("Stage that was reached. SUSPENDED and CLOSED need no consent.")]
    on: On = None
    action: Annotated[TracingAction | None, member("How the person is searched for.")] = None
    outcome: Annotated[TracingOutcome | None, member("CLOSED: what came of it.", PROFILE, NARRATIVE)] = None
    last_place: Annotated[Place | None, member("Where they are, once they agreed; before, where they were seen.", PROTECTED)] = None
    phone: Annotated[Phone | None, member("A number that reaches them, once they agreed.", PROTECTED)] = None
    note: Told = None
