"""What operators are told of webhooks: taken, tried again, parked, and since when the oldest fact waits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared import telemetry
from shared.webhooks.deliver import GIVE_UP
from shared.webhooks.queue import Queue
from tests.unit.webhooks.world import World

LABELS = {"integrator": "acme", "endpoint": "desk"}
OLD = """
create table waiting (endpoint text, stream text, version int, id text not null, body blob not null, attempts int not null default 0,
  failing_since real, due real not null default 0, primary key (endpoint, stream, version)) without rowid;
insert into waiting (endpoint, stream, version, id, body) values ('desk', 's-1', 1, 'e-1', '{}');
"""


class Kept:
    """In place of an instrument: remembers the sum or the last value."""

    def __init__(self) -> None:
        self.value: float = 0
        self.labels: Any = None

    def add(self, amount: float, labels: Any) -> None:
        self.value, self.labels = self.value + amount, labels

    def set(self, amount: float, labels: Any) -> None:
        self.value, self.labels = amount, labels


class Measured(World):
    """told: what the instruments of webhooks remember."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(path, monkeypatch)
        self.told = {name: Kept() for name in ("DELIVERED", "RETRIED", "PARKED", "OLDEST_AGE")}
        for name, kept in self.told.items():
            monkeypatch.setattr(telemetry, f"WEBHOOK_{name}", kept)

    def measured(self) -> tuple[float, float]:
        """(age of the oldest, parked), as told now."""
        self.deliverer.measure()
        return self.told["OLDEST_AGE"].value, self.told["PARKED"].value


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Measured]:
    made = Measured(tmp_path / "hooks.db", monkeypatch)
    yield made
    made.queue.close()


async def test_what_was_taken_is_counted_and_nothing_waits(world: Measured) -> None:
    world.add("s-1", "s-2")
    assert await world.deliverer.once() == 2
    assert (world.told["DELIVERED"].value, world.told["DELIVERED"].labels) == (2, LABELS)
    assert world.told["RETRIED"].value == 0
    assert world.measured() == (0, 0)
    assert world.told["OLDEST_AGE"].labels == world.told["PARKED"].labels == LABELS


@pytest.mark.parametrize("status", [422, 503], ids=["refused", "away"])
async def test_what_failed_is_counted_as_tried_again_and_grows_old(world: Measured, status: int) -> None:
    world.add("s-1")
    world.now += 30
    world.add("s-2")
    world.answer = lambda _: status
    await world.deliverer.once()
    assert world.told["RETRIED"].value == 2
    world.now += 30
    assert world.measured() == (60, 0)
    assert world.told["DELIVERED"].value == 0


async def test_a_parked_endpoint_is_told_and_its_facts_grow_older_until_it_is_released(world: Measured) -> None:
    world.add("s-1")
    world.answer = lambda _: 410
    await world.deliverer.once()
    assert world.told["RETRIED"].value == 0, "nothing is tried again"
    world.now += 100
    assert world.measured() == (100, 1)
    world.queue.release("desk")
    assert world.measured() == (100, 0)


async def test_a_try_that_gives_up_is_none_that_is_repeated(world: Measured) -> None:
    world.add("s-1")
    world.answer = lambda _: 503
    await world.deliverer.once()
    world.now += GIVE_UP + 1
    await world.deliverer.once()
    assert world.told["RETRIED"].value == 1
    assert world.measured()[1] == 1


def test_an_endpoint_that_never_had_a_fact_is_neither_late_nor_parked(world: Measured) -> None:
    assert world.measured() == (0, 0)


def test_facts_in_a_file_of_an_older_release_wait_since_it_was_opened(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.executescript(OLD)
    at: Callable[[], float] = iter([1000.0, 1060.0]).__next__
    queue = Queue(tmp_path / "old.db", clock=at)
    assert queue.measured("desk") == (60, False)
    queue.close()
