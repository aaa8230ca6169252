"""Counts by hour, centre and kind: what the surge watch compares with (statistics chapter, section 14).

Unlike the watch itself this is a read model like any other: every fact once, and regrown from the topics at any time. It
counts whoever came, from open fields, and knows no person; an entry made void stays counted, as in the watch.
"""

from services.reporting.live.sources import TYPES, WATCHED, seen
from shared.eventsourcing.projection import Fact, Op, Projection

rollup = Projection("reporting.rollup", version=1, topics=("intake.client.v1", "intake.encounter.v1", "casework.stay.v1"))


@rollup.on(*(ce_type for ce_type, metric in TYPES.items() if metric in WATCHED))
def counted(fact: Fact) -> Op | None:
    """One row a fact, so that a fact that comes twice is counted once."""
    found = seen(fact.type, fact.data)
    return Op("counted", (fact.event_id, found.centre, found.metric, fact.occurred_at, found.n)) if found else None
