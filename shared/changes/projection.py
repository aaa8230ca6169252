"""Every fact of a service's own topics as one row of its change feed.

A row keeps the place of its record on the topic. A reader's cursor holds the place reached in each partition: the rows of
one partition become visible in its order, because one consumer writes them, so nothing is ever passed over. A number drawn
at the insert would not do: transactions commit in another order than they draw.
"""

from collections.abc import Iterable

from shared.eventsourcing.event import Aggregate
from shared.eventsourcing.projection import Fact, Op, Projection


def changes(service: str, aggregates: Iterable[Aggregate]) -> Projection:
    """The feed of the facts of these aggregates."""
    own = tuple(aggregates)
    feed = Projection(f"{service}.changes", version=1, topics=[a.topic for a in own], statements="shared.changes")

    @feed.on(*{aggregate.ce_type(name) for aggregate in own for name in aggregate.events})
    def changed(fact: Fact) -> Op:
        _, aggregate, _ = fact.topic.split(".")
        place = (fact.topic, fact.partition, fact.offset)
        return Op("add", (*place, fact.ctx["centre"], aggregate, fact.stream, fact.version, fact.type, fact.recorded_at))

    return feed
