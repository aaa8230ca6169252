"""R10: a read model regrows beside the live one: identical, resumable, and without a moment in which readers see half of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from shared.messaging import consume
from shared.messaging.models import drop_retired, ensure_generation, live_generation, swap
from shared.messaging.rebuild import Busy, Rebuilt, rebuild, rebuilding
from shared.messaging.write import folder
from tests.harness.verdict import Tell
from tests.integration.messaging.ledger.projection import ledger
from tests.integration.messaging.world import World, planted, some_streams

Running = Callable[[Any], "asyncio.Task[Any]"]
READERS = "readers of a model that is rebuilt while facts keep coming"


def rebuilt(world: World, **options: Any) -> Any:
    return rebuild(world.projection, owner_dsn=world.database.owner, worker_dsn=world.database.worker, broker=world.broker, **options)


async def live(world: World, running: Running, count: int) -> Any:
    consumer = world.consumer()
    task = running(consumer)
    await world.becomes("select count(*) from ledger.entry", count, what=f"{count} entries", task=task)
    return consumer


class Interrupted(Exception):
    pass


async def test_a_rebuild_interrupted_twice_equals_the_live_model(
    world: World, running: Running, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    rows = some_streams(world, 30, 30)
    await world.send(*rows)
    consumer = await live(world, running, len(rows))
    consumer.stop()
    committed = consume.Consumer._committed
    after = iter([2, 3])
    for _ in range(2):
        batches = iter(range(next(after)))

        def dies(self: Any, batch: Any, decided: Any, batches: Any = batches) -> None:
            committed(self, batch, decided)
            if next(batches, None) is None:
                raise Interrupted

        monkeypatch.setattr(consume.Consumer, "_committed", dies)
        with pytest.raises(Interrupted):
            await rebuilt(world, max_records=100)
    monkeypatch.setattr(consume.Consumer, "_committed", committed)
    read: list[tuple[int, int]] = []
    done = await rebuilt(world, max_records=100, told=lambda count, total: read.append((count, total)))
    assert done.version == 2
    assert 0 < done.records < len(rows), "the third attempt goes on where the second stopped"
    assert read[-1][1] == len(rows)
    wrong = [] if await world.ledger("ledger_v1") == await world.ledger("ledger_v2") else ["the regrown model is another"]
    applied = await world.value("select count(*) from ledger_v2.seen")
    wrong += [f"{applied} facts were applied of {len(rows)}"] if applied != len(rows) else []
    tell("R10", what="a rebuild that is interrupted twice", counts={"facts": len(rows)}, wrong=wrong)


async def readers_view(world: World, running: Running) -> tuple[list[int], Rebuilt]:
    """How many entries readers saw, look by look, while the model was rebuilt and facts kept coming."""
    rows = some_streams(world, 20, 30)
    await world.send(*rows[:300])
    await live(world, running, 300)
    seen: list[int] = []
    over = asyncio.Event()

    async def read() -> None:
        reader = await asyncpg.connect(world.database.app)
        while not over.is_set():
            seen.append(await reader.fetchval("select count(*) from ledger.entry"))
        await reader.close()

    async def go_on() -> None:
        for start in range(300, len(rows), 50):
            await world.send(*rows[start : start + 50])

    reading, sending = asyncio.create_task(read()), asyncio.create_task(go_on())
    done = await rebuilt(world, max_records=50)
    await sending
    over.set()
    await reading
    return seen, done


def what_readers_saw(seen: list[int]) -> list[str]:
    """What is wrong with it."""
    wrong = [] if min(seen) >= 300 else [f"readers saw {min(seen)} entries of 300"]
    return wrong + ([] if seen == sorted(seen) else ["a reader went back in time"])


async def test_readers_never_see_an_empty_model_and_never_go_back(world: World, running: Running, tell: Tell) -> None:
    seen, done = await readers_view(world, running)
    assert done.version == 2
    tell("R10", what=READERS, counts={"looks": len(seen)}, wrong=what_readers_saw(seen))


async def test_the_test_of_readers_sees_a_model_that_is_emptied_first(world: World, running: Running, tell: Tell) -> None:
    with planted("rebuild_truncates_first"):
        seen, _ = await readers_view(world, running)
    tell("R10", what=READERS, counts={"looks": len(seen)}, wrong=what_readers_saw(seen), bug="rebuild_truncates_first")


async def test_two_rebuilds_of_one_model_are_refused(world: World) -> None:
    other = await asyncpg.connect(world.database.owner)
    await other.execute("select pg_advisory_lock(hashtextextended('casework.ledger', 1))")
    assert await rebuilding(world.owner, "casework.ledger")
    with pytest.raises(Busy):
        await rebuilt(world)
    await other.close()
    await rebuilt(world)
    assert not await rebuilding(world.owner, "casework.ledger")


async def test_changed_code_leaves_the_old_generation_to_its_readers_until_the_rebuild(world: World, running: Running) -> None:
    await world.send(*some_streams(world, 3, 3))
    consumer = await live(world, running, 9)
    consumer.stop()
    changed = ledger(world.aggregate.topic, version=2)
    tables = (folder(changed) / "tables.sql").read_text() + "create table extra (n int);"
    assert await ensure_generation(world.owner, changed, tables=tables)
    assert not await ensure_generation(world.owner, changed)
    assert await live_generation(world.owner, changed) is None
    assert await world.value("select count(*) from ledger.entry") == 9
    world.projection = changed
    await rebuilt(world)
    assert await live_generation(world.owner, changed) == 2
    assert await world.value("select count(*) from ledger.extra") == 0
    assert await world.value("select state from generation where version = 1") == "RETIRED"


async def test_a_retired_generation_goes_with_what_its_consumer_remembered(world: World, running: Running) -> None:
    await world.send(*some_streams(world, 3, 3))
    consumer = await live(world, running, 9)
    consumer.stop()
    await rebuilt(world)
    assert await drop_retired(world.owner, world.projection) == []
    assert await drop_retired(world.owner, world.projection, older_than_hours=0) == [1]
    assert await world.value("select count(*) from consumed where consumer = 'casework.ledger.v1'") == 0
    assert await world.value("select count(*) from applied where consumer = 'casework.ledger.v2'") == 3
    assert await world.value("select count(*) from pg_namespace where nspname = 'ledger_v1'") == 0


async def test_roles_have_the_rights_they_need_and_no_more(world: World) -> None:
    app, worker = [await asyncpg.connect(dsn) for dsn in (world.database.app, world.database.worker)]
    assert await app.fetchval("select count(*) from ledger.entry") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.fetchval("select count(*) from ledger_v1.entry")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("delete from ledger.entry")
    await worker.execute("delete from ledger_v1.entry")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await worker.execute("drop table ledger_v1.entry")
    await swap(world.owner, world.projection, 1)
    assert await app.fetchval("select count(*) from ledger.entry") == 0
    for connection in (app, worker):
        await connection.close()
