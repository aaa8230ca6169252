"""Bodies of the requests about the rights of a person to their own data."""

from typing import Annotated

from pydantic import Field

from shared.codes import Purpose, RefusalReason, Right, RightOutcome
from shared.http.bodies import CommandBody, NewId, example
from shared.http.command import CentreCode
from shared.http.listing import ListQuery
from shared.privacy.classes import IDENTITY
from shared.privacy.member import member

Words = Annotated[str | None, Field(min_length=1, max_length=500), member("What the codes do not say, in your words.", IDENTITY)]


class ReceiveRightsRequestBody(CommandBody):
    """Somebody exercises a right. To be forgotten is asked for by `POST /v1/clients/{id}/erasure`."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "right": "CORRECTION", "text": "The birth date is another."})

    request_id: Annotated[NewId | None, member("Id of the request; left out: one is drawn.")] = None
    right: Annotated[Right, member("ACCESS, CORRECTION or OBJECTION.")]
    objects_to: Annotated[Purpose | None, member("Of an objection: the use that is to stop.")] = None
    text: Words = None


class DecideRightsRequestBody(CommandBody):
    """Grant a request, or refuse it for a reason that the law knows. An erasure is granted by carrying it out."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "outcome": "REFUSED", "reason": "LEGAL_DUTY"})

    outcome: Annotated[RightOutcome, member("What is decided.")]
    reason: Annotated[RefusalReason | None, member("Of a refusal: why.")] = None
    text: Words = None


class AnswerRightsRequestBody(CommandBody):
    """The person was told."""

    model_config = example({"purpose": "CASE_MANAGEMENT"})


class RegisterQuery(ListQuery):
    """Which requests to list."""

    centre: Annotated[CentreCode | None, member("Of this centre.")] = None
    right: Annotated[Right | None, member("Of this right.")] = None
    open: Annotated[bool | None, member("Only those whose answer is due, or only those that were answered.")] = None
    overdue: Annotated[bool, member("Only those whose answer is late.")] = False
