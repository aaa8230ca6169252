"""R1, R2, R3 together: any part dies at any moment, and nothing that was answered is lost or counted twice."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from deploy.embedded.stack import APIS, PARTS, PREPARED, WORKERS
from tests.chaos.conftest import Ground
from tests.chaos.load import Load
from tests.chaos.truth import findings
from tests.harness.processes import processes_of
from tests.harness.verdict import Tell
from tests.harness.wait import eventually

SEED = int(os.environ.get("CHAOS_SEED") or time.time())
CYCLES = int(os.environ.get("CHAOS_CYCLES") or 30)
LONG_CYCLES = 200
DECK = (*APIS, *APIS, "intake-api", "intake-api", *WORKERS, *WORKERS, "intake-worker", "reporting-worker") + ("postgres", "kafka") * 5
"""Thirty deaths: the way of a registration more often than the rest."""


@dataclass
class Campaign:
    """What was done, for the report."""

    seed: int
    month: str
    deaths: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_what_was_answered_is_stored_sent_and_counted_once_whoever_dies(ground: Ground, tell: Tell) -> None:
    await _campaign(ground, tell, CYCLES, Campaign(SEED, "2024-01"))


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_it_also_holds_over_many_deaths(ground: Ground, tell: Tell) -> None:
    await _campaign(ground, tell, LONG_CYCLES, Campaign(SEED + 1, "2024-02"))


async def _campaign(ground: Ground, tell: Tell, cycles: int, told: Campaign) -> None:
    draw = random.Random(told.seed)
    region, stack = ground.region, ground.region.stack
    began = time.monotonic()
    load = Load(region, month=told.month, seed=told.seed)
    async with load:
        for victim in _victims(draw, cycles):
            await asyncio.sleep(draw.uniform(0.1, 1.5))  # the random moment
            stack.kill(victim)
            told.deaths[victim] += 1
            await _goes_on(load, victim, told)
            # The next accident may come while this part still starts; one that is down can't be killed.
            if victim in PREPARED or draw.random() < 0.5:
                await stack.wait_ready(victim, 60)
    await region.ready()
    wrong = await findings(region, told.month, load.done) + await load.repeat(50)
    running = processes_of(stack.home.path)
    kept = set(PARTS) - {"migrations", "topics"}
    wrong += [f"{running[part]} processes of {part} run" for part in kept | set(running) if running[part] != 1]
    print(_report(told, load, time.monotonic() - began, wrong))
    counts = {"deaths": told.deaths.total(), "answered": load.answered, "tries without an outcome": sum(load.done.unknown.values())}
    tell("R1, R2, R3", what="any part dies at any moment", seed=told.seed, counts=counts, wrong=wrong)


def _victims(draw: random.Random, cycles: int) -> list[str]:
    """Each turn of the deck in another order."""
    victims: list[str] = []
    while len(victims) < cycles:
        victims += draw.sample(DECK, len(DECK))
    return victims[:cycles]


async def _goes_on(load: Load, victim: str, told: Campaign) -> None:
    """Registrations are answered again after the death, without anybody's help."""
    at, before = time.monotonic(), load.answered

    async def more() -> int:
        return load.answered - before

    await eventually(more, lambda n: n >= 3, what=f"answers after the death of {victim} (seed {told.seed})", seconds=60)
    told.slowest[victim] = max(told.slowest.get(victim, 0), time.monotonic() - at)


def _report(told: Campaign, load: Load, seconds: float, wrong: list[str]) -> str:
    done = load.done
    deaths = ", ".join(f"{name} {count}" for name, count in sorted(told.deaths.items()))
    slowest = ", ".join(f"{name} {value:.1f} s" for name, value in sorted(told.slowest.items(), key=lambda pair: -pair[1])[:3])
    return (
        f"\nseed {told.seed}: {told.deaths.total()} deaths in {seconds:.0f} s ({deaths})\n"
        f"{len(done.answers)} registrations answered, {sum(done.unknown.values())} tries without an outcome {dict(done.unknown)}, "
        f"{done.replayed} settled by the same key; longest silence: {slowest}\n"
        f"verdict: {'; '.join(wrong) or 'stored, sent and counted once each'}"
    )
