"""What may be shared of whom: the consents of SHARE_FOR_SERVICE, with what each keeps back from whom, contact blocks, and
the legal holds under which nobody deletes anything.

This consumer reads every fact about every registered person, so it leaves whatever it does not need without a look.
"""

from collections.abc import Iterable

from shared.contracts.casework.case import CASE
from shared.contracts.intake.client import CLIENT
from shared.eventsourcing.projection import Fact, Op, Projection

PURPOSE = "SHARE_FOR_SERVICE"

consents = Projection(
    "referrals.consents", version=4, topics=[CLIENT.topic, CASE.topic], forgets=["consent", "assessment", "narrowed", "alias", "hold"]
)


@consents.on("gabay.intake.consent-given.v1")
def given(fact: Fact) -> Iterable[Op] | None:
    data = fact.data
    if data["purpose"] != PURPOSE:
        return None
    # Item and organisation in one text each ("NAME@OWWA", "NAME@" from anybody): an array of arrays has no type in SQL.
    withheld = " ".join(f"{kept['item']}@{kept.get('from_org', '')}" for kept in data.get("withheld", ()))
    row = (
        fact.stream, data["consent_id"], data.get("recipient_org"), withheld, data.get("valid_to"), data.get("replaces"), fact.version,
    )  # fmt: skip
    ops = [Op("give", row)]
    if replaced := data.get("replaces"):
        ops.append(Op("end", (fact.stream, replaced, data["valid_from"], False)))
    return ops


@consents.on("gabay.intake.consent-withdrawn.v1")
def withdrawn(fact: Fact) -> Op | None:
    data = fact.data
    if data["purpose"] != PURPOSE:
        return None
    return Op("end", (fact.stream, data["consent_id"], data["effective"], True))


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
        Op("narrow", (fact.stream, other, each.get("recipient_org", ""), fact.version))
        for each in fact.data.get("narrowed", ())
        if each["purpose"] == PURPOSE
    ]


@consents.on("gabay.intake.legal-hold-placed.v1")
def held(fact: Fact) -> Op:
    return Op("hold", (fact.stream, fact.data["hold_id"], fact.data.get("until")))


@consents.on("gabay.intake.legal-hold-lifted.v1")
def lifted(fact: Fact) -> Op:
    return Op("lift", (fact.stream, fact.data["hold_id"]))


@consents.on("gabay.intake.client-erased.v1")
def erased(fact: Fact) -> Iterable[Op]:
    return [Op("forget", (fact.stream,)), Op("unblock", (fact.stream,))]


@consents.on("gabay.casework.protection-assessed.v1")
def assessed(fact: Fact) -> Op | None:
    """A contact block (non-refoulement) keeps a client from bodies of other states. It is set for any matter, so it tells none."""
    data, client_id = fact.data, fact.ctx.get("subject_id")
    if client_id is None:
        return None
    return Op("assess", (fact.event_id, client_id, fact.stream, data["assessment_id"], fact.version, data["contact_block"]))


@consents.on("gabay.casework.entry-voided.v1")
def voided(fact: Fact) -> Op:
    return Op("void", (fact.data["event_id"],))
