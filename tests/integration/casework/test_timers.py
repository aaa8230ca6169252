"""T4 of casework with a worker that dies around its append: complaints escalate and transfers are refused, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.casework.timers import timers
from shared.contracts.casework.case import CASE
from shared.contracts.casework.feedback import FEEDBACK
from shared.eventsourcing.event import Aggregate
from shared.eventsourcing.timer import Timers
from shared.messaging.timers import Ringing
from tests.integration.casework.desk import Desk
from tests.integration.casework.test_cases import a_case
from tests.integration.casework.test_feedback import COMPLAINT
from tests.integration.casework.test_transfers import offered
from tests.integration.deaths import Death, Died, heard, mortal

LATE = timedelta(days=60)


def timers_of(desk: Desk) -> Timers:
    return timers(lambda: desk.parts.region)


async def shown(desk: Desk, aggregate: Aggregate, stream: UUID) -> None:
    """The read model of the timers has had every fact of a stream."""
    projection = timers_of(desk).projection
    await desk.catch_up(projection, aggregate)
    version = await desk.parts.pool.fetchval("select version from stream where stream_id = $1", stream)
    await heard(desk, projection.consumer, stream, version)


async def rings(desk: Desk, death: Death) -> None:
    """A worker looks, sixty days from now; it may die."""
    ringing = Ringing(timers_of(desk), desk.parts.handle, desk.parts.pool, now=lambda: datetime.now(UTC) + LATE)
    with mortal(death):
        await ringing.round()


async def recorded(desk: Desk, stream: UUID) -> list[Any]:
    query = "select type from event where stream_id = $1 and data -> 'ctx' ->> 'actor' = 'system' order by version"
    return [row[0] for row in await desk.parts.pool.fetch(query, stream)]


async def a_complaint(desk: Desk) -> tuple[Aggregate, UUID]:
    made = await desk.as_("stf-r1").post("/v1/feedback", COMPLAINT | {"local_id": str(uuid4())})
    return FEEDBACK, UUID(made["id"])


async def a_transfer(desk: Desk) -> tuple[Aggregate, UUID]:
    case, ground = await a_case(desk.as_("stf-w1"))
    await offered(desk.as_("stf-w1"), case, ground)
    return CASE, UUID(case)


@pytest.mark.parametrize(("waits", "effect"), [(a_complaint, "complaint-progressed"), (a_transfer, "case-transfer-answered")])
async def test_t4_rings_once_wherever_its_worker_dies(route_desk: Desk, waits: Any, effect: str) -> None:
    desk = route_desk
    life = Death(None)
    aggregate, stream = await waits(desk)
    await shown(desk, aggregate, stream)
    await rings(desk, life)
    assert (await recorded(desk, stream), life.passed) == ([effect], 2)
    await shown(desk, aggregate, stream)
    for last in range(1, life.passed + 1):
        aggregate, stream = await waits(desk)
        await shown(desk, aggregate, stream)
        with pytest.raises(Died):
            await rings(desk, Death(last))
        await rings(desk, Death(None))  # at once: the read model has not heard of it
        await shown(desk, aggregate, stream)
        await rings(desk, Death(None))
        assert await recorded(desk, stream) == [effect], f"after a death at step {last}"
