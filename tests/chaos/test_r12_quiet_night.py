"""R12: nothing happens for a day. No loop is taken for a stuck one, and the first fact of the morning is applied at once.

The day is the process's own (tests/harness/clock.py): its calendar jumps, and what its loops and their watchdog measure runs
thirty times as fast. Six seconds are three minutes without a commit then; the planted watchdog bites after two.
"""

from __future__ import annotations

import time

import pytest

from tests.chaos.conftest import Ground
from tests.chaos.load import Load
from tests.chaos.truth import findings, new_clients
from tests.harness.clock import NIGHTFALL
from tests.harness.verdict import Tell
from tests.harness.wait import eventually

PARTS = ("intake-worker", "reporting-worker")  # the relay that sends it, the reader that applies it
NIGHT_S, AT_ONCE_S = 6, 2


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize(("bug", "month"), [(None, "2014-01"), pytest.param("watchdog_judges_offsets", "2014-02", marks=pytest.mark.long)])
async def test_after_a_quiet_day_the_first_fact_is_applied_at_once(ground: Ground, tell: Tell, bug: str | None, month: str) -> None:
    region, stack = ground.region, ground.region.stack

    def anew() -> list[str]:
        return [f"{part} was started anew" for part in PARTS if stack.pid(part) != before[part]]

    async def over() -> bool:
        return time.monotonic() - dusk >= NIGHT_S or bool(anew())

    async def applied() -> bool:
        return bool(load.answered) and (await new_clients(region, month)).total() >= load.answered

    async with ground.plantable.planted(bug, *PARTS):
        await region.quiet()
        before = {part: stack.pid(part) for part in PARTS}
        for part in PARTS:
            stack.kill(part, NIGHTFALL)
        dusk = time.monotonic()
        await eventually(over, what="the end of the night", seconds=2 * NIGHT_S)
        slept, load = time.monotonic() - dusk, Load(region, month=month, seed=12, apps=1, rate=0.1)
        wrong = anew()
        async with load:
            morning = time.monotonic()
            await eventually(applied, what="the first fact in the figures", pause=0.02)
            late = time.monotonic() - morning
        if not bug and late > AT_ONCE_S:
            wrong.append(f"applied {late:.1f} s after it was sent")
        wrong += await findings(region, month, load.done) + anew()
        for part in () if bug else PARTS:
            await stack.restart(part)  # back to everybody's day
    counts = {"idle": f"{slept:.0f} s as of 24 h", "applied after": f"{late:.2f} s"}
    tell("R12", what="a day without a record, then one", seed=12, counts=counts, wrong=wrong, bug=bug)
