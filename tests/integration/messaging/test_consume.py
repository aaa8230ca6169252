"""The consumer loop: each version of a stream once, in order, or a stop that says why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import TopicPartition

from shared.errors import Hole
from shared.messaging import guard, replay
from shared.messaging.failures import Restart
from shared.messaging.positions import end_offsets
from shared.messaging.topics import Topic, ensure
from tests.harness.verdict import Tell
from tests.harness.wait import eventually
from tests.integration.messaging.world import World, planted, some_streams

Running = Callable[[Any], "asyncio.Task[Any]"]

ENTRIES = "select count(*) from ledger_v1.entry"
SEEN = "select count(*) from ledger_v1.seen"


async def applied(world: World, running: Running, count: int, **options: Any) -> Any:
    """Run a consumer until the ledger holds so many entries; returns it, stopped."""
    consumer = world.consumer(**options)
    task = running(consumer)
    await world.becomes(ENTRIES, count, what=f"{count} entries", task=task)
    consumer.stop()
    await task
    return consumer


async def test_every_fact_is_applied_once_and_in_order(world: World, running: Running) -> None:
    rows = some_streams(world, 30, 20)
    await world.send(*rows)
    await applied(world, running, len(rows), max_records=70)
    assert await world.value(SEEN) == len(rows)
    assert await world.value("select bool_and(last = 20) and count(*) = 30 from ledger_v1.total") is True
    assert await world.value(
        "select bool_and(ordered) from (select version = row_number() over (partition by stream_id order by n) as ordered "
        "from ledger_v1.seen) s"
    )


@pytest.mark.parametrize(("sharing", "ahead"), [(1, 2), (2, 1)])
async def test_who_is_alone_reads_two_batches_ahead_and_no_more(
    world: World, running: Running, monkeypatch: pytest.MonkeyPatch, sharing: int, ahead: int
) -> None:
    """Memory bounds what is in hand; what was read ahead is written in order, and all of it before the end is reached."""
    rows = some_streams(world, 20, 20)
    await world.send(*rows)
    (known,) = [n for topic, n in (await world.broker.partitions()).items() if topic == world.aggregate.topic]
    until = await end_offsets(world.broker, [TopicPartition(world.aggregate.topic, p) for p in range(known)])
    consumer = world.consumer(grouped=False, until=until, max_records=50, sharing=sharing)
    write, may_write = consumer.sink.write, asyncio.Event()

    async def held_up(*arguments: Any, **options: Any) -> Any:
        await may_write.wait()
        return await write(*arguments, **options)

    monkeypatch.setattr(consumer.sink, "write", held_up)
    task = running(consumer)

    async def in_hand() -> int:
        return len(consumer._hand)

    await eventually(in_hand, lambda held: held == 1 + ahead, what=f"{ahead} batches read ahead")
    for _ in range(200):
        await asyncio.sleep(0)
        assert len(consumer._hand) == 1 + ahead
    may_write.set()
    await asyncio.wait_for(task, 30)
    assert await world.value(SEEN) == await world.value(ENTRIES) == len(rows)


async def test_a_restart_goes_on_where_the_last_commit_was(world: World, running: Running) -> None:
    rows = some_streams(world, 10, 10)
    await world.send(*rows[:50])
    await applied(world, running, 50)
    await world.send(*rows[50:])
    await applied(world, running, 100)
    assert await world.value(SEEN) == 100
    assert await world.value("select sum(next) from consumed") == 100


async def test_repeats_are_skipped(world: World, running: Running) -> None:
    rows = some_streams(world, 10, 10)
    await world.send(*rows, *rows)
    task = running(world.consumer())
    await world.becomes("select sum(next) from consumed", 200, what="all records read", task=task)
    assert await world.value(SEEN) == await world.value(ENTRIES) == 100


async def read_twice(world: World, running: Running) -> int:
    """How often facts were applied that came twice."""
    row = world.row(uuid4(), 1)
    await world.send(row)
    await applied(world, running, 1)
    await world.send(row)
    consumer = world.consumer()
    task = running(consumer)
    await world.becomes("select sum(next) from consumed", 2, what="both records read", task=task)
    return int(await world.value(SEEN))


async def test_a_late_repeat_is_skipped(world: World, running: Running) -> None:
    assert await read_twice(world, running) == 1


async def test_the_test_of_repeats_sees_a_guard_that_is_off_by_one(world: World, running: Running) -> None:
    with planted("guard_less_than"):
        assert await read_twice(world, running) == 2


async def test_a_hole_stops_the_consumer_and_names_the_cure(world: World, running: Running) -> None:
    stream = uuid4()
    await world.send(world.row(stream, 1), world.row(stream, 3))
    with pytest.raises(Hole, match=rf"stream {stream} jumps from version 1 to 3\. .*gabay replay"):
        await asyncio.wait_for(world.consumer().run(), 30)
    assert await world.value(ENTRIES) == 0, "nothing of the batch with the hole is committed"


async def test_the_test_of_holes_sees_a_guard_that_jumps(world: World, running: Running) -> None:
    stream = uuid4()
    await world.send(world.row(stream, 1), world.row(stream, 3))
    with planted("holes_are_jumped"):
        await applied(world, running, 2)


async def test_a_replay_fills_a_hole(world: World, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [world.row(uuid4(), 1)]
    rows += [world.row(rows[0].stream_id, version) for version in (2, 3)]
    await world.store(*rows, pending=False)
    await world.send(rows[0], rows[2])
    with pytest.raises(Hole):
        await asyncio.wait_for(world.consumer().run(), 30)
    monkeypatch.setitem(replay.replay_topic.__globals__["BY_NAME"], world.aggregate.topic, Topic(world.aggregate.topic))
    count = await replay.replay(
        world.owner, world.broker, world.aggregate, "casework.ledger.v1", region="test", operator="stf-op",
        stream=rows[0].stream_id, from_version=1,
    )  # fmt: skip
    assert count == 3
    await applied(world, running, 3)
    assert await world.value(SEEN) == 3
    assert await world.value("select count(*) from operation_audit where operation = 'replay'") == 1


async def test_types_that_nobody_handles_move_the_guard(world: World, running: Running) -> None:
    stream = uuid4()
    await world.send(world.row(stream, 1, "noted"), world.row(stream, 2))
    strange = world.encoder.encode(world.row(stream, 3))
    headers = [(k, b"gabay.casework.invented.v1" if k == "ce_type" else v) for k, v in strange.headers]
    await world.send_raw(strange.key, strange.value, headers)
    newer = world.encoder.encode(world.row(stream, 4, amount=2, new_member=True))
    headers = [(k, v.replace(b":1.0", b":1.7") if k == "ce_dataschema" else v) for k, v in newer.headers]
    await world.send_raw(newer.key, newer.value, headers)
    await applied(world, running, 2)
    assert await world.value("select version from applied") == 4
    assert await world.value("select count(*) from parked") == 0


async def test_a_statement_that_refuses_one_row_parks_only_its_stream(world: World, running: Running) -> None:
    good, bad = uuid4(), uuid4()
    rows = [world.row(good, v) for v in range(1, 6)]
    rows[2:2] = [world.row(bad, 1), world.row(bad, 2, amount=2**31), world.row(bad, 3)]
    await world.send(*rows)
    await applied(world, running, 6)
    parked = await world.owner.fetch("select version, reason, error_class from parked order by version")
    assert [tuple(row) for row in parked] == [(2, "projection-error", "DataError"), (3, "behind", None)]


async def disk_full_for_a_while(world: World, running: Running) -> tuple[int, int]:
    """(parked, applied) after a disk that was full when the records came."""
    await world.owner.execute(
        "create table full_disk (left_over int); insert into full_disk values (1);"
        "create function ledger_v1.refuse() returns trigger language plpgsql as $$ begin "
        "if exists (select from public.full_disk) then raise exception 'no space' using errcode = '53100'; end if; return new; end $$;"
        "create trigger refuse before insert on ledger_v1.entry for each row execute function ledger_v1.refuse();"
        "grant select on full_disk to casework_worker"
    )
    await world.send(*some_streams(world, 5, 5))
    consumer = world.consumer()
    task = running(consumer)

    async def noticed() -> bool:
        return consumer.progress.state == "retrying" or await world.value("select count(*) > 0 from parked") or task.done()

    await eventually(noticed, what="a consumer that met the full disk")
    await world.owner.execute("delete from full_disk")
    await world.becomes(f"select ({ENTRIES}) + (select count(*) from parked)", 25, what="25 records dealt with", task=task)
    return int(await world.value("select count(*) from parked")), int(await world.value(ENTRIES))


async def test_a_full_disk_parks_nothing_and_heals_by_itself(world: World, running: Running) -> None:
    assert await disk_full_for_a_while(world, running) == (0, 25)


async def test_the_test_of_the_full_disk_sees_blamed_records(world: World, running: Running) -> None:
    with planted("full_disk_is_poison"):
        parked, _ = await disk_full_for_a_while(world, running)
    assert parked > 0


async def test_a_killed_connection_is_made_anew_and_nothing_is_applied_twice(world: World, running: Running) -> None:
    rows = some_streams(world, 20, 20)
    consumer = world.consumer(max_records=20)
    task = running(consumer)
    killer = await asyncpg.connect(world.database.role("postgres"))
    for start in range(0, len(rows), 50):
        await world.send(*rows[start : start + 50])
        await killer.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'casework.ledger.v1' and datname = current_database()"
        )
    await killer.close()
    await world.becomes(ENTRIES, len(rows), what="all entries", task=task)
    assert await world.value(SEEN) == len(rows)


async def test_two_members_share_the_partitions_and_apply_each_fact_once(world: World, running: Running) -> None:
    rows = some_streams(world, 40, 20)
    first = world.consumer(max_records=50)
    tasks = [running(first)]
    await world.send(*rows[:200])
    second = world.consumer(max_records=50)
    tasks.append(running(second))
    await world.send(*rows[200:500])

    async def both() -> bool:
        parts = [len(each.assignment.following) for each in (first, second)]
        return min(parts) > 0 and sum(parts) == 6

    await eventually(both, what="an assignment of six partitions to two members", seconds=60)
    await world.send(*rows[500:])
    await world.becomes(ENTRIES, len(rows), what="all entries", task=tasks[0])
    second.stop()
    await tasks[1]
    assert await world.value(SEEN) == len(rows)


async def test_kafkas_own_offsets_are_a_hint_and_nothing_else(world: World, running: Running) -> None:
    from aiokafka import TopicPartition

    rows = some_streams(world, 6, 6)
    await world.send(*rows)
    other = world.broker.consumer(group="casework.ledger.v1", partitions=6)
    await other.start()
    parts = [TopicPartition(world.aggregate.topic, p) for p in range(6)]
    other.assign(parts)
    await other.commit(await other.end_offsets(parts))
    await other.stop()
    await applied(world, running, 36)


async def applied_by_zombie_and_successor(world: World, running: Running, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many facts were applied when an owner fell asleep inside its transaction and another took over."""
    await world.send(*some_streams(world, 5, 4))
    asleep, awake = asyncio.Event(), asyncio.Event()
    sieve = guard.sieve

    async def sleepy(*arguments: Any, **options: Any) -> Any:
        decided = await sieve(*arguments, **options)
        if not asleep.is_set():
            asleep.set()
            await awake.wait()
        return decided

    monkeypatch.setattr(guard, "sieve", sleepy)
    zombie, successor = (world.consumer(grouped=False) for _ in range(2))
    tasks = [running(zombie)]
    await asyncio.wait_for(asleep.wait(), 20)
    tasks.append(running(successor))

    looking = await asyncpg.connect(world.database.role("postgres"))  # others do not see what a session waits for

    async def met() -> bool:
        waits = "select count(*) > 0 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        return bool(await looking.fetchval(waits)) or successor.progress.records > 0

    await eventually(met, what="a successor that waits for the zombie's locks, or has passed them by")
    await looking.close()
    awake.set()
    await world.becomes("select sum(next) >= 20 from consumed", True, what="all records read", task=tasks[0])

    async def settled() -> bool:
        return zombie.progress.waiting_since is None and successor.progress.waiting_since is None

    await eventually(settled, what="both owners at rest")
    return int(await world.value(SEEN))


