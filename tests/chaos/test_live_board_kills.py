"""The live board dies under load: nothing authoritative is lost, and it comes back to the counts that it would have had.

What it holds may be lost by design; that it is not, as long as its changelog stands, is what makes the board worth looking at.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from deploy.embedded.stack import LIVE
from tests.chaos.conftest import Ground
from tests.chaos.load import Load, Registration
from tests.chaos.truth import findings
from tests.harness.region import Region
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
Counts = Counter[tuple[str, str]]


class Today(Load):
    """People who are registered now, whatever month they are counted in: the board shows no older events."""

    def begun(self) -> Registration:
        made = super().begun()
        made.body["occurred_at"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return made


STORED = """
select 'registrations', data -> 'ctx' ->> 'centre', count(*) from event where type = 'client-registered'
   and occurred_at > now() - interval '2 days' group by 2
"""
SHOWN = """
select metric, centre, sum(n) from live.live_window
 where metric = 'registrations' and starts_at > now() - interval '2 days' group by 1, 2
"""
PAST = "select metric, centre, sum(n) from rollup.hourly where metric = 'registrations' and hour > now() - interval '2 days' group by 1, 2"
UNREAD = "select coalesce(sum(ends - next), 1) + (max(looked_at) < $1)::int from live.source"


async def test_a_killed_board_comes_back_to_the_same_counts(ground: Ground) -> None:
    assert await _die(ground, "2024-05") == []


@pytest.mark.long
async def test_a_board_that_counts_what_comes_again_is_found_out(ground: Ground) -> None:
    async with ground.plantable.planted("live_counts_again", LIVE):
        assert any("live board" in each for each in await _die(ground, "2024-06"))


async def _die(ground: Ground, month: str) -> list[str]:
    """Kill it in the middle of a load; what is wrong when all is quiet again."""
    region, stack = ground.region, ground.region.stack
    await stack.wait_ready(LIVE)
    stored, shown, past = await _settled(region)
    load = Today(region, month=month, seed=6, rate=60)
    async with load:
        await _answered(load, 60)
        # Once a second it writes what it shows: it has read some of this load, and committed little of it.
        await eventually(lambda: _shown_since(region, shown), what="registrations on the live board")
        stack.kill(LIVE)
        await _answered(load, load.answered + 60)
    await stack.wait_ready(LIVE)
    wrong = await findings(region, month, load.done, readers=("reporting",))
    now_stored, now_shown, now_past = await _settled(region)
    came = now_stored - stored
    if now_shown - shown != came:
        wrong.append(f"the live board counted {now_shown - shown}, {came} came")
    if now_past - past != came:
        wrong.append(f"the counts by hour have {now_past - past}, {came} came")
    return wrong


async def _settled(region: Region) -> tuple[Counts, Counts, Counts]:
    """Registrations as stored, as the board shows them and as counted by hour, once all is read."""
    await region.quiet(readers=("reporting",))
    since = (await region.rows("reporting", "select clock_timestamp()"))[0][0]

    async def unread() -> int:
        return int((await region.rows("reporting", UNREAD, since))[0][0])

    await eventually(unread, lambda n: n == 0, what="everything read by the live board", seconds=90)
    return await _counts(region, "intake", STORED), await _counts(region, "reporting", SHOWN), await _counts(region, "reporting", PAST)


async def _counts(region: Region, database: str, query: str) -> Counts:
    return Counter({(row[0], row[1]): int(row[2]) for row in await region.rows(database, query)})


async def _shown_since(region: Region, before: Counts) -> bool:
    return bool((await _counts(region, "reporting", SHOWN) - before).total())


async def _answered(load: Load, many: int) -> None:
    async def enough() -> bool:
        return load.answered >= many

    await eventually(enough, what=f"{many} answered registrations")
