"""One store, one topic and one projection per test, on the shared Postgres and Kafka."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import asyncpg
import pytest

from deploy.embedded.stack import Stack
from shared.messaging.models import ensure_generation
from shared.messaging.topics import Topic, ensure
from tests.conftest import Database
from tests.integration.messaging.world import World

_count = itertools.count(1)


@pytest.fixture
async def world(stack: Stack, fresh_database: Callable[[str], Database]) -> AsyncIterator[World]:
    """A casework database with the projection `casework.ledger`, and a topic that nobody else uses."""
    database = fresh_database("casework")
    owner = await asyncpg.connect(database.owner)
    made = World(database, owner, stack.bootstrap, f"case-{next(_count)}")
    await ensure(stack.bootstrap, topics=[Topic(made.aggregate.topic)])
    await ensure_generation(owner, made.projection)
    yield made
    await made.close()
    await owner.close()
    database.drop()


@pytest.fixture
def running() -> Iterator[Callable[[Any], asyncio.Task[Any]]]:
    """running(loop) -> the task of its `run()`; stopped at the end of the test whatever became of it."""
    started: list[tuple[Any, asyncio.Task[Any]]] = []

    def start(loop: Any) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(loop.run())
        started.append((loop, task))
        return task

    yield start
    for loop, task in started:
        loop.stop()
        if not task.done() and not task.get_loop().is_closed():
            with contextlib.suppress(Exception, asyncio.CancelledError):
                task.get_loop().run_until_complete(asyncio.wait_for(task, 20))
