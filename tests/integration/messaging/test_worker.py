"""A whole worker: relay, read model, reactions and health in one process, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from shared.compose import Parts
from shared.eventsourcing.database import open_pool
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.store import PostgresStore
from shared.messaging.models import swap
from shared.messaging.rebuild import rebuild
from shared.messaging.worker import Worker
from shared.settings import Settings
from tests.harness.wait import eventually
from tests.integration.messaging.world import World, some_streams


@asynccontextmanager
async def parts(settings: Settings, *, appended: Any) -> AsyncIterator[Parts]:
    pool = await open_pool(settings.database_url, minimum=1, maximum=4)
    try:
        yield Parts(settings, pool, None, None, Handle(PostgresStore(pool), None, appended=appended))  # type: ignore[arg-type]
    finally:
        await pool.close()


def a_worker(world: World, *loops: Any) -> Worker:
    settings = Settings(
        mode="test", service="casework", process="worker", region="test", database_url=world.database.worker,
        kafka_bootstrap=world.broker.bootstrap, health_port=0,
    )  # fmt: skip
    return Worker(settings, (world.aggregate,), (world.projection,), None, loops, parts)


async def probe(worker: Worker, path: str) -> int:
    return worker.health.answer(path)[0]


async def test_what_is_stored_becomes_visible_in_the_read_model_and_the_worker_ends_clean(world: World) -> None:
    worker = a_worker(world)
    running = asyncio.create_task(worker.run())
    rows = some_streams(world, 10, 10)
    await world.store(*rows)
    await world.becomes("select count(*) from ledger.entry", 100, what="100 entries", task=running)
    assert await probe(worker, "/health/ready") == await probe(worker, "/health/progress") == 200
    assert {each.name for each in worker.progress()} == {"casework.relay", "casework.ledger.v1"}
    worker.stop()
    assert await probe(worker, "/health/ready") == 503
    assert await asyncio.wait_for(running, 20) == 0
    assert await world.value("select count(*) from pg_stat_activity where datname = current_database() and usename like '%worker'") == 0


async def test_a_hole_ends_the_worker_with_70(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    stream = uuid4()
    await world.send(world.row(stream, 1), world.row(stream, 3))
    assert await asyncio.wait_for(a_worker(world).run(), 60) == 70
    assert f"--for casework.ledger.v1 --stream {stream}" in capsys.readouterr().err


async def test_a_loop_of_the_service_that_fails_ends_the_worker_with_70(world: World) -> None:
    async def timer(given: Parts) -> None:
        assert isinstance(given.handle, Handle)
        raise ZeroDivisionError

    assert await asyncio.wait_for(a_worker(world, timer).run(), 60) == 70


async def test_a_worker_moves_over_to_a_generation_that_was_swapped_in(world: World) -> None:
    worker = a_worker(world)
    worker.FOLLOW_S = 0.1
    running = asyncio.create_task(worker.run())
    await world.store(*some_streams(world, 5, 5))
    await world.becomes("select count(*) from ledger.entry", 25, what="25 entries", task=running)
    await rebuild(world.projection, owner_dsn=world.database.owner, worker_dsn=world.database.worker, broker=world.broker)
    await world.store(*some_streams(world, 5, 5))
    await world.becomes("select count(*) from ledger_v2.entry", 50, what="new facts in the new generation", task=running)
    assert await world.value("select count(*) from ledger.entry") == 50
    worker.stop()
    assert await asyncio.wait_for(running, 20) == 0


async def test_a_worker_waits_for_the_generation_of_its_code(world: World) -> None:
    world.projection.version = 3
    worker = a_worker(world)
    worker.FOLLOW_S = 0.1
    running = asyncio.create_task(worker.run())

    async def waits() -> bool:
        return any(each.name == "casework.ledger" and each.state == "retrying" for each in worker.progress())

    await eventually(waits, what="a worker that says what it waits for")
    await rebuild(world.projection, owner_dsn=world.database.owner, worker_dsn=world.database.worker, broker=world.broker)
    await world.store(*some_streams(world, 2, 2))
    await world.becomes("select count(*) from ledger_v3.entry", 4, what="entries in generation 3", task=running)
    worker.stop()
    assert await asyncio.wait_for(running, 20) == 0
    await swap(world.owner, world.projection, 3)