@pytest.mark.parametrize("bug", [None, "offsets_row_not_locked"])
async def test_a_zombie_owner_applies_nothing_twice(
    world: World, running: Running, monkeypatch: pytest.MonkeyPatch, tell: Tell, bug: str | None
) -> None:
    with planted(bug) if bug else nullcontext():
        applied = await applied_by_zombie_and_successor(world, running, monkeypatch)
    wrong = [f"20 facts were applied {applied} times"] if applied != 20 else []
    tell("R7", what="an owner that sleeps in its transaction while another takes over", counts={"facts": 20}, wrong=wrong, bug=bug)


async def test_a_recreated_topic_stops_the_consumer_until_it_is_rewound(world: World, running: Running) -> None:
    rows = some_streams(world, 5, 4)
    await world.send(*rows)
    await applied(world, running, 20)
    admin = world.broker.admin()
    await admin.start()
    await admin.delete_topics([world.aggregate.topic])
    await admin.close()

    async def there() -> bool:
        return world.aggregate.topic in await world.broker.partitions()

    await eventually(there, lambda found: not found, what="a deleted topic")
    await ensure(world.broker, topics=[Topic(world.aggregate.topic)])
    await eventually(there, what="the topic made anew")
    with pytest.raises(Restart, match=r"topic was recreated: \./gabay consumers rewind casework\.ledger\.v1"):
        await asyncio.wait_for(world.consumer().run(), 30)
    await replay.rewind(world.owner, "casework.ledger.v1", operator="stf-op")
    await world.close()
    world._producer = None
    more = world.row(rows[0].stream_id, 5)
    await world.send(*rows, more)
    await applied(world, running, 21)
    assert await world.value(SEEN) == 21


