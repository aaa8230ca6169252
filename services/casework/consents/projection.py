"""The consents on which casework rests: one short row for each, of CASE_MANAGEMENT alone.

This consumer reads every fact about every registered person, so it leaves whatever it does not need without a look.
"""

from collections.abc import Iterable

from shared.contracts.intake.client import CLIENT
from shared.eventsourcing.projection import Fact, Op, Projection

PURPOSE = "CASE_MANAGEMENT"

consents = Projection("casework.consents", version=1, topics=[CLIENT.topic])


@consents.on("gabay.intake.consent-given.v1")
def given(fact: Fact) -> Iterable[Op] | None:
    data = fact.data
    if data["purpose"] != PURPOSE:
        return None
    ops = [Op("give", (fact.stream, data["consent_id"], data.get("valid_to")))]
    if replaced := data.get("replaces"):
        ops.append(Op("end", (fact.stream, replaced, data["valid_from"])))
    return ops


@consents.on("gabay.intake.consent-withdrawn.v1")
def withdrawn(fact: Fact) -> Op | None:
    data = fact.data
    if data["purpose"] != PURPOSE:
        return None
    return Op("end", (fact.stream, data["consent_id"], data["effective"]))


@consents.on("gabay.intake.client-erased.v1")
def erased(fact: Fact) -> Op:
    return Op("forget", (fact.stream,))
