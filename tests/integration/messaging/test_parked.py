"""Records that cannot be applied: their stream stands aside, everything else flows, and what was mended is applied in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

from shared.errors import Rejected
from shared.eventsourcing.projection import Fact, Op
from shared.messaging import parked
from shared.messaging.partition import partition_of
from shared.messaging.session import connect, speak_wire
from shared.messaging.topics import Topic, ensure
from tests.integration.messaging.ledger.projection import ledger
from tests.integration.messaging.world import World, planted, read_topic

Running = Callable[[Any], "asyncio.Task[Any]"]
Bend = Callable[[bytes, bytes, list[tuple[str, bytes]]], tuple[Any, Any, Any]]

CONSUMER = "casework.ledger.v1"


def header(name: str, value: bytes | None) -> Bend:
    """The record with one header changed, or without it."""

    def bend(key: bytes, data: bytes, headers: list[tuple[str, bytes]]) -> tuple[Any, Any, Any]:
        changed = [(k, value if k == name else v) for k, v in headers]
        return key, data, [(k, v) for k, v in changed if v is not None]

    return bend


POISON: dict[str, tuple[Bend, str]] = {
    "bad JSON": (lambda k, v, h: (k, v[:-1], h), "bad-json"),
    "a null value": (lambda k, v, h: (k, None, h), "bad-json"),
    "JSON that is no object": (lambda k, v, h: (k, b"[1]", h), "schema-mismatch"),
    "no context": (lambda k, v, h: (k, b'{"amount": 5}', h), "schema-mismatch"),
    "another schema": (header("ce_dataschema", b"urn:gabay:schema:casework:noted:1.0"), "schema-mismatch"),
    "an unknown major": (header("ce_type", b"gabay.casework.paid.v2"), "unknown-major"),
    "a missing header": (header("ce_specversion", None), "missing-header"),
    "no version": (header("ce_sequence", None), "missing-header"),
    "bad UTF-8 in a header": (header("ce_type", b"gabay.\xff\xfe"), "bad-header"),
    "a version that is no number": (header("ce_sequence", b"00000000x2"), "bad-header"),
    "another key than subject": (header("ce_subject", b"44194403-01e0-5491-806c-d8c3b598b2d8"), "key-mismatch"),
    "a member of the wrong type": (lambda k, v, h: (k, v.replace(b'"amount":5', b'"amount":"five"'), h), "projection-error"),
    "a missing member": (lambda k, v, h: (k, v.replace(b'"amount"', b'"amounts"'), h), "projection-error"),
    "what a handler fears": (lambda k, v, h: (k, v.replace(b'"amount":5', b'"amount":13'), h), "projection-error"),
    "a NUL in a text": (lambda k, v, h: (k, v.replace(b'"amount":5', b'"amount":"\\u0000"'), h), "projection-error"),
}


async def send_bent(world: World, stream: UUID, bend: Bend) -> None:
    record = world.encoder.encode(world.row(stream, 2, amount=5))
    key, value, headers = bend(record.key, record.value, list(record.headers))
    await world.send_raw(key, value, headers, partition=partition_of(record.key, 6))


async def read_all(world: World, running: Running, records: int) -> Any:
    consumer = world.consumer()
    task = running(consumer)
    await world.becomes("select sum(next) from consumed", records, what=f"{records} records read", task=task)
    consumer.stop()
    await task
    return consumer


async def rows(world: World, columns: str = "version, reason, state") -> list[tuple[Any, ...]]:
    found = await world.owner.fetch(f'select {columns} from parked order by version nulls first, "offset"')
    return [tuple(row) for row in found]


@pytest.fixture
async def releasing(world: World) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await connect(world.database.worker, "release", search_path="ledger_v1, public")
    await speak_wire(connection)
    yield connection
    await connection.close()


@pytest.mark.parametrize("kind", POISON)
async def test_poison_parks_its_stream_and_everything_else_flows(world: World, running: Running, kind: str) -> None:
    bend, reason = POISON[kind]
    sick, well = uuid4(), uuid4()
    await world.send(world.row(sick, 1))
    await send_bent(world, sick, bend)
    await world.send(world.row(well, 1), world.row(sick, 3), world.row(well, 2))
    await read_all(world, running, 5)
    found = await world.owner.fetch("select stream_id, reason from parked order by first_failed_at, partition, version nulls first")
    assert sorted(row["reason"] for row in found) == sorted([reason, "behind"])
    assert {row["stream_id"] for row in found} == {str(sick)}
    assert await world.value("select count(*) from ledger_v1.entry where stream_id = $1", well) == 2
    assert await world.value("select count(*) from ledger_v1.entry where stream_id = $1", sick) == 1


async def test_what_comes_later_waits_behind_what_was_parked_before(world: World, running: Running) -> None:
    stream = uuid4()
    await world.send(world.row(stream, 1), world.row(stream, 2, amount=13))
    await read_all(world, running, 2)
    await world.send(world.row(stream, 3))
    await read_all(world, running, 3)
    assert await rows(world) == [(2, "projection-error", "PARKED"), (3, "behind", "PARKED")]


async def test_poison_without_key_parks_alone(world: World, running: Running) -> None:
    stream = uuid4()
    await world.send(world.row(stream, 1), world.row(stream, 2))
    await world.send_raw(None, b"{}", [("content-type", b"application/json")])
    await world.send_raw(b"no stream", b"{}", [])
    await world.send_raw(b"\xff\xfe", None, [("ce_type", b"\xff")])
    await read_all(world, running, 5)
    assert await rows(world, "stream_id, reason") == [(None, "missing-header")] * 3
    assert await world.value("select count(*) from ledger_v1.entry") == 2


async def test_a_parked_record_is_kept_byte_for_byte(world: World, running: Running) -> None:
    key, value, headers = str(uuid4()).encode(), b"\x00\xff{", [("a", b"\xff"), ("a", b"twice"), ("b", b"")]
    await world.send_raw(key, value, headers)
    await read_all(world, running, 1)
    [record] = await parked.records(world.owner, CONSUMER, key.decode())
    assert (record.key, record.value, list(record.headers)) == (key, value, headers)


async def parked_of(world: World, running: Running) -> int:
    sick = uuid4()
    await world.send(world.row(sick, 1, amount=13), world.row(uuid4(), 1))
    await read_all(world, running, 2)
    return int(await world.value("select count(*) from parked"))


async def test_the_test_of_poison_sees_a_swallowed_exception(world: World, running: Running) -> None:
    with planted("exception_swallowed"):
        assert await parked_of(world, running) == 0


async def test_a_release_applies_in_order_once_the_handler_is_mended(world: World, running: Running, releasing: Any) -> None:
    stream = uuid4()
    await world.send(*(world.row(stream, version, amount=13 if version == 2 else version) for version in (1, 2, 3, 4)))
    await read_all(world, running, 4)
    assert await rows(world) == [(2, "projection-error", "PARKED"), (3, "behind", "PARKED"), (4, "behind", "PARKED")]

    again = await parked.release(releasing, world.sink(), str(stream))
    assert (again.applied, again.left, again.reason) == (0, 3, "projection-error")
    assert await world.value("select max(attempts) from parked where version = 2") == 2

    mended = world.projection.handlers.copy()

    def brave(fact: Fact) -> Op:
        return Op("enter", (fact.event_id, fact.stream, fact.version, fact.data["amount"], fact.occurred_at))

    brave.__module__ = ledger.__module__  # the statements are looked for beside the handlers
    world.projection.handlers["gabay.casework.paid.v1"] = brave
    rehearsed = await parked.release(releasing, world.sink(), str(stream), dry_run=True)
    assert rehearsed.applied == 3
    assert await world.value("select count(*) from ledger_v1.entry") == 1
    done = await parked.release(releasing, world.sink(), str(stream))
    assert (done.applied, done.left) == (3, 0)
    assert {row[2] for row in await rows(world)} == {"RELEASED"}
    world.projection.handlers.update(mended)
    await world.send(world.row(stream, 5))
    await read_all(world, running, 5)
    assert await world.value("select array_agg(version order by version) from ledger_v1.entry") == [1, 2, 3, 4, 5]


async def test_a_release_takes_a_good_copy_that_a_replay_brought(world: World, running: Running, releasing: Any) -> None:
    stream = uuid4()
    await world.send(world.row(stream, 1))
    await send_bent(world, stream, POISON["bad JSON"][0])
    await world.send(world.row(stream, 3), world.row(stream, 1), world.row(stream, 2), world.row(stream, 3))
    await read_all(world, running, 6)
    done = await parked.release(releasing, world.sink(), str(stream))
    assert (done.applied, done.left, done.reason) == (2, 1, "bad-json")
    assert await world.value("select array_agg(version order by version) from ledger_v1.entry") == [1, 2, 3]


async def test_a_discard_needs_two_persons_and_leaves_what_waited_behind(world: World, running: Running, releasing: Any) -> None:
    stream = uuid4()
    await world.send(*(world.row(stream, version, amount=13 if version == 2 else version) for version in (1, 2, 3)))
    await read_all(world, running, 3)
    for approver in ("stf-1", ""):
        with pytest.raises(Rejected, match="same-person-signoff"):
            await parked.discard(releasing, CONSUMER, str(stream), operator="stf-1", approved_by=approver, reason="garbage")
    count = await parked.discard(releasing, CONSUMER, str(stream), operator="stf-1", approved_by="stf-2", reason="garbage")
    assert count == 1
    done = await parked.release(releasing, world.sink(), str(stream))
    assert (done.applied, done.left) == (1, 0)
    assert await world.value("select array_agg(version order by version) from ledger_v1.entry") == [1, 3]
    audit = await world.owner.fetchrow("select operator, approved_by, operation, reason from operation_audit")
    assert tuple(audit) == ("stf-1", "stf-2", "parked-discard", "garbage")


async def test_what_was_discarded_is_not_parked_anew_after_a_rewind(world: World, running: Running, releasing: Any) -> None:
    stream = uuid4()
    await world.send_raw(str(stream).encode(), b"garbage", [])
    await read_all(world, running, 1)
    await parked.discard(releasing, CONSUMER, str(stream), operator="stf-1", approved_by="stf-2", reason="garbage")
    await world.owner.execute("delete from consumed")
    await read_all(world, running, 1)
    await world.owner.execute("delete from consumed")
    await world.send(world.row(stream, 1), world.row(stream, 2))
    await read_all(world, running, 3)
    assert await rows(world, "state") == [("DISCARDED",)]
    assert await world.value("select count(*) from ledger_v1.entry") == 2


async def test_an_erasure_is_never_held_behind_parked_records(world: World, running: Running) -> None:
    stream = uuid4()
    await world.send(
        world.row(stream, 1), world.row(stream, 2, amount=13), world.row(stream, 3), world.row(stream, 4, "client-erased")
    )  # fmt: skip
    await world.send(world.row(stream, 5))
    await read_all(world, running, 5)
    assert await rows(world) == [(2, "projection-error", "DISCARDED"), (3, "behind", "DISCARDED")]
    assert await world.value("select array_agg(version) from ledger_v1.entry") == [5]
    assert await world.value("select version from applied") == 5


async def test_an_export_carries_the_record_and_why_it_failed(world: World, running: Running) -> None:
    stream = uuid4()
    await world.send(world.row(stream, 1, amount=13))
    await read_all(world, running, 1)
    dead = f"dead.{world.aggregate.topic}"
    await ensure(world.broker, topics=[Topic(dead, partitions=1)])
    producer = world.broker.producer()
    await producer.start()
    try:
        assert await parked.export(world.owner, producer, CONSUMER, dead) == 1
    finally:
        await producer.stop()
    [original], [copy] = await world.on_topic(), await read_topic(world.broker, dead)
    assert (copy.key, copy.value) == (original.key, original.value)
    assert copy.raw.headers[: len(original.raw.headers)] == original.raw.headers
    told = {name: value for name, value in copy.headers.items() if name.startswith("dlq-")}
    first = told.pop("dlq-first-failed-at")
    assert first.endswith("Z")
    assert told == {
        "dlq-original-topic": original.topic, "dlq-original-partition": str(original.partition),
        "dlq-original-offset": str(original.offset), "dlq-original-timestamp": "2026-03-06T07:10:00.000Z",
        "dlq-consumer-group": CONSUMER, "dlq-error-class": "ValueError", "dlq-error-code": "projection-error", "dlq-attempts": "1",
    }  # fmt: skip


async def test_nothing_of_a_value_or_an_exception_is_kept_beside_a_record(world: World, running: Running) -> None:
    await world.send(world.row(uuid4(), 1, amount=13, note="Juan dela Cruz"))
    await read_all(world, running, 1)
    row = await world.owner.fetchrow("select row_to_json(p) from (select reason, error_class, state from parked) p")
    assert orjson.loads(row[0]) == {"reason": "projection-error", "error_class": "ValueError", "state": "PARKED"}
    [record] = await parked.records(world.owner, CONSUMER, await world.value("select stream_id from parked"))
    assert "Juan" not in str(parked.shown(record, headers=True))
    assert parked.shown(record)["fields"] == ["amount", "ctx", "note"]
