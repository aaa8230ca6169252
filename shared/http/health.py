"""Probes. `live` says that the event loop answers; `ready` that a request could be served; neither asks Kafka or the issuer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson

Check = Callable[[], Awaitable[object]]
SECONDS: Final = 1.0


async def ready(checks: Mapping[str, Check], *, stopping: bool) -> tuple[int, dict[str, Any]]:
    """Status and body of `/health/ready`: which part is missing, by its name only."""
    if stopping:
        return 503, {"status": "stopping"}
    results = await asyncio.gather(*(_try(check) for check in checks.values()))
    missing = sorted(name for name, well in zip(checks, results, strict=True) if not well)
    return (503, {"status": "waiting", "missing": missing}) if missing else (200, {"status": "ready"})


async def _try(check: Check) -> bool:
    try:
        async with asyncio.timeout(SECONDS):
            await check()
    except Exception:
        return False
    return True


def pool_check(pool: Any) -> Check:
    """`SELECT 1` on a pool."""

    async def check() -> object:
        return await pool.fetchval("select 1")

    return check


Progress = Callable[[], Mapping[str, Mapping[str, Any]]]
STALLED: Final = 120.0


async def serve_worker(host: str, port: int, progress: Progress, is_ready: Callable[[], bool]) -> asyncio.Server:
    """The probes of a process without an API (worker, live): `/health/live`, `/health/ready`, `/health/progress`.

    progress: loop name -> {"state": ok | retrying | stopped, "seconds": since its last completed pass}.
    """

    def answer(path: str) -> tuple[int, dict[str, Any]]:
        match path:
            case "/health/live":
                return 200, {"status": "live"}
            case "/health/ready":
                return (200, {"status": "ready"}) if is_ready() else (503, {"status": "waiting"})
            case "/health/progress":
                loops = {name: dict(each) for name, each in progress().items()}
                stuck = any(e["state"] == "stopped" or (e["state"] == "ok" and e["seconds"] > STALLED) for e in loops.values())
                return 503 if stuck else 200, {"loops": loops}
            case _:
                return 404, {"status": "unknown"}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(5):
                head = await reader.readuntil(b"\r\n\r\n")
                words = head.split(b" ", 2)
                status, body = answer(words[1].decode("latin-1") if len(words) > 2 else "")
                text = orjson.dumps(body)
                reason = {200: "OK", 404: "Not Found", 503: "Service Unavailable"}[status]
                writer.write(
                    f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\ncache-control: no-store\r\n"
                    f"content-length: {len(text)}\r\nconnection: close\r\n\r\n".encode()
                    + text
                )
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # a probe that went away or is none
        finally:
            writer.close()

    return await asyncio.start_server(handle, host, port, limit=8_192)
