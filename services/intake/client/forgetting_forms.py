"""Bodies of the requests about holds and erasure."""

from typing import Annotated
from uuid import UUID

from shared.codes import ErasureBasis, HoldReason
from shared.codes.valid import Day
from shared.http.bodies import CommandBody, NewId, example
from shared.privacy.member import member

EXAMPLE_HOLD = "0199a1f4-9000-7000-8000-0000000000c1"
EXAMPLE_REQUEST = "0199a1f4-9000-7000-8000-0000000000c2"


class PlaceHoldBody(CommandBody):
    """A law's no to forgetting."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "hold_id": EXAMPLE_HOLD, "reason": "COURT_ORDER", "until": "2099-12-31"})

    hold_id: Annotated[NewId | None, member("Id of the hold; left out: one is drawn.")] = None
    reason: Annotated[HoldReason, member("What forbids to forget.")]
    until: Annotated[Day | None, member("Last day; left out: until it is lifted.")] = None


class LiftHoldBody(CommandBody):
    """A hold falls."""

    model_config = example({"purpose": "CASE_MANAGEMENT"})


class RequestErasureBody(CommandBody):
    """Somebody is to be forgotten. Somebody else will carry it out."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "request_id": EXAMPLE_REQUEST, "erasure_basis": "SUBJECT_REQUEST"})

    request_id: Annotated[NewId | None, member("Id of the request; left out: one is drawn.")] = None
    erasure_basis: Annotated[ErasureBasis, member("On what ground the person is forgotten.")]


class EraseClientBody(CommandBody):
    """Carry out a request."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "request_id": EXAMPLE_REQUEST, "force": False})

    request_id: Annotated[UUID, member("The request.")]
    force: Annotated[bool, member("Erase although a case, a stay or a referral is open: they are ended.")] = False
