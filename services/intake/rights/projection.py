"""The register of requests of the persons whose data are kept, with what is due when: codes, ids and days, no words.

Whoever is forgotten leaves their requests behind without the id of the client: that they were answered, and when, must be
possible to show.
"""

from shared.codes import ErasureBasis, Right
from shared.contracts.intake.client import CLIENT
from shared.eventsourcing.projection import Fact, Op, Projection

rights = Projection("intake.rights", version=1, topics=[CLIENT.topic], forgets=["request"])


def _receive(fact: Fact, right: str) -> Op:
    data = fact.data
    asked = (data["request_id"], fact.stream, fact.ctx["centre"], right, data.get("objects_to"))
    return Op("receive", (fact.event_id, *asked, fact.occurred_at, data.get("due_answer"), fact.recorded_at))


@rights.on("gabay.intake.rights-request-received.v1")
def received(fact: Fact) -> Op:
    return _receive(fact, fact.data["right"])


@rights.on("gabay.intake.erasure-requested.v1")
def erasure_requested(fact: Fact) -> Op | None:
    """What retention or a court asks for is nobody's right."""
    return _receive(fact, Right.ERASURE) if fact.data["basis"] == ErasureBasis.SUBJECT_REQUEST else None


@rights.on("gabay.intake.rights-request-decided.v1")
def decided(fact: Fact) -> Op:
    return Op("decide", (fact.stream, fact.data["request_id"], fact.data["outcome"], fact.data.get("reason")))


@rights.on("gabay.intake.rights-request-answered.v1")
def answered(fact: Fact) -> Op:
    return Op("answer", (fact.stream, fact.data["request_id"], fact.occurred_at))


@rights.on("gabay.intake.client-erased.v1")
def erased(fact: Fact) -> Op:
    return Op("forget", (fact.stream, fact.data["request_id"], fact.occurred_at))
