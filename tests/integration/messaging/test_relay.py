"""The relay: everything that was committed reaches its topic, in order per stream, whatever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest
from aiokafka.errors import KafkaTimeoutError

from shared.errors import GabayError
from shared.eventsourcing.event import Aggregate
from shared.messaging.cloudevents import Encoder
from shared.messaging.failures import Restart
from shared.messaging.relay import SQL, Flight, Relay
from shared.messaging.session import connect
from tests.harness.wait import eventually
from tests.integration.messaging.world import Paid, World, planted, some_streams

Running = Callable[[Any], "asyncio.Task[Any]"]


def versions_per_stream(records: list[Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for record in records:
        found.setdefault(record.stream, []).append(record.version)
    return found


async def emptied(world: World, relay: Relay, running: Running) -> None:
    task = running(relay)
    await world.becomes("select count(*) from outbox", 0, what="an empty outbox", task=task)
    relay.stop()
    await task


async def test_every_committed_event_reaches_its_topic_once_and_in_order(world: World, running: Running) -> None:
    rows = some_streams(world, 40, 60)
    await world.store(*rows)
    await emptied(world, world.relay(limit=100), running)
    records = await world.on_topic()
    assert len(records) == len(rows)
    assert all(versions == list(range(1, 61)) for versions in versions_per_stream(records).values())


async def test_a_record_has_exactly_the_headers_of_the_contract_in_their_order(world: World, running: Running) -> None:
    await world.store(world.row(uuid4(), 1))
    await emptied(world, world.relay(), running)
    [record] = await world.on_topic()
    assert [name for name, _ in record.raw.headers] == [
        "content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_partitionkey", "ce_time",
        "ce_recordedtime", "ce_sequence", "ce_correlationid", "ce_causationid", "ce_dataschema", "traceparent",
    ]  # fmt: skip
    assert record.key.decode() == record.headers["ce_subject"] == record.headers["ce_partitionkey"]


async def test_a_crash_between_acknowledgement_and_commit_repeats_the_same_ids(world: World, running: Running) -> None:
    rows = some_streams(world, 5, 4)
    await world.store(*rows)
    settle = Flight.settle
    crashes = iter([True])

    async def dies(self: Flight, seconds: float) -> None:
        if next(crashes, False):
            await asyncio.gather(*self.acknowledged)
            self.connection.terminate()
            raise ConnectionResetError
        await settle(self, seconds)

    Flight.settle = dies  # type: ignore[method-assign]
    try:
        await emptied(world, world.relay(), running)
    finally:
        Flight.settle = settle  # type: ignore[method-assign]
    records = await world.on_topic()
    assert len(records) == 2 * len(rows)
    ids: dict[tuple[str, int], set[str]] = {}
    for record in records:
        ids.setdefault((record.stream, record.version), set()).add(record.headers["ce_id"])
    assert len(ids) == len(rows)
    assert all(len(each) == 1 for each in ids.values()), "a repeat must carry the id of the first"
    firsts = {stream: list(dict.fromkeys(found)) for stream, found in versions_per_stream(records).items()}
    assert all(found == sorted(found) for found in firsts.values())


async def lost_after_refused_sends(world: World, running: Running) -> int:
    """Events that left the outbox and are on no topic, after the broker refused the first batches."""
    await world.store(*some_streams(world, 5, 4))
    relay = world.relay()
    send, refusals = relay._send, iter([True, True])

    async def refused(producer: Any, flight: Flight) -> None:
        if next(refusals, False):
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(0.05, lambda: future.done() or future.set_exception(KafkaTimeoutError()))
            flight.acknowledged.append(future)
        else:
            await send(producer, flight)

    relay._send = refused  # type: ignore[method-assign]
    await emptied(world, relay, running)
    return int(await world.value("select count(*) from event")) - len(await world.on_topic())


async def test_what_was_not_acknowledged_is_sent_again(world: World, running: Running) -> None:
    assert await lost_after_refused_sends(world, running) == 0


async def test_the_test_of_acknowledgements_sees_a_relay_that_commits_first(world: World, running: Running) -> None:
    with planted("relay_commits_before_the_acknowledgement"):
        assert await lost_after_refused_sends(world, running) > 0


async def test_two_relays_send_each_event_once_and_in_order(world: World, running: Running) -> None:
    rows = some_streams(world, 30, 40)
    first, second = world.relay(limit=50), world.relay(limit=50)
    tasks = [running(first), running(second)]
    for start in range(0, len(rows), 100):
        await world.store(*rows[start : start + 100])
    await world.becomes("select count(*) from outbox", 0, what="an empty outbox", task=tasks[0])
    for relay, task in zip((first, second), tasks, strict=True):
        relay.stop()
        await task
    records = await world.on_topic()
    assert len(records) == len(rows)
    assert all(versions == list(range(1, 41)) for versions in versions_per_stream(records).values())


async def test_a_version_that_becomes_visible_late_still_goes_before_its_successor(world: World, running: Running) -> None:
    """Positions are drawn before a commit: a lower one may appear after higher ones were sent."""
    stream = uuid4()
    late = await asyncpg.connect(world.database.owner)
    transaction = late.transaction()
    await transaction.start()
    position = await late.fetchval("select nextval(pg_get_serial_sequence('event', 'position'))")
    await world.store(*some_streams(world, 20, 20))
    relay = world.relay(limit=20)
    task = running(relay)
    await world.becomes("select count(*) < 300 from outbox", True, what="a relay at work", task=task)
    row = world.row(stream, 1)
    await late.execute(
        "insert into event overriding system value values ($1, $2, $3, 1, $4, 'paid', 1, $5, '{}', now(), now())",
        position, row.event_id, stream, row.kind, row.data,
    )  # fmt: skip
    await late.execute("insert into outbox values ($1)", position)
    await transaction.commit()
    await world.store(world.row(stream, 2))
    await world.becomes("select count(*) from outbox", 0, what="an empty outbox", task=task)
    relay.stop()
    await task
    await late.close()
    assert versions_per_stream(await world.on_topic())[str(stream)] == [1, 2]


async def test_an_append_of_this_process_is_sent_at_once(world: World, running: Running) -> None:
    relay = world.relay(poll_ms=(20_000, 20_000))
    task = running(relay)

    async def rests() -> bool:
        return relay.progress.state == "ok"

    await eventually(rests, what="a resting relay")
    await world.store(world.row(uuid4(), 1))
    relay.wake()
    await world.becomes("select count(*) from outbox", 0, what="an empty outbox well before the next poll", task=task, seconds=5)
    task.cancel()  # its pauses of 20 s are this test's
    await asyncio.gather(task, return_exceptions=True)


async def test_an_unknown_topic_stops_the_relay_and_loses_nothing(world: World) -> None:
    stray = Aggregate("casework", "nowhere", Paid)
    await world.store(world.row(uuid4(), 1)._replace(kind="nowhere"))
    relay = Relay(world.database.worker, world.broker, Encoder("test", [stray]), service="casework")
    with pytest.raises(Restart, match="UnknownTopic"):
        await asyncio.wait_for(relay.run(), 60)
    assert await world.value("select count(*) from outbox") == 1


async def test_a_type_of_a_newer_release_stops_the_relay(world: World) -> None:
    await world.store(world.row(uuid4(), 1)._replace(type="invented-tomorrow"))
    with pytest.raises(GabayError, match="upgrade the worker"):
        await asyncio.wait_for(world.relay().run(), 30)
    assert await world.value("select count(*) from outbox") == 1


async def test_a_producer_that_hangs_in_stop_ends_the_process(world: World, running: Running) -> None:
    left: list[int] = []
    relay = world.relay(leave=left.append)
    relay.STOP_S = 0.2
    task = running(relay)

    async def ready() -> bool:
        return relay.progress.state == "ok" and relay._producer is not None

    await eventually(ready, what="a running relay")
    producer = relay._producer
    stop = producer.stop  # type: ignore[union-attr]
    producer.stop = asyncio.Event().wait  # type: ignore[union-attr]
    relay.stop()
    await task
    assert left == [70]
    await stop()


TAKES_BY_IN = """
delete from outbox where position in (
    select position from outbox where position <> all ($2::bigint[]) order by position limit $1) returning position
