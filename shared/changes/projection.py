"""Every fact of a service's own topics as one row of its change feed.

A row keeps the place of its record on the topic. A reader's cursor holds the place reached in each partition: the rows of
one partition become visible in its order, because one consumer writes them, so nothing is ever passed over. A number drawn
at the insert would not do: transactions commit in another order than they draw.

Who may hear of a fact is written by the same consumer, so it never lags behind the fact itself.
"""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from shared.eventsourcing.event import Aggregate
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.privacy.classes import FieldClass

EVERYBODY = "*"
"""The audience of what is nobody's in particular."""

Hearing = Callable[[Fact], Iterable[Op]]


def changes(
    service: str,
    aggregates: Iterable[Aggregate],
    *,
    hearing: Mapping[str, Hearing] | None = None,
    public: Iterable[Aggregate] = (),
    leaving: Iterable[str] = (),
    opens: Iterable[FieldClass] = (),
) -> Projection:
    """The feed of the facts of these aggregates.

    hearing: `ce_type` -> what its facts say of who may hear of their stream (`hide`, `show`, `assign`, `address`).
    public: aggregates of which every member of staff hears. leaving: `ce_type` of facts that are the last of which those who
    were addressed hear. opens: classes that `hearing` needs opened.
    """
    own, told, last = tuple(aggregates), hearing or {}, frozenset(leaving)
    everywhere = {aggregate.topic for aggregate in public}
    feed = Projection(f"{service}.changes", version=4, topics=[a.topic for a in own], opens=opens, statements="shared.changes")

    @feed.on(*{aggregate.ce_type(name) for aggregate in own for name in aggregate.events})
    def changed(fact: Fact) -> Iterable[Op]:
        if fact.type in told:
            yield from told[fact.type](fact)
        _, aggregate, _ = fact.topic.split(".")
        audience = EVERYBODY if fact.topic in everywhere else fact.ctx["centre"]
        place = (fact.topic, fact.partition, fact.offset)
        yield Op("add", (*place, audience, aggregate, fact.stream, fact.version, fact.type, fact.recorded_at))
        if fact.type in last:
            yield Op("leave", (fact.stream,))

    return feed


def hide(fact: Fact) -> Op:
    """From this fact on the stream is for its worker and for those who may see such streams."""
    return Op("hide", (fact.stream, fact.event_id))


def show(fact: Fact, event_id: UUID | str) -> Op:
    """What hid the stream never was true."""
    return Op("show", (fact.stream, event_id))


def assign(fact: Fact, worker: str) -> Op:
    """Whose the stream is from now on; an empty text: nobody's."""
    return Op("assign", (fact.stream, worker))


def address(fact: Fact, audience: str) -> Op:
    """Who hears of this stream from this fact on, beside the centre of each."""
    return Op("address", (fact.stream, audience))