async def test_a_log_that_begins_later_than_our_offset_asks_for_a_rebuild(world: World, running: Running) -> None:
    from aiokafka import TopicPartition
    from aiokafka.admin import RecordsToDelete

    # So many that no partition is empty: of thirty streams, once in forty times one was.
    await world.send(*some_streams(world, 150, 1))
    await world.owner.execute(
        "insert into consumed select 'casework.ledger.v1', $1, p, 0 from generate_series(0, 5) p", world.aggregate.topic
    )
    admin = world.broker.admin()
    await admin.start()
    await admin.delete_records({TopicPartition(world.aggregate.topic, p): RecordsToDelete(1) for p in range(6)})
    await admin.close()
    with pytest.raises(Restart, match="rebuild needed"):
        await asyncio.wait_for(world.consumer().run(), 30)


async def test_a_topic_that_does_not_exist_is_said(world: World) -> None:
    world.projection.topics = ("casework.nowhere.v1",)
    with pytest.raises(Restart, match=r"topic casework\.nowhere\.v1 does not exist"):
        await asyncio.wait_for(world.consumer().run(), 30)


async def test_a_missing_right_ends_the_loop_and_parks_nothing(world: World) -> None:
    await world.owner.execute("revoke insert on ledger_v1.entry from casework_worker")
    await world.send(*some_streams(world, 2, 2))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncio.wait_for(world.consumer().run(), 30)
    assert await world.value("select count(*) from parked") == 0


async def test_offsets_set_back_under_a_running_consumer_are_followed(world: World, running: Running) -> None:
    rows = some_streams(world, 3, 3)
    await world.send(*rows)
    consumer = world.consumer()
    task = running(consumer)
    await world.becomes(ENTRIES, 9, what="nine entries", task=task)
    await world.owner.execute("update consumed set next = 0")
    await world.send(world.row(rows[0].stream_id, 4))
    await world.becomes(ENTRIES, 10, what="the tenth entry", task=task)
    await world.becomes("select sum(next) from consumed", 10, what="offsets at the ends again", task=task)
    assert await world.value(SEEN) == 10
