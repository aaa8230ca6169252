"""The health endpoint of a worker: three paths, no framework. A worker's memory is for records."""

import asyncio
from collections.abc import Callable, Iterable

import orjson

from shared.messaging.progress import Progress

Answer = tuple[int, object]
_REASON = {200: "OK", 404: "Not Found", 503: "Service Unavailable"}


class Health:
    """`/health/live`, `/health/ready`, `/health/progress` (operations chapter, section 3).

    live never looks at a database or a broker: an outage must not restart everything. progress is 503 when a loop has
    not completed a pass for `stale_s`, unless it says that it is retrying.
    """

    def __init__(self, loops: Callable[[], Iterable[Progress]], *, stale_s: float = 120) -> None:
        self.ready = False
        self._loops, self._stale_s = loops, stale_s
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=8192)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        if self._server:
            self._server.close()

    def answer(self, path: str) -> Answer:
        """Status and body of a path."""
        match path.partition("?")[0]:
            case "/health/live":
                return 200, {"status": "live"}
            case "/health/ready":
                return (200, {"status": "ready"}) if self.ready else (503, {"status": "starting or stopping"})
            case "/health/progress":
                loops = list(self._loops())
                stale = any(each.age() > self._stale_s and each.state != "retrying" for each in loops)
                return 503 if stale else 200, {
                    "loops": {each.name: {"state": each.state, "seconds": round(each.age(), 1), "records": each.records} for each in loops}
                }
            case _:
                return 404, {"status": "no such probe"}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(5):
                request = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n", 1)[0].split(b" ")
            path = request[1].decode("latin-1") if len(request) == 3 and request[0] == b"GET" else ""
            status, body = self.answer(path)
            text = orjson.dumps(body)
            writer.write(
                b"HTTP/1.1 %d %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b"
                % (status, _REASON[status].encode(), len(text), text)
            )
            await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked has gone, or asked nothing that ends
        finally:
            writer.close()
