"""What operators are told of webhooks: taken, tried again, parked, and since when the oldest fact waits."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shared import telemetry
from shared.webhooks.deliver import GIVE_UP, Deliverer
from shared.webhooks.endpoint import Endpoint
from shared.webhooks.queue import Queue

ENDPOINT = Endpoint("desk", "https://hooks.acme.example/gabay", (b"k" * 32,), integrator="acme")
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


class World:
    """A queue with a clock that the test moves, and a receiver that answers `status`."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.status = 1_800_000_000.0, 204
        self.queue = Queue(path, clock=lambda: self.now)
        self.deliverer = Deliverer(ENDPOINT, self.queue, clock=lambda: self.now)
        self.told = {name: Kept() for name in ("DELIVERED", "RETRIED", "PARKED", "OLDEST_AGE")}
        for name, kept in self.told.items():
            monkeypatch.setattr(telemetry, f"WEBHOOK_{name}", kept)

        @asynccontextmanager
        async def answered(*_: Any, **__: Any) -> AsyncIterator[Any]:
            yield SimpleNamespace(status=self.status, aiter_stream=_nothing)

        monkeypatch.setattr(self.deliverer._pool, "stream", answered)

    def add(self, *streams: str) -> None:
        for stream in streams:
            self.queue.add(["desk"], stream, 1, f"e-{stream}", b"{}")

    def measured(self) -> tuple[float, float]:
        """(age of the oldest, parked), as told now."""
        self.deliverer.measure()
        return self.told["OLDEST_AGE"].value, self.told["PARKED"].value


async def _nothing() -> AsyncIterator[bytes]:
    for each in ():
        yield each


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = World(tmp_path / "hooks.db", monkeypatch)
    yield made
    made.queue.close()


async def test_what_was_taken_is_counted_and_nothing_waits(world: World) -> None:
    world.add("s-1", "s-2")
    assert await world.deliverer.once() == 2
    assert (world.told["DELIVERED"].value, world.told["DELIVERED"].labels) == (2, LABELS)
    assert world.told["RETRIED"].value == 0
    assert world.measured() == (0, 0)
    assert world.told["OLDEST_AGE"].labels == world.told["PARKED"].labels == LABELS


@pytest.mark.parametrize("status", [422, 503], ids=["refused", "away"])
async def test_what_failed_is_counted_as_tried_again_and_grows_old(world: World, status: int) -> None:
    world.add("s-1")
    world.now += 30
    world.add("s-2")
    world.status = status
    await world.deliverer.once()
    assert world.told["RETRIED"].value == 2
    world.now += 30
    assert world.measured() == (60, 0)
    assert world.told["DELIVERED"].value == 0


async def test_a_parked_endpoint_is_told_and_its_facts_grow_older_until_it_is_released(world: World) -> None:
    world.add("s-1")
    world.status = 410
    await world.deliverer.once()
    assert world.told["RETRIED"].value == 0, "nothing is tried again"
    world.now += 100
    assert world.measured() == (100, 1)
    world.queue.release("desk")
    assert world.measured() == (100, 0)


async def test_a_try_that_gives_up_is_none_that_is_repeated(world: World) -> None:
    world.add("s-1")
    world.status = 503
    await world.deliverer.once()
    world.now += GIVE_UP + 1
    await world.deliverer.once()
    assert world.told["RETRIED"].value == 1
    assert world.measured()[1] == 1


def test_an_endpoint_that_never_had_a_fact_is_neither_late_nor_parked(world: World) -> None:
    assert world.measured() == (0, 0)


def test_facts_in_a_file_of_an_older_release_wait_since_it_was_opened(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.db") as db:
        db.executescript(OLD)
    at: Callable[[], float] = iter([1000.0, 1060.0]).__next__
    queue = Queue(tmp_path / "old.db", clock=at)
    assert queue.measured("desk") == (60, False)
    queue.close()
