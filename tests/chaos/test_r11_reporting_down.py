"""R11: reporting is hard down. Intake, casework, referrals and the search go on as if it had never been; then it catches up."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from tests.chaos.conftest import Ground
from tests.chaos.load import Load
from tests.chaos.truth import findings
from tests.harness.clock import CLOCK
from tests.harness.verdict import Tell
from tests.harness.wait import eventually

DOWN = ("reporting-api", "reporting-worker")
OTHERS = ("intake", "casework", "referrals")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("bug", "month", "people"), [(None, "2018-01", 100), ("readiness_asks_reporting", "2018-02", 20)])
async def test_nobody_else_notices_that_reporting_is_down(ground: Ground, tell: Tell, bug: str | None, month: str, people: int) -> None:
    await _down(ground, tell, bug, month, people, 0)


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_nobody_else_notices_for_ten_minutes(ground: Ground, tell: Tell) -> None:
    await _down(ground, tell, None, "2018-03", 100, 600)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("bug", "month"), [(None, "2018-04"), pytest.param("readers_begin_at_the_end", "2018-05", marks=pytest.mark.long)])
async def test_a_reader_that_was_dead_for_a_week_catches_up(ground: Ground, tell: Tell, bug: str | None, month: str) -> None:
    """By its own clock: it wakes seven days later than what it reads first, and than its group was last heard of."""
    stack, load = ground.region.stack, Load(ground.region, month=month, seed=11)
    await stack.stop_part("reporting-worker")
    async with load:
        await eventually(lambda: _answered(load), lambda n: n >= 60, what="60 answers", seconds=60)
    back = time.monotonic()
    async with ground.plantable.planted(bug, "reporting-worker"), ground.plantable.given({CLOCK: str(7 * 86_400)}, "reporting-worker"):
        wrong = await findings(ground.region, month, load.done, seconds=20 if bug else 90)
    counts = {"answered meanwhile": load.answered, "caught up after": f"{time.monotonic() - back:.1f} s"}
    tell("R11", what="a reader dead for a week", seed=11, counts=counts, wrong=wrong, bug=bug)


async def _answered(load: Load) -> int:
    return load.answered


async def _down(ground: Ground, tell: Tell, bug: str | None, month: str, people: int, seconds: float) -> None:
    region, stack = ground.region, ground.region.stack
    load = Load(region, month=month, seed=11)
    async with ground.plantable.planted(bug, "intake-api"):
        for part in DOWN:
            await stack.stop_part(part)
        began = time.monotonic()
        try:
            async with load:

                async def enough() -> bool:
                    return load.answered >= people and time.monotonic() - began >= seconds

                await eventually(enough, what=f"{people} answers", seconds=60 + seconds)
            wrong = await _noticed(ground) + [f"tries without an outcome: {dict(load.done.unknown)}"] * bool(load.done.unknown)
        finally:
            for part in DOWN:
                await stack.start_part(part)
    back = time.monotonic()
    wrong += await findings(region, month, load.done)
    counts = {"answered meanwhile": load.answered, "caught up after": f"{time.monotonic() - back:.1f} s"}
    tell("R11", what="reporting down", seed=11, counts=counts, wrong=wrong, bug=bug)


async def _noticed(ground: Ground) -> list[str]:
    """What the other services lack while reporting is down."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        probes = await asyncio.gather(*(http.get(f"{ground.region.url(service)}/health/ready") for service in OTHERS))
    wrong = [f"{service} is not ready ({each.text})" for service, each in zip(OTHERS, probes, strict=True) if each.status_code != 200]
    async with ground.region.client("intake", "supervisor") as http:
        found = await http.post("/v1/clients/search", json={"name": "Marisol Banegas"}, headers={"Gabay-Purpose": "CASE_MANAGEMENT"})
    return wrong + ([f"the search answered {found.status_code}"] if found.status_code != 200 else [])
