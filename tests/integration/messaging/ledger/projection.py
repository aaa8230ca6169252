"""A read model for tests: payments, their totals, and how often each was applied."""

from collections.abc import Iterable

from shared.eventsourcing.projection import Fact, Op, Projection


def ledger(topic: str, version: int = 1) -> Projection:
    made = Projection("casework.ledger", version=version, topics=[topic])

    @made.on("gabay.casework.paid.v1")
    def paid(fact: Fact) -> Iterable[Op]:
        amount = fact.data["amount"]
        if amount == 13:
            raise ValueError("this handler fears thirteen")
        return [
            Op("enter", (fact.event_id, fact.stream, fact.version, amount, fact.occurred_at)),
            Op("add", (fact.stream, amount, fact.version)),
            Op("see", (fact.stream, fact.version)),
        ]

    @made.on("gabay.casework.client-erased.v1")
    def erased(fact: Fact) -> Op:
        return Op("purge", (fact.stream,))

    return made
