"""The load generator against a small server: what it counts, and from when latency counts."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.load import Load, Spec, read_requests, request, write_requests


@asynccontextmanager
async def a_server(answer: bytes, *, stall_s: float = 0.0, head: bytes = b"") -> AsyncIterator[int]:
    """Answers every request alike, head and body in two segments as uvicorn does; the first answer comes late."""
    stalled = False

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal stalled
        while asked := await reader.readuntil(b"\r\n\r\n"):
            length = int(asked.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
            await reader.readexactly(length)
            if stall_s and not stalled:
                stalled = True
                await asyncio.sleep(stall_s)
            writer.write(head or b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer))
            await asyncio.sleep(0)
            writer.write(answer)

    async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(until_closed, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def a_spec(port: int, **changes: object) -> Spec:
    told = {"connections": 2, "seconds": 0.3, "warmup": 0.05, "cycle": True}
    return Spec(host="127.0.0.1", port=port, requests="", samples="", **{**told, **changes})  # type: ignore[arg-type]


POST = request("POST", "/x", {"a": "b"}, b"{}")


async def test_a_closed_loop_counts_whole_answers(capsys: pytest.CaptureFixture[str]) -> None:
    async with a_server(b'{"id": 1}') as port:
        load = Load(a_spec(port), [POST])
        said = await load.run()
    assert said["errors"] == 0
    assert said["ops"] == len(load.latencies)
    assert said["acked"] >= said["ops"] > 0
    assert capsys.readouterr().out.split() == ["begin", "end"]


async def test_an_answer_that_nothing_changed_is_a_head_alone() -> None:
    async with a_server(b"", head=b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n') as port:
        said = await Load(a_spec(port), [POST]).run()
    assert said["errors"] == 0
    assert said["ops"] > 0


async def test_a_batch_counts_as_many_operations_as_its_answer_names() -> None:
    async with a_server(b'{"items":[{"status":201},{"status":201}]}') as port:
        said = await Load(a_spec(port, counted='"status":201', per_request=2), [POST]).run()
    assert said["ops"] % 2 == 0
    assert said["errors"] == 0


async def test_a_batch_with_a_refused_item_is_an_error() -> None:
    async with a_server(b'{"items":[{"status":201},{"status":422}]}') as port:
        said = await Load(a_spec(port, counted='"status":201', per_request=2), [POST]).run()
    assert said["ops"] == 0
    assert said["errors"] > 0


async def test_a_load_ends_when_its_requests_are_used_up() -> None:
    async with a_server(b"{}") as port:
        said = await asyncio.wait_for(Load(a_spec(port, cycle=False, seconds=30.0, warmup=0.0), [POST] * 20).run(), 10)
    assert said["acked"] == 20


async def test_in_an_open_loop_latency_counts_from_the_due_time() -> None:
    async with a_server(b"{}", stall_s=0.2) as port:
        load = Load(a_spec(port, connections=1, rate=200.0, warmup=0.0, seconds=0.5), [POST])
        await load.run()
    # What fell due during the stall waited behind it: a closed loop would show one slow answer, here are dozens.
    assert sum(ms > 50 for ms in load.latencies) > 10


def test_requests_survive_their_file(tmp_path: Path) -> None:
    requests = [POST, request("GET", "/y", {}), b"\n\n"]
    write_requests(tmp_path / "r", requests)
    assert read_requests(tmp_path / "r") == requests


def test_a_request_is_valid_http() -> None:
    head, _, body = POST.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /x HTTP/1.1"
    assert b"content-length: 2" in head
    assert json.loads(body) == {}
