"""Probes. `live` says that the event loop answers; `ready` that a request could be served; neither asks Kafka or the issuer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

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
