"""R14, short: a seeded world of repeats, restarts and old records in front of the guard; each version is applied once, in order."""

from __future__ import annotations

import random
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest

from shared.errors import Hole
from shared.messaging.batch import Entry
from shared.messaging.guard import Sieve
from tests.harness.verdict import Tell
from tests.planted import guard_less_than

SEEDS = 2_000


def simulate(seed: int) -> str:
    """One world: what went wrong in it, or nothing.

    Every stream's versions are sent in order, some of them again and again, also much later; the consumer reads in
    batches and dies before some commits, so that it reads those records again.
    """
    draw = random.Random(seed)
    log: list[tuple[str, int]] = []
    sent: dict[str, int] = defaultdict(int)
    for _ in range(draw.randint(1, 60)):
        stream = f"s{draw.randrange(5)}"
        if sent[stream] and draw.random() < 0.4:
            log.append((stream, draw.randint(1, sent[stream])))
        else:
            sent[stream] += 1
            log.append((stream, sent[stream]))
    guard: dict[str, int] = {}
    applied: list[tuple[str, int]] = []
    at = 0
    while at < len(log):
        size = draw.randint(1, 12)
        sieve = Sieve("simulated", dict(guard), set())
        try:
            batch = [place for place in log[at : at + size] if sieve.admit(_entry(*place))]
        except Hole as hole:
            return f"seed {seed}: a hole where there is none: {hole}"
        if draw.random() < 0.2:
            continue  # dead before the commit
        applied += batch
        guard |= sieve.moved
        at += size
    expected = {stream: list(range(1, versions + 1)) for stream, versions in sent.items()}
    found: dict[str, list[int]] = defaultdict(list)
    for stream, version in applied:
        found[stream].append(version)
    return "" if found == expected else f"seed {seed}: applied {dict(found)} of {dict(sent)}"


def _entry(stream: str, version: int) -> Entry:
    members: dict[str, Any] = dict.fromkeys(Entry._fields)
    return Entry(**(members | {"record": SimpleNamespace(), "stream": stream, "version": version, "type": "gabay.test.happened.v1"}))


def wrong_worlds(seeds: int) -> list[str]:
    return [found for seed in range(seeds) if (found := simulate(seed))]


def test_each_version_of_a_stream_is_applied_once_and_in_order(tell: Tell) -> None:
    tell("R14", what="simulated repeats, restarts and deaths", counts={"worlds": SEEDS}, wrong=wrong_worlds(SEEDS))


@pytest.mark.long
def test_it_also_holds_in_many_worlds() -> None:
    assert not wrong_worlds(100_000)


def test_a_guard_with_the_wrong_comparison_is_found_out(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sieve, "admit", Sieve.admit)  # put back at the end
    guard_less_than.plant()
    tell("R14", what="simulated repeats, restarts and deaths", counts={"worlds": 200}, wrong=wrong_worlds(200)[:1], bug="guard_less_than")


def test_a_hole_stops_the_consumer() -> None:
    with pytest.raises(Hole):
        Sieve("simulated", {"s": 1}, set()).admit(_entry("s", 3))
