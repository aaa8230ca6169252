"""A replay on request: it tells how far it is, goes on where it broke off, and what comes twice harms nobody."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import Rejected
from shared.messaging import replay
from shared.messaging.topics import Topic
from tests.integration.messaging.world import World, read_topic, some_streams

CONSUMER = "integrator.acme"


@pytest.fixture
def small(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of ten, a note every twenty; the test's topic is one of the table."""
    monkeypatch.setattr(replay, "PAGE", 10)
    monkeypatch.setattr(replay, "MARKED", 20)
    monkeypatch.setitem(replay.replay_topic.__globals__["BY_NAME"], world.aggregate.topic, Topic(world.aggregate.topic))


async def run(world: World, **more: Any) -> tuple[int, list[int], list[replay.Begun]]:
    told: list[int] = []
    begun: list[replay.Begun] = []
    asked: dict[str, Any] = {"everything": True, "rate": 100_000, **more}
    count = await replay.replay(
        world.owner, world.broker, world.aggregate, CONSUMER, region="test", operator="stf-op", told=asked.pop("told", told.append),
        known=begun.append, **asked,
    )  # fmt: skip
    return count, told, begun


def break_off_at(count: int) -> Any:
    def told(sent: int) -> None:
        if sent >= count:
            raise ConnectionError("the operator closed the lid")

    return told


async def copies(world: World) -> list[Any]:
    return await read_topic(world.broker, f"replay.{CONSUMER}.{world.aggregate.topic}")


@pytest.mark.usefixtures("small")
async def test_it_says_how_many_there_are_and_how_far_it_is(world: World) -> None:
    await world.store(*some_streams(world, 5, 9), pending=False)
    count, told, begun = await run(world)
    assert (count, told) == (45, [10, 20, 30, 40, 45])
    assert [(each.sent, each.total) for each in begun] == [(0, 45)]
    found = await copies(world)
    assert len(found) == 45
    assert {record.headers["x-replay-of"] for record in found} == {world.aggregate.topic}
    assert {record.headers["x-replay-id"] for record in found} == {begun[0].id}


@pytest.mark.usefixtures("small")
async def test_one_that_broke_off_goes_on_from_its_last_note(world: World) -> None:
    await world.store(*some_streams(world, 5, 9), pending=False)
    with pytest.raises(ConnectionError):
        await run(world, told=break_off_at(30))
    count, told, begun = await run(world)
    assert (count, told) == (45, [30, 40, 45])
    assert [(each.sent, each.total) for each in begun] == [(20, 45)]
    found = await copies(world)
    assert len(found) == 55  # one page comes twice: with the same ids and sequences
    assert len({record.headers["ce_id"] for record in found}) == 45
    assert {record.headers["x-replay-id"] for record in found} == {begun[0].id}
    seen: dict[str, int] = {}
    for record in found:
        assert record.version <= seen.get(record.stream, 0) + 1, "first occurrences stay in order"
        seen[record.stream] = max(record.version, seen.get(record.stream, 0))


@pytest.mark.usefixtures("small")
async def test_one_that_ended_begins_anew_and_so_does_another_wish(world: World) -> None:
    rows = some_streams(world, 5, 9)
    await world.store(*rows, pending=False)
    await run(world)
    assert (await run(world))[2][0].sent == 0
    with pytest.raises(ConnectionError):
        await run(world, told=break_off_at(30))
    assert (await run(world, stream=rows[0].stream_id, everything=False))[2][0] == replay.Begun(
        id=(
            await world.value("select split_part(reason, ' ', 1) from operation_audit where operation = 'replay' order by at desc limit 1")
        ),
        sent=0,
        total=9,
    )
    assert (await run(world, anew=True))[2][0].sent == 0


@pytest.mark.usefixtures("small")
async def test_what_was_stored_meanwhile_comes_along(world: World) -> None:
    await world.store(*some_streams(world, 5, 9), pending=False)
    with pytest.raises(ConnectionError):
        await run(world, told=break_off_at(40))
    await world.store(*some_streams(world, 1, 3, seed=2), pending=False)
    assert (await run(world))[0] == 48


async def test_a_wish_without_bounds_is_refused(world: World) -> None:
    with pytest.raises(Rejected, match="--stream ID, --since TIME, or --all"):
        await run(world, everything=False)
