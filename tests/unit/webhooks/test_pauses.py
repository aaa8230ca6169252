"""How long a receiver that fails is left alone, and that one fact which it cannot take holds up its own stream only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.webhooks.deliver import FIRST, GIVE_UP, LONGEST
from tests.unit.webhooks.world import World


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = World(tmp_path / "hooks.db", monkeypatch)
    yield made
    made.queue.close()


async def test_sixteen_deliveries_that_fail_together_are_one_failure_and_not_a_pause_of_six_hours(world: World) -> None:
    world.add(*(f"s-{n:02}" for n in range(16)))
    world.answer = lambda id_: 503
    await world.deliverer.once()
    world.now += FIRST * 1.2
    await world.deliverer.once()
    world.now += FIRST * 2.4
    world.answer = lambda id_: 204
    assert await world.deliverer.once() == 1


async def test_one_fact_that_breaks_the_receiver_holds_up_its_own_stream_only(world: World) -> None:
    world.add("s-00")
    world.answer = lambda id_: 500 if id_ == "e-s-00" else 204
    await world.deliverer.once()
    for n in range(1, 10):
        world.add(f"s-{n:02}")
        world.now += LONGEST * 1.2
        await world.deliverer.once()
    assert world.taken == [f"e-s-{n:02}" for n in range(1, 10)]
    world.now += GIVE_UP
    await world.deliverer.once()
    assert world.parked == "refuses a fact with status 500 for three days"


async def test_a_receiver_that_is_away_for_three_days_is_parked(world: World) -> None:
    world.add("s-00", "s-01")
    world.answer = lambda id_: 503
    await world.deliverer.once()
    world.now += GIVE_UP + 1
    await world.deliverer.once()
    assert world.parked == "failed with status 503 for three days"
