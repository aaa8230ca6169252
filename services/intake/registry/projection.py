"""Who is registered where: one short row a client, of open fields only. Lists and the review of duplicates read it."""

from collections.abc import Iterable

from shared.contracts.intake.client import CLIENT
from shared.eventsourcing.projection import Fact, Op, Projection

registry = Projection("intake.registry", version=2, topics=[CLIENT.topic], forgets=["client"])


@registry.on("gabay.intake.client-registered.v1")
def registered(fact: Fact) -> Op:
    data = fact.data
    unseen = max(0, data["search_hits"] - len(data.get("duplicates_seen", ())))
    row = (
        fact.stream, fact.ctx["centre"], data["registered_on"], data["channel"], data["open_case"], data["search_hits"], unseen,
        fact.recorded_at,
    )  # fmt: skip
    return Op("register", row)


@registry.on("gabay.intake.client-records-merged.v1", "gabay.intake.duplicates-reviewed.v1")
def reviewed(fact: Fact) -> Op:
    """Whoever merged a record, or rejected others, has looked."""
    return Op("review", (fact.stream,))


@registry.on("gabay.intake.client-retired.v1")
def retired(fact: Fact) -> Iterable[Op]:
    return [Op("retire", (fact.stream, fact.data["survivor_id"])), Op("review", (fact.stream,))]


@registry.on("gabay.intake.client-reinstated.v1")
def reinstated(fact: Fact) -> Op:
    return Op("retire", (fact.stream, None))


@registry.on("gabay.intake.client-erased.v1")
def erased(fact: Fact) -> Op:
    return Op("forget", (fact.stream,))
