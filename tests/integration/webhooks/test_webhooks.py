"""Webhooks over a real broker and a real socket: at least once, in order per stream, for days, parked, replayed."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.stack import ROOT, Stack
from shared.messaging.broker import Broker
from shared.messaging.topics import Topic, ensure
from shared.webhooks.deliver import GIVE_UP, LONGEST, Deliverer
from shared.webhooks.endpoint import Endpoint
from shared.webhooks.process import Missed, Sender
from shared.webhooks.queue import Queue
from tests.harness.records import publish, streams
from tests.harness.wait import eventually

SECRET = b"k" * 32
HERE = (ipaddress.ip_network("127.0.0.0/8"),)
NAMES = iter(f"casework.hook-{n}.v1" for n in range(1, 99))


class Receiver:
    """Somebody's server. answers: what it says to the nth delivery of (stream, version); default 204."""

    def __init__(self) -> None:
        self.got: list[tuple[str, int]] = []
        self.ids: list[str] = []
        self.answer: Callable[[str, int], int] = lambda stream, version: 204
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
                event = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.got.append((event["subject"], int(event["sequence"])))
                self.ids.append(headers["webhook-id"])
                status = self.answer(*self.got[-1])
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nLocation: http://127.0.0.1:1/\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def by_stream(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for stream, version in self.got:
            found[stream].append(version)
        return found


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield made
    server.close()