"""


async def rows_touched(world: World, statement: str, pending: int) -> float:
    """Rows that all steps of one batch of 1,000 handle together, for each pending one, by a plan made for a single row."""
    connection = await connect(world.database.owner, "test")
    await connection.execute("set plan_cache_mode = force_generic_plan; alter table outbox set (autovacuum_enabled = off)")
    await world.store(world.row(uuid4(), 1))
    await connection.execute("vacuum analyze outbox")
    await connection.execute(f"prepare taking (int, bigint[]) as {statement}")
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("execute taking (1, '{}')")
    await connection.execute("insert into outbox select g from generate_series(1000001, 1000000 + $1) g", pending)
    [plan] = await connection.fetchrow("explain (analyze, timing off, format json) execute taking (1000, '{}')")
    await transaction.rollback()
    await connection.close()

    def handled(node: dict[str, Any]) -> float:
        return node["Actual Rows"] * node["Actual Loops"] + sum(handled(each) for each in node.get("Plans", ()))

    return handled(orjson.loads(plan)[0]["Plan"]) / pending


async def test_a_plan_made_on_an_empty_outbox_stays_cheap_with_60000_rows(world: World) -> None:
    assert await rows_touched(world, SQL.take_outbox.rpartition(";")[0], 60_000) < 10


async def test_the_test_of_the_plan_sees_a_delete_by_in(world: World) -> None:
    assert await rows_touched(world, TAKES_BY_IN, 6_000) > 100
