"""A restored store that lies behind a topic whose older records were compacted away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from shared.errors import Rejected
from shared.messaging import recover as module
from shared.messaging.recover import Recovered, recover
from shared.messaging.session import connect
from shared.messaging.topics import Kind, Topic
from tests.harness.people import new_id
from tests.integration.messaging.world import World


async def recovered(world: World, monkeypatch: pytest.MonkeyPatch, kind: Kind) -> Recovered:
    topic = world.aggregate.topic
    monkeypatch.setattr(module, "BY_NAME", {topic: Topic(topic, kind=kind)})
    connection: Any = await connect(world.database.worker, "test")
    try:
        nobody: Any = None  # no aggregate of this world has rows beside its facts
        return await recover(connection, world.broker, nobody, [world.aggregate], {}, operator="stf-ops")
    finally:
        await connection.close()


async def versions(world: World, stream: UUID) -> list[tuple[int, int]]:
    rows = await world.owner.fetch("select version, (data->>'amount')::int from event where stream_id = $1 order by 1", stream)
    return [tuple(row) for row in rows]


async def test_the_newest_record_stands_for_those_that_compaction_took(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    known, unknown = UUID(new_id()), UUID(new_id())
    await world.store(world.row(known, 1), world.row(known, 2), pending=False)
    await world.owner.execute("insert into stream (stream_id, kind, version) values ($1, $2, 2)", known, world.aggregate.name)
    await world.send(world.row(known, 5, amount=50), world.row(unknown, 2, amount=20), world.row(unknown, 3, amount=30))
    with pytest.raises(Rejected, match=r"has version (5 .* and not 3|2 .* and not 1)"):
        await recovered(world, monkeypatch, "event")

    told = await recovered(world, monkeypatch, "rollup")
    assert (told.events, told.streams, told.unsent) == (6, {known, unknown}, 0)
    assert await versions(world, known) == [(1, 1), (2, 1), (3, 50), (4, 50), (5, 50)]
    assert await versions(world, unknown) == [(1, 20), (2, 20), (3, 30)]
    assert await world.value("select version from stream where stream_id = $1", known) == 5
    assert await world.value("select count(*) from event where meta ? 'overtaken'") == 3
    again = await recovered(world, monkeypatch, "rollup")
    assert (again.events, again.unsent) == (0, 0)
