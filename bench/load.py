"""The load generator: a process of its own that sends requests built beforehand and keeps every sample.

    python -m bench.load SPEC.json

Closed: each connection sends its next request on the answer; gives throughput. Open: requests are due at Poisson times,
and latency counts from the due time, also while all connections are busy; only this shows what a stalled server does to
people (performance chapter, traps 9 to 11). A raw asyncio.Protocol on uvloop costs 7-11 us a request, httpx 565.
Prints `begin` and `end` around the measured stretch, so that the parent meters the same one, then one line of JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import json
import os
import random
import sys
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any


@dataclass(slots=True, kw_only=True)
class Spec:
    """One load. requests: file of length-prefixed requests; cycle: begin again at its end (else the load ends).

    rate: requests a second, 0 = closed. counted: a byte pattern of the body that occurs once per operation done, for
    batches (else one answer is one operation); per_request: operations that each request asks for.
    """

    host: str
    port: int
    requests: str
    samples: str
    connections: int
    seconds: float
    warmup: float = 1.0
    rate: float = 0.0
    seed: int = 1
    cycle: bool = False
    statuses: list[int] = field(default_factory=lambda: [200, 201, 304])
    counted: str = ""
    per_request: int = 1


class Connection(asyncio.Protocol):
    """One keep-alive connection; hands each whole answer (status, body) to its driver."""

    def __init__(self, answered: Callable[[Connection, int, bytes], None], lost: Callable[[bool], None]) -> None:
        self._answered, self._lost = answered, lost
        self._buffer = bytearray()
        self._need = 0
        self.due = 0.0
        self.busy = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a stream transport

    def send(self, request: bytes, due: float) -> None:
        self.due, self.busy = due, True
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        # uvicorn writes head and body in two segments: the first read is not the answer.
        buffer = self._buffer
        buffer += data
        if not self._need:
            head = buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            self._need = self._head = head + 4
            if not buffer.startswith(b"HTTP/1.1 304"):  # which is a head alone
                at = buffer.lower().find(b"\r\ncontent-length:", 0, head)
                if at < 0:
                    raise SystemExit("an answer without Content-Length: the generator reads no other")
                self._need += int(buffer[at + 17 : buffer.find(b"\r\n", at + 2)])
        if len(buffer) >= self._need:
            status, body = int(buffer[9:12]), bytes(buffer[self._head : self._need])
            del buffer[: self._need]
            self._need, self.busy = 0, False
            self._answered(self, status, body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(self.busy)


class Load:
    """Runs one spec. Answers are counted from the first request on (`acked`), measured after the warm-up (`ops`)."""

    def __init__(self, spec: Spec, requests: list[bytes]) -> None:
        self.spec, self.requests = spec, requests
        self.next = self.ops = self.acked = self.errors = self.flying = 0
        self.by_status: dict[int, int] = {}
        self.latencies, self.lateness = array("d"), array("d")
        self.begin = self.end = 0.0
        self.last = 0.0
        self.queue: deque[float] = deque()
        self.idle: list[Connection] = []
        self.done = asyncio.Event()
        self.stopping = False
        self.pattern = spec.counted.encode()

    async def run(self) -> dict[str, Any]:
        spec, loop = self.spec, asyncio.get_running_loop()
        for _ in range(spec.connections):
            _, connection = await loop.create_connection(lambda: Connection(self._answered, self._lost), spec.host, spec.port)
            self.idle.append(connection)
        start = perf_counter()
        self.begin, self.end = start + spec.warmup, start + spec.warmup + spec.seconds
        loop.call_at(loop.time() + spec.warmup, lambda: print("begin", flush=True))
        loop.call_at(loop.time() + spec.warmup + spec.seconds, self._stop)
        if spec.rate:
            pacer = Pacer(self._due, spec.rate, spec.seed, start)
            await self.done.wait()
            pacer.close()
        else:
            for connection in list(self.idle):
                self.idle.remove(connection)
                self._next(connection, perf_counter())
            await self.done.wait()
        return {
            "ops": self.ops,
            "acked": self.acked,
            "errors": self.errors,
            "by_status": self.by_status,
            "seconds": min(self.end, self.last) - self.begin if self.last > self.begin else 0.0,
            "left": len(self.queue),
            "lateness_ms_p99": sorted(self.lateness)[int(len(self.lateness) * 0.99)] * 1e3 if self.lateness else 0.0,
        }

    def _answered(self, connection: Connection, status: int, body: bytes) -> None:
        now = perf_counter()
        self.flying -= 1
        done = body.count(self.pattern) if self.pattern else 1
        good = status in self.spec.statuses and done == self.spec.per_request
        self.by_status[status] = self.by_status.get(status, 0) + 1
        if good:
            self.acked += done
            if self.begin <= now < self.end:
                self.ops += done
                self.last = now
                self.latencies.append((now - connection.due) * 1e3)
        else:
            self.errors += self.spec.per_request
            if self.errors <= 3 * self.spec.per_request:
                print(f"error {status} {body[:600]!r}", file=sys.stderr, flush=True)
        if self.spec.rate:
            if self.queue and not self.stopping:
                self._next(connection, self.queue.popleft())
            else:
                self.idle.append(connection)
                self._finish()
        elif self.stopping:
            self._finish()
        else:
            self._next(connection, now)

    def _due(self, due: float) -> None:
        if self.stopping:
            return
        if not self.idle:
            self.queue.append(due)
            return
        if due >= self.begin:
            self.lateness.append(perf_counter() - due)
        self._next(self.idle.pop(0), due)  # in turn: a server closes one that says nothing for ten seconds

    def _next(self, connection: Connection, due: float) -> None:
        if self.next == len(self.requests):
            if not self.spec.cycle:
                self._stop()
                return
            self.next = 0
        request = self.requests[self.next]
        self.next += 1
        self.flying += 1
        connection.send(request, due)

    def _stop(self) -> None:
        if not self.stopping:
            self.stopping = True
            self.end = min(self.end, perf_counter())
            print("end", flush=True)
        self._finish()

    def _finish(self) -> None:
        if self.stopping and self.flying <= 0:
            self.done.set()

    def _lost(self, busy: bool) -> None:
        # One that waits for nothing may be closed: servers do so after some idle seconds.
        if busy and not self.done.is_set():
            self.errors += 1
            self.flying -= 1
            self._finish()


class Pacer:
    """Calls `due(time)` at Poisson times from the seed.

    On Linux by a timerfd: the loop's own timers round to a millisecond, which is as late as the generator may be.
    """

    def __init__(self, due: Callable[[float], None], rate: float, seed: int, start: float) -> None:
        self._due, self._draw, self._rate = due, random.Random(seed), rate
        self._at = start + self._draw.expovariate(rate)
        self._loop = asyncio.get_running_loop()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.timerfd_create(1, os.O_NONBLOCK) if sys.platform == "linux" else -1
        if self._fd >= 0:
            self._loop.add_reader(self._fd, self._fired)
        self._arm()

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _fired(self) -> None:
        if self._fd >= 0:
            os.read(self._fd, 8)
        now = perf_counter()
        while self._at <= now:
            self._due(self._at)
            self._at += self._draw.expovariate(self._rate)
        self._arm()

    def _arm(self) -> None:
        wait = max(self._at - perf_counter(), 1e-6)
        if self._fd < 0:
            self._loop.call_later(wait, self._fired)
            return
        seconds = int(wait)
        spec = (ctypes.c_long * 4)(0, 0, seconds, max(int((wait - seconds) * 1e9), 1))
        self._libc.timerfd_settime(self._fd, 0, spec, None)


def read_requests(path: Path) -> list[bytes]:
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def write_requests(path: Path, requests: list[bytes]) -> None:
    with path.open("wb") as file:
        for request in requests:
            file.write(len(request).to_bytes(4, "big") + request)


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "host: bench", *(f"{k}: {v}" for k, v in headers.items())]
    if body or method != "GET":
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def main(path: str) -> None:
    import uvloop

    spec = Spec(**json.loads(Path(path).read_text()))
    load = None
    requests = read_requests(Path(spec.requests))
    gc.freeze()
    gc.disable()  # a pause of ours would look like one of the server
    with contextlib.suppress(OSError):
        os.nice(-10)  # where the system allows it: waiting for a core would look like the server too

    async def run() -> dict[str, Any]:
        nonlocal load
        load = Load(spec, requests)
        return await load.run()

    result = uvloop.run(run())
    assert load is not None
    Path(spec.samples).write_bytes(load.latencies.tobytes())
    print(json.dumps(result), flush=True)


def spec_text(spec: Spec) -> str:
    return json.dumps(asdict(spec))


if __name__ == "__main__":
    main(sys.argv[1])
