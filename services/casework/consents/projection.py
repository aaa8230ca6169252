"""The consents on which casework rests: one short row for each, of the purposes that a command or a reaction here asks for.

This consumer reads every fact about every registered person, so it leaves whatever it does not need without a look.
"""

from collections.abc import Iterable

from shared.contracts.intake.client import CLIENT
from shared.eventsourcing.projection import Fact, Op, Projection

PURPOSES = frozenset({"CASE_MANAGEMENT", "CONSULAR", "RETURN", "TRACING", "FOLLOW_UP_CONTACT"})

consents = Projection("casework.consents", version=4, topics=[CLIENT.topic], forgets=["consent", "narrowed", "alias"])


@consents.on("gabay.intake.consent-given.v1")
def given(fact: Fact) -> Iterable[Op] | None:
    data = fact.data
    if data["purpose"] not in PURPOSES:
        return None
    row = (fact.stream, data["consent_id"], data["purpose"], data.get("recipient_org"), data.get("valid_to"), fact.version)
    ops = [Op("give", row)]
    if replaced := data.get("replaces"):
        ops.append(Op("end", (fact.stream, replaced, data["valid_from"])))
    return ops


@consents.on("gabay.intake.consent-withdrawn.v1")
def withdrawn(fact: Fact) -> Op | None:
    data = fact.data
    if data["purpose"] not in PURPOSES:
        return None
    return Op("end", (fact.stream, data["consent_id"], data["effective"]))


@consents.on("gabay.intake.client-records-merged.v1")
def merged(fact: Fact) -> Iterable[Op]:
    """What the other record does not permit rests here, until the client is asked again."""
    return _narrowed(fact, fact.data["retired_id"])


@consents.on("gabay.intake.client-retired.v1")
def retired(fact: Fact) -> Iterable[Op]:
    survivor = fact.data["survivor_id"]
    return [Op("follow", (fact.stream, survivor)), *_narrowed(fact, survivor)]


@consents.on("gabay.intake.client-records-unmerged.v1")
def unmerged(fact: Fact) -> Op:
    return Op("widen", (fact.stream, fact.data["retired_id"]))


@consents.on("gabay.intake.client-reinstated.v1")
def reinstated(fact: Fact) -> Iterable[Op]:
    return [Op("follow", (fact.stream, None)), Op("widen", (fact.stream, fact.data["survivor_id"]))]


def _narrowed(fact: Fact, other: str) -> list[Op]:
    return [
        Op("narrow", (fact.stream, other, each["purpose"], each.get("recipient_org", ""), fact.version))
        for each in fact.data.get("narrowed", ())
        if each["purpose"] in PURPOSES
    ]


@consents.on("gabay.intake.client-erased.v1")
def erased(fact: Fact) -> Op:
    return Op("forget", (fact.stream,))