class World:
    """A topic, a queue, a clock that tests move."""

    def __init__(self, stack: Stack, path: Path, topic: str) -> None:
        self.broker, self.topic, self.path, self.now = Broker(stack.bootstrap), topic, path, 1_800_000_000.0
        self.queue = Queue(path, clock=lambda: self.now)

    def endpoint(self, url: str, **more: Any) -> Endpoint:
        return Endpoint(**{"name": "one", "url": url, "secrets": (SECRET,), "networks": HERE, "integrator": "acme", **more})

    def sender(self, *endpoints: Endpoint) -> Sender:
        return Sender(self.broker, [self.topic], endpoints, self.queue, "integrator.acme")

    def deliverer(self, endpoint: Endpoint) -> Deliverer:
        return Deliverer(endpoint, self.queue, clock=lambda: self.now)

    async def publish(self, many: int, versions: int, leave_out: int = 0) -> None:
        told = [each._replace(topic=self.topic) for each in streams("casework.case.v1", many, versions, seed=self.topic)]
        await publish(self.broker, [each for n, each in enumerate(told) if not leave_out or n // many != leave_out])


@pytest.fixture
async def world(stack: Stack, tmp_path: Path) -> AsyncIterator[World]:
    made = World(stack, tmp_path / "hooks.db", next(NAMES))
    await ensure(made.broker, topics=[Topic(made.topic)])
    yield made
    made.queue.close()


async def until_nothing_is_due(deliverer: Deliverer) -> int:
    count = 0
    while taken := await deliverer.once():
        count += taken
    return count


async def test_every_fact_is_delivered_in_order_per_stream_and_once_where_all_is_well(world: World, receiver: Receiver) -> None:
    await world.publish(6, 5)
    await world.publish(6, 5)  # repeats of a relay that crashed
    one = world.endpoint(receiver.url)
    assert await world.sender(one).read(once=True) == 30
    deliverer = world.deliverer(one)
    assert await until_nothing_is_due(deliverer) == 30
    assert all(versions == [1, 2, 3, 4, 5] for versions in receiver.by_stream().values())
    assert len(set(receiver.ids)) == 30
    assert world.queue.waiting() == 0
    assert await world.sender(one).read(once=True) == 0
    await deliverer.close()


async def test_a_fact_that_is_refused_holds_its_own_stream_back_and_no_other(world: World, receiver: Receiver) -> None:
    await world.publish(3, 3)
    one = world.endpoint(receiver.url)
    await world.sender(one).read(once=True)
    first = min(each.stream for each in world.queue.due("one", world.now, 9))
    receiver.answer = lambda stream, version: 422 if (stream, version) == (first, 2) else 204
    deliverer = world.deliverer(one)
    await until_nothing_is_due(deliverer)
    assert receiver.by_stream()[first] == [1, 2]
    assert sorted(map(tuple, receiver.by_stream().values())) == [(1, 2), (1, 2, 3), (1, 2, 3)]
    receiver.answer = lambda stream, version: 204
    assert await deliverer.once() == 0, "its pause is not over"
    world.now += 60
    assert await until_nothing_is_due(deliverer) == 2
    assert receiver.by_stream()[first] == [1, 2, 2, 3]
    await deliverer.close()


async def test_a_receiver_that_is_down_is_asked_ever_less_often_by_one_and_parked_after_three_days(
    world: World, receiver: Receiver
) -> None:
    await world.publish(20, 1)
    one = world.endpoint(receiver.url)
    await world.sender(one).read(once=True)
    receiver.answer = lambda stream, version: 503
    deliverer = world.deliverer(one)
    begin, asked = world.now, 0
    await deliverer.once()
    while not world.queue.overview()[0][2]:
        world.now += LONGEST * 1.2
        before = len(receiver.got)
        await deliverer.once()
        asked += 1
        assert len(receiver.got) - before <= 1
    assert GIVE_UP < world.now - begin < GIVE_UP + 3 * LONGEST
    assert asked < 20
    receiver.answer = lambda stream, version: 204
    assert await deliverer.once() == 0, "parked"
    assert world.queue.waiting("one") == 20, "nothing is lost"
    assert world.queue.release("one") == 20
    assert await until_nothing_is_due(deliverer) == 20
    await deliverer.close()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_no_success_and_is_not_followed(world: World, receiver: Receiver, status: int) -> None:
    await world.publish(1, 1)
    one = world.endpoint(receiver.url)
    await world.sender(one).read(once=True)
    receiver.answer = lambda stream, version: status
    deliverer = world.deliverer(one)
    assert await deliverer.once() == 0
    assert world.queue.waiting() == 1
    await deliverer.close()


async def test_an_inner_address_gets_nothing_at_all(world: World, receiver: Receiver) -> None:
    await world.publish(1, 1)
    one = world.endpoint(receiver.url, networks=())
    await world.sender(one).read(once=True)
    deliverer = world.deliverer(one)
    assert await deliverer.once() == 0
    assert receiver.got == []
    assert world.queue.waiting() == 1
    await deliverer.close()


async def test_one_that_is_gone_is_parked_at_once_and_another_goes_on(world: World, receiver: Receiver) -> None:
    await world.publish(2, 2)
    one, two = world.endpoint(receiver.url), world.endpoint(receiver.url, name="two", types=frozenset({"service-delivered"}))
    await world.sender(one, two).read(once=True)
    receiver.answer = lambda stream, version: 410
    gone = world.deliverer(one)
    await gone.once()
    assert world.queue.overview()[0][2].startswith("gone")
    receiver.answer = lambda stream, version: 204
    receiver.got.clear()
    other = world.deliverer(two)
    assert await until_nothing_is_due(other) == 2
    assert {version for _, version in receiver.got} == {2}
    await gone.close()
    await other.close()


async def test_a_replay_delivers_again_with_the_same_ids(world: World, receiver: Receiver) -> None:
    await world.publish(3, 2)
    one = world.endpoint(receiver.url)
    await world.sender(one).read(once=True)
    deliverer = world.deliverer(one)
    await until_nothing_is_due(deliverer)
    stream = receiver.got[0][0]
    assert await world.sender(one).again(one, stream=stream) == 2
    assert await until_nothing_is_due(deliverer) == 2
    assert receiver.by_stream()[stream] == [1, 2, 1, 2]
    assert len(set(receiver.ids)) == 6
    assert await world.sender(one).again(one, since="2999-01-01T00:00:00Z") == 0
    await deliverer.close()


async def test_what_was_not_answered_survives_a_crash(world: World, receiver: Receiver) -> None:
    await world.publish(4, 3)
    one = world.endpoint(receiver.url)
    await world.sender(one).read(once=True)
    first = world.deliverer(one)
    await first.once()
    await first.close()
    world.queue.close()  # killed
    world.queue = Queue(world.path)
    assert await world.sender(one).read(once=True) == 0
    second = world.deliverer(one)
    await until_nothing_is_due(second)
    assert all(versions == [1, 2, 3] for versions in receiver.by_stream().values())
    await second.close()


async def test_what_waits_for_an_endpoint_that_was_taken_away_keeps_nothing_from_the_others(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.webhooks.process.MOST_WAITING", 1)
    world.queue.add(["taken-away"], "s-1", 1, "e-1", b"{}")
    await world.publish(1, 3)
    running = asyncio.ensure_future(world.sender(world.endpoint(receiver.url)).run())
    try:
        await eventually(lambda: _told(receiver.got), lambda got: len(got) == 3, what="all three delivered")
    finally:
        running.cancel()


async def test_a_hole_stops_the_reading_and_names_the_replay(world: World, receiver: Receiver) -> None:
    await world.publish(1, 4, leave_out=2)
    with pytest.raises(Missed, match=rf"gabay replay {world.topic} --for integrator\.acme --stream [0-9a-f-]+ --from-version 3"):
        await world.sender(world.endpoint(receiver.url)).read(once=True)
    assert world.queue.waiting() == 0


async def test_the_process_stays_at_a_hole_says_so_and_goes_on_when_it_is_filled(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr("shared.telemetry.STREAM_HOLES.add", lambda count, labels: told.append(count))
    await world.publish(1, 4, leave_out=2)
    sender = world.sender(world.endpoint(receiver.url))
    sender.look_again_s = 0.05
    running = asyncio.ensure_future(sender.run())
    try:
        await eventually(lambda: _told(told), lambda counts: sum(counts) >= 2, what="an alert's two counts of the hole")
        assert told[0] == 0, "the first count is an increase only to what was there before"
        copies = Topic(f"replay.integrator.acme.{world.topic}")
        with world.queue.transaction():
            for part in range(copies.partitions):
                world.queue.go_on_from(copies.name, part, 99)  # of copies that were there before, and were made anew
        await ensure(world.broker, topics=[copies])
        await publish(world.broker, [each._replace(topic=copies.name) for each in streams("casework.case.v1", 1, 4, seed=world.topic)])
        await eventually(lambda: _told(receiver.by_stream()), lambda got: [1, 2, 3, 4] in got.values(), what="all four delivered in order")
    finally:
        running.cancel()


async def _told(what: Any) -> Any:
    return what


async def test_the_whole_process_and_the_example_of_a_receiver(world: World, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"whsec_{base64.b64encode(SECRET).decode()}\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = ROOT / "shared" / "client" / "quickstart" / "webhook" / "receiver.py"
    environment = {"PATH": os.environ["PATH"], "WEBHOOK_SECRET_FILE": str(secret), "PORT": str(port), "ALL_TYPES": "1"}
    process = subprocess.Popen([sys.executable, str(program)], cwd=tmp_path, env=environment)  # noqa: ASYNC220 - a moment
    one = world.endpoint(f"http://127.0.0.1:{port}/hook")
    wrong = world.endpoint(f"http://127.0.0.1:{port}/hook", name="wrong", secrets=(b"x" * 32,))
    task = asyncio.ensure_future(world.sender(one, wrong).run())
    try:
        await world.publish(5, 4)

        async def stored() -> int:
            with sqlite3.connect(tmp_path / "receiver.db") as db:
                try:
                    return int(db.execute("select count(*) from fact").fetchone()[0])
                except sqlite3.OperationalError:
                    return 0

        await eventually(stored, lambda found: found == 20, what="twenty facts at the receiver", seconds=30)
        assert world.queue.waiting("wrong") == 20, "a wrong signature is refused"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        process.terminate()
        process.wait(10)
