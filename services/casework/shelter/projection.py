"""Who stays where and for how long: the shelter of a centre."""

from collections.abc import Iterable

from shared.contracts.casework.stay import STAY
from shared.eventsourcing.projection import Fact, Op, Projection

shelter = Projection("casework.shelter", version=2, topics=[STAY.topic])


@shelter.on("gabay.casework.shelter-stay-started.v1")
def started(fact: Fact) -> Iterable[Op]:
    data, event = fact.data, fact.event_id
    return [
        Op("start", (fact.stream, event, fact.ctx["centre"], data.get("case_id"), data["unit_kind"], data["arrived"], fact.recorded_at)),
        Op("lodge", (fact.stream, fact.version, event, data.get("unit"), data["arrived"])),
        Op("expect", (fact.stream, fact.version, event, data["expected_exit"])),
    ]


@shelter.on("gabay.casework.shelter-stay-changed.v1")
def changed(fact: Fact) -> Iterable[Op]:
    data, event = fact.data, fact.event_id
    if day := data.get("expected_exit"):
        yield Op("expect", (fact.stream, fact.version, event, day))
    if unit := data.get("unit"):
        yield Op("lodge", (fact.stream, fact.version, event, unit, fact.occurred_at))


@shelter.on("gabay.casework.shelter-stay-ended.v1")
def ended(fact: Fact) -> Op:
    return Op("leave", (fact.stream, fact.event_id, fact.data["left"], fact.data["nights"]))


@shelter.on("gabay.casework.entry-voided.v1")
def never_true(fact: Fact) -> Op:
    return Op("void", (fact.data["event_id"],))
