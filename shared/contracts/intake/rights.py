"""What a person asks of whoever keeps their data, and what came of it. To be forgotten is asked for by `erasure-requested`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.codes import Purpose, RefusalReason, Right, RightOutcome
from shared.contracts.intake.field import Text500
from shared.eventsourcing.event import Event, Sealed
from shared.privacy.classes import IDENTITY, Erased

RequestId = Annotated[UUID, Field(description="The request.")]
Asked = Annotated[Right, Field(description="Which right is exercised.")]
DueAnswer = Annotated[datetime | None, Field(description="By when the person must have been told.")]


class RequestWords(Sealed):
    """What a request says beyond its codes. Sealed as identity."""

    text: Annotated[Text500, Field(description="In the words of whoever wrote it down.")]


class RightsRequestReceived(Event, type="rights-request-received"):
    """A person asks to see their data, to have them corrected, or that a use of them stops."""

    request_id: RequestId
    right: Asked
    objects_to: Annotated[Purpose | None, Field(description="OBJECTION: the use that is to stop.")] = None
    due_answer: DueAnswer = None
    identity: Annotated[RequestWords | Erased | None, IDENTITY] = None


class RightsRequestDecided(Event, type="rights-request-decided"):
    """A request was granted, or refused for a reason that the law knows."""

    request_id: RequestId
    right: Asked
    outcome: Annotated[RightOutcome, Field(description="What was decided.")]
    reason: Annotated[RefusalReason | None, Field(description="REFUSED: why.")] = None
    identity: Annotated[RequestWords | Erased | None, IDENTITY] = None


class RightsRequestAnswered(Event, type="rights-request-answered"):
    """The person was told what came of their request."""

    request_id: RequestId
    right: Asked
