"""Which trainings a centre announced, and how many seats are taken."""

from shared.contracts.casework.training_session import TRAINING_SESSION
from shared.eventsourcing.projection import Fact, Op, Projection

sessions = Projection("casework.sessions", version=1, topics=[TRAINING_SESSION.topic])

TOLD = ("course", "provider", "sub_committee", "place", "starts", "capacity", "for_staff")


@sessions.on("gabay.casework.training-session-scheduled.v1")
def scheduled(fact: Fact) -> Op:
    return Op("schedule", (fact.stream, fact.ctx["centre"], *(fact.data[name] for name in TOLD), fact.recorded_at))


@sessions.on("gabay.casework.training-enrolled.v1")
def enrolled(fact: Fact) -> Op:
    return Op("seat", (fact.stream, fact.version, 1))


@sessions.on("gabay.casework.training-unenrolled.v1")
def unenrolled(fact: Fact) -> Op:
    return Op("seat", (fact.stream, fact.version, -1))


@sessions.on("gabay.casework.training-session-held.v1")
def held(fact: Fact) -> Op:
    return Op("hold", (fact.stream, fact.data["attendees"]))


@sessions.on("gabay.casework.training-session-cancelled.v1")
def cancelled(fact: Fact) -> Op:
    return Op("cancel", (fact.stream,))
