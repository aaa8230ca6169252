"""S5: bodies, heads and connections that would exhaust a server, sent to a real one.

ASVS 2.4.1, 4.2.1, 13.2.6, 15.2.2; API4 6. Planted bug: a body limit that believes Content-Length.
"""

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.settings import ROOT
from tests.harness.wait import eventually
from tests.unit.http.kit import KEY, count, token

SECONDS = 1.5


class Server:
    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process, self.port = process, port
        self.log = b""

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, raw: bytes, seconds: float = 10) -> bytes:
        """Send bytes, give back everything until the server closes or says no more for a moment."""
        reader, writer = await self.connect()
        writer.write(raw)
        answer = await _read(reader, seconds)
        writer.close()
        return answer

    def memory(self) -> int:
        """Resident MiB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) // 1024
        raise AssertionError("no VmRSS")


async def _read(reader: asyncio.StreamReader, seconds: float) -> bytes:
    answer = b""
    try:
        async with asyncio.timeout(seconds):
            while chunk := await reader.read(65_536):
                answer += chunk
                head, _, body = answer.partition(b"\r\n\r\n")
                lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                if lengths and len(body) >= int(lengths[0].split(b":")[1]):
                    return answer
    except (TimeoutError, ConnectionError):
        pass
    return answer


def request(body: bytes = b"", *headers: str, path: str = "/v1/counters", length: int | None = None) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token()}", "Content-Type: application/json",
             f"Idempotency-Key: {uuid4()}", *headers]  # fmt: skip
    if length is not None or not any(h.lower().startswith("transfer-encoding") for h in headers):
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def problem(answer: bytes) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower(), answer[:300]
    found: dict[str, object] = json.loads(body)
    return found


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.unit.http.server", str(port), str(SECONDS),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps(KEY.as_dict(private=False)).encode() + b"\n")
    found = Server(process, port)
    deadline = time.monotonic() + 30
    while True:
        try:
            _, writer = await found.connect()
            writer.close()
            break
        except OSError:
            assert time.monotonic() < deadline, "the server did not start within 30 s"
            await asyncio.sleep(0.05)
    yield found
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0


async def healthy(server: Server) -> float:
    """One ordinary command; how long it took."""
    began = time.perf_counter()
    answer = await server.ask(request(json.dumps(count()).encode()))
    assert status(answer) == 201, answer[:300]
    return time.perf_counter() - began


async def test_a_body_of_300_megabytes_is_refused_and_memory_stays_flat(server: Server) -> None:
    await healthy(server)
    before, worst = server.memory(), 0
    for chunked in (False, True):
        reader, writer = await server.connect()
        headers = ("Transfer-Encoding: chunked",) if chunked else ()
        writer.write(request(b"", *headers, length=None if chunked else 300 * 1024 * 1024))
        block = b"x" * 65_536
        piece = b"10000\r\n" + block + b"\r\n" if chunked else block
        sent = 0
        try:
            while sent < 300 * 1024 * 1024:
                writer.write(piece)
                await writer.drain()
                sent += len(block)
                worst = max(worst, server.memory())
        except ConnectionError:
            pass
        answer = await _read(reader, 5)
        writer.close()
        if answer:  # a reset may reach us before the answer does: closing is the point
            assert problem(answer)["code"] == "body-too-large"
    assert worst - before <= 32
    await healthy(server)


async def test_a_refusal_reaches_a_client_that_sends_a_little_too_much(server: Server) -> None:
    answer = await server.ask(request(b" " * 300_000))
    assert (status(answer), problem(answer)["limit"]) == (413, 262_144)


async def test_a_body_that_lies_about_its_length_is_counted(server: Server) -> None:
    answer = await server.ask(request(b"", "Transfer-Encoding: chunked") + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 12)
    assert status(answer) == 413


async def test_whoever_waits_for_permission_to_send_is_refused_before_sending(server: Server) -> None:
    answer = await server.ask(request(b"", "Expect: 100-continue", length=300_000_000))
    assert status(answer) == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "x"])
async def test_a_compressed_body_is_not_unpacked(server: Server, encoding: str) -> None:
    answer = await server.ask(request(b"{}", f"Content-Encoding: {encoding}"))
    assert (status(answer), problem(answer)["code"]) == (415, "unsupported-media-type")


async def test_a_long_address_a_long_header_and_many_headers_are_refused(server: Server) -> None:
    address = await server.ask(f"GET /v1/{'a' * 3_000} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    one = await server.ask(f"GET /v1/x HTTP/1.1\r\nHost: x\r\nX: {'a' * 9_000}\r\n\r\n".encode())
    at_once = await server.ask(f"GET /v1/x HTTP/1.1\r\nHost: x\r\nX: {'a' * 1_000_000}\r\n\r\n".encode())
    many = await server.ask(b"GET /v1/x HTTP/1.1\r\n" + b"".join(b"X-%d: aaaaaaaaaaaaaaaaaaaa\r\n" % n for n in range(900)) + b"\r\n")
    assert (status(address), problem(address)["code"]) == (414, "uri-too-long")
    assert (status(one), problem(one)["code"]) == (431, "headers-too-large")
    assert status(at_once) in (431, 0)  # 0: the reset overtook the answer
    assert (status(many), problem(many)["code"]) == (431, "headers-too-large")


async def test_a_head_without_end_is_refused(server: Server) -> None:
    reader, writer = await server.connect()
    writer.write(b"GET /v1/x HTTP/1.1\r\n")
    try:
        for n in range(10_000):
            writer.write(b"X-%d: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" % n)
            await writer.drain()
    except ConnectionError:
        pass
    answer = await _read(reader, 5)
    assert status(answer) in (431, 0)  # 0: the reset overtook the answer


async def test_a_connection_that_never_sends_a_byte_is_closed_without_a_word(server: Server) -> None:
    began = time.perf_counter()
    reader, writer = await server.connect()
    async with asyncio.timeout(SECONDS + 4):
        assert await reader.read() == b""  # to its end: the server closed
    writer.close()
    assert SECONDS * 0.9 < time.perf_counter() - began < SECONDS + 2


@pytest.mark.parametrize("raw", [b"G", b"GET ", b"GET /v1/x HTTP/1.1\r\nHost"])
async def test_a_slow_head_is_not_waited_for(server: Server, raw: bytes) -> None:
    began = time.perf_counter()
    answer = await server.ask(raw, seconds=SECONDS + 4)
    assert (status(answer), problem(answer)["code"]) == (408, "request-timeout")
    assert time.perf_counter() - began < SECONDS + 2


async def test_a_head_that_trickles_is_not_waited_for(server: Server) -> None:
    reader, writer = await server.connect()
    began = time.perf_counter()
    answer = b""
    for byte in b"GET /v1/counters HTTP/1.1\r\n" * 4:
        writer.write(bytes([byte]))
        if answer := await _read(reader, 0.1):
            break
    assert status(answer) == 408
    assert time.perf_counter() - began < SECONDS + 2


async def test_a_slow_body_is_not_waited_for(server: Server) -> None:
    answer = await server.ask(request(b'{"centre"', length=100), seconds=SECONDS + 4)
    assert (status(answer), problem(answer)["code"]) == (408, "request-timeout")
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("raw", [
    b"NONSENSE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /v1/x HTTP/1.1\r\nBad Header: x\r\n\r\n",
    b"POST /v1/counters HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST /v1/counters HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/counters HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /v1/counters HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
])  # fmt: skip
async def test_what_is_no_http_is_a_problem_too(server: Server, raw: bytes) -> None:
    answer = await server.ask(raw)
    assert 400 <= status(answer) < 500, answer[:200]
    problem(answer)


async def test_500_slow_clients_do_not_keep_a_healthy_one_waiting(server: Server) -> None:
    before = server.memory()
    slow = []
    for n in range(500):
        reader, writer = await server.connect()
        writer.write(request(b"{", length=1_000) if n % 2 else b"POST /v1/counters HTTP/1.1\r\nHost:")
        slow.append((reader, writer))
    times = sorted([await healthy(server) for _ in range(20)])
    assert times[-1] < 1.0
    assert server.memory() - before <= 64
    answers = await asyncio.gather(*(_read(reader, SECONDS + 8) for reader, _ in slow))
    assert {status(answer) for answer in answers} == {408}
    for _, writer in slow:
        writer.close()


async def test_more_connections_than_the_limit_are_told_to_come_back(server: Server) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4_096:
        pytest.skip("too few file descriptors on this machine")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4_096), hard))
    kept = [await server.connect() for _ in range(1_000)]
    answer = await server.ask(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    for _, writer in kept:
        writer.close()
    assert (status(answer), problem(answer)["code"]) == (503, "unavailable")
    # The server lets go of a thousand connections in its own time.
    command = request(json.dumps(count()).encode())
    await eventually(lambda: server.ask(command), lambda raw: status(raw) == 201, what="room for one more connection")


async def test_several_requests_on_one_connection_are_answered_in_order(server: Server) -> None:
    reader, writer = await server.connect()
    codes = [b"/v1/codes/Sex", b"/v1/codes/Topic", b"/v1/nothing", b"/v1/codes/Sex"]
    writer.write(b"".join(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" for path in codes))
    found = b""
    async with asyncio.timeout(5):
        while found.count(b"HTTP/1.1 ") < 4 or not found.endswith(b"}"):
            found += await reader.read(65_536)
    writer.close()
    assert [int(part[:3]) for part in found.split(b"HTTP/1.1 ")[1:]] == [200, 200, 404, 200]


async def test_head_is_answered_like_get_without_a_body(server: Server) -> None:
    raw = await server.ask(b"HEAD /v1/codes/Sex HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", seconds=2)
    head, _, body = raw.partition(b"\r\n\r\n")
    assert status(raw) == 200
    assert b"content-length" in head.lower()
    assert body == b""
