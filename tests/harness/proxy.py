"""A cable between two parts that a test can cut: a TCP proxy without privileges, and how a part is led through it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

from aiokafka import conn

ROUTE = "HARNESS_KAFKA_ROUTE"
"""`BROKER:PROXY`, two ports: whoever would call the broker's calls the proxy. The broker names its own address to its clients."""


class Cable(Enum):
    """What happens to bytes. SILENT ones are held back, as a network without a route does, and delivered when it is mended."""

    WHOLE = "whole"
    CUT = "cut"
    SILENT = "silent"
    SILENT_THERE = "silent there"
    SILENT_BACK = "silent back"


class Proxy:
    """Listens on a port of its own and passes on to another. `async with proxy.as_(Cable.CUT)` damages the cable inside."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.port = 0
        self._cable = Cable.WHOLE
        self._changed = asyncio.Condition()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._abort()

    @asynccontextmanager
    async def as_(self, cable: Cable) -> AsyncIterator[None]:
        """The cable is in this state inside the block, and whole after it."""
        await self._become(cable)
        try:
            yield
        finally:
            await self._become(Cable.WHOLE)

    async def _become(self, cable: Cable) -> None:
        async with self._changed:
            self._cable = cable
            self._changed.notify_all()
        if cable is Cable.CUT:
            self._abort()

    def _abort(self) -> None:
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cable is Cable.CUT:
            writer.transport.abort()
            return
        try:
            beyond, there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, there}
        ways = ((reader, there, Cable.SILENT_THERE), (beyond, writer, Cable.SILENT_BACK))
        for each in ways:
            task = asyncio.create_task(self._pass_on(*each))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, silenced: Cable) -> None:
        try:
            while data := await reader.read(1 << 16):
                async with self._changed:
                    await self._changed.wait_for(lambda: self._cable not in (Cable.SILENT, silenced))
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort() if self._cable is Cable.CUT else writer.close()
            self._open.discard(writer)


def reroute_kafka(route: str) -> None:
    """Send this process's connections to one port of the broker to another one."""
    broker, proxy = (int(port) for port in route.split(":"))
    make = conn.AIOKafkaConnection.__init__

    def elsewhere(self: object, host: str, port: int, *rest: object, **named: object) -> None:
        make(self, host, proxy if port == broker else port, *rest, **named)

    conn.AIOKafkaConnection.__init__ = elsewhere
