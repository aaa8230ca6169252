"""R15: one part after the other gets the next release under load, and then the last one again.

The next release is played by a relay that adds a member to registrations, and by a reader that knows it. Each service has one
process here, so tries during its restart get no answer; that every one is answered in the end is what is judged.
"""

from __future__ import annotations

import pytest

from tests.chaos.conftest import Ground
from tests.chaos.load import Load
from tests.chaos.truth import findings
from tests.harness.region import Region
from tests.harness.verdict import Tell
from tests.harness.wait import eventually

STEP = 15


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("bug", "month"), [(None, "2017-01"), ("next_release_needs_its_member", "2017-02")])
async def test_a_release_comes_and_goes_under_load(ground: Ground, tell: Tell, bug: str | None, month: str) -> None:
    region, stack = ground.region, ground.region.stack
    load = Load(region, month=month, seed=15)

    async def goes_on() -> None:
        before = load.answered

        async def more() -> bool:
            return load.answered >= before + STEP

        await eventually(more, what=f"{STEP} more answers", seconds=60)

    async with load:
        await goes_on()
        # Readers first, as the upgrade chapter says: they pass over what they do not know.
        async with ground.plantable.planted(bug, "reporting-worker"):
            if bug is None:
                await stack.restart("reporting-worker")
            await _reads(region)
            for part in ("casework-worker", "referrals-worker", "intake-api"):
                await stack.restart(part)
                await goes_on()
            async with ground.plantable.planted("next_release_adds_a_member", "intake-worker"):
                await goes_on()
        await goes_on()
    wrong = await findings(region, month, load.done)
    counts = {"answered": load.answered, "tries during restarts": sum(load.done.unknown.values()), "never answered": len(load.done.refused)}
    tell("R15", what="rolling upgrade and back", seed=15, counts=counts, wrong=wrong, bug=bug)
    assert not load.done.refused


async def _reads(region: Region) -> None:
    """Reporting's reader has come back and moves on."""

    async def at() -> int:
        return int((await region.rows("reporting", "select coalesce(sum(next), 0) from consumed"))[0][0])

    before = await at()
    await eventually(at, lambda now: now >= before + 10, what="ten records more read by reporting", seconds=90)
