"""`GET /v1/changes`: what an app that was away asks first; ids and codes, never content (http chapter, section 5).

The cursor holds the place reached in each partition of the service's topics, and the feed's generation: see
`shared/changes/projection.py` for why it can pass over nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import Field

from shared.changes.projection import EVERYBODY
from shared.eventsourcing.event import Aggregate, instant
from shared.eventsourcing.sql import Statements
from shared.http.answer import Answer
from shared.http.authorise import Resource
from shared.http.bodies import Form
from shared.http.call import Call
from shared.http.command import CommandRouter
from shared.http.problems import Problem
from shared.http.reach import NOBODY, reach_of
from shared.messaging.topics import BY_NAME
from shared.privacy.member import member

SQL: Final = Statements("shared.changes")
KEPT: Final = timedelta(days=400)
"""How long a change is kept, and a cursor is good for."""

Place = tuple[str, int]
"""A topic and a partition of it."""


class ChangesQuery(Form):
    """From where to go on."""

    after: Annotated[str | None, Field(max_length=1_500), member("`next` of the answer before; left out: from the oldest kept.")] = None
    limit: Annotated[int, Field(ge=1, le=500), member("Changes of an answer.")] = 200


def changes_router(
    aggregates: Iterable[Aggregate],
    *,
    hidden: str | None = None,
    sides: Callable[[Call], Iterable[str]] = lambda call: (),
    operators: Callable[[Call], Mapping[str, str]] = lambda call: NOBODY,
) -> CommandRouter:
    """The change feed over the facts of these aggregates; `call.parts.pool` reads it.

    hidden: the function with which somebody hears of hidden streams that are not theirs; sides: the audiences of a caller
    beside their centres; operators: centre -> organisation, where the staff of one hears what the other does.
    """
    router = CommandRouter("service")
    topics = tuple(aggregate.topic for aggregate in aggregates)
    places: tuple[Place, ...] = tuple((topic, n) for topic in topics for n in range(BY_NAME[topic].partitions))

    @router.read("GET", "/v1/changes", action="changes", query=ChangesQuery)
    async def read_changes(call: Call) -> Answer:
        """What moved at your centres, or on your organisation's side, since the last answer: ids, versions and types. Ask at
        most every 15 seconds."""
        pool, query, now = call.parts.pool, call.query, call.runtime.now()
        generation = await pool.fetchval(SQL.generation) or 0
        bound = f"changes\n{call.caller.principal}"
        reached = dict.fromkeys(places, -1)
        if query.after is not None:
            made, told = call.runtime.cursors.read(query.after, bound_to=bound, generation=generation)
            if made < (now - KEPT).timestamp():
                raise Problem("cursor-expired")
            reached |= {(topic, n): place for topic, row in told.items() for n, place in enumerate(row) if (topic, n) in reached}
        centres = [c for c in sorted(call.caller.centres) if call.may("changes", Resource(centre=c, device=call.caller.device))]
        seeing = [c for c in centres if hidden and call.may(hidden, Resource(centre=c))]
        audiences = [*centres, *sides(call), EVERYBODY]
        reach = reach_of(call.caller.subject, "changes", operators(call))
        columns = [topic for topic, _ in places], [n for _, n in places], [reached[place] for place in places]
        rows = await pool.fetch(SQL.next, *columns, audiences, query.limit + 1, call.caller.staff_id, seeing, reach)
        shown = in_order(rows)[: query.limit]
        reached |= {(row["topic"], row["partition"]): row["position"] for row in shown}
        position = {topic: [reached[topic, n] for n in range(BY_NAME[topic].partitions)] for topic in topics}
        following = call.runtime.cursors.write([int(now.timestamp()), position], bound_to=bound, generation=generation)
        names = ("aggregate", "id", "version", "type")
        items = [{**{name: row[name] for name in names}, "recorded_at": instant(row["recorded_at"])} for row in shown]
        return await call.show({"items": items, "next": following, "caught_up": len(rows) <= query.limit})

    return router


def in_order(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows of several partitions by the time of their recording, each partition in its own order: that of the cursor.

    rows: by topic, partition and position.
    """
    waiting: dict[Place, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        waiting[row["topic"], row["partition"]].append(row)
    keyed = []
    for place, line in waiting.items():
        latest = line[0]["recorded_at"]
        for row in line:
            latest = max(latest, row["recorded_at"])
            keyed.append(((latest, place, row["position"]), row))
    return [row for _, row in sorted(keyed, key=lambda each: each[0])]
