"""What people said about a centre, and which complaints wait."""

from shared.contracts.casework.feedback import FEEDBACK
from shared.eventsourcing.projection import Fact, Op, Projection

complaints = Projection("casework.complaints", version=2, topics=[FEEDBACK.topic])

TOLD = ("kind", "service_code", "about_service", "due_ack", "due_resolution")


@complaints.on("gabay.casework.feedback-recorded.v1")
def received(fact: Fact) -> Op:
    stage = "RECEIVED" if fact.data["kind"] == "COMPLAINT" else None
    told = (fact.data.get(name) for name in TOLD)
    return Op("receive", (fact.stream, fact.event_id, fact.ctx["centre"], *told, stage, fact.recorded_at))


@complaints.on("gabay.casework.complaint-progressed.v1")
def progressed(fact: Fact) -> Op:
    return Op("progress", (fact.stream, fact.data["stage"], fact.data["handler"]))


@complaints.on("gabay.casework.entry-voided.v1")
def never_true(fact: Fact) -> Op:
    return Op("void", (fact.data["event_id"],))
