"""`idle`: what the whole stack uses while nobody asks for anything. Polls back off; nothing spins."""

from __future__ import annotations

import asyncio
from typing import Any

from bench.run import Options
from bench.stack import ALL_PARTS, PROCESSES, opened

CEILING = 0.08  # cores, all parts together
SETTLE_S, LONG = 10.0, 5


async def series(options: Options, to: int) -> dict[str, list[dict[str, Any]]]:
    """Cores of each part at rest, and of all."""
    async with opened(ALL_PARTS) as stack:
        await asyncio.sleep(SETTLE_S)
        meter = stack.meter(issuer=[stack.pid("issuer")], **{part: [stack.pid(part)] for part in PROCESSES})
        meter.start()
        await asyncio.sleep(options.seconds * LONG)
        use = meter.stop()
    rows = [{"part": part, "cores": round(cpu / use.seconds, 4), "ceiling": None, "verdict": ""} for part, cpu in use.cpu.items()]
    total = sum(use.cpu.values()) / use.seconds
    return {
        "idle": [*rows, {"part": "all", "cores": round(total, 4), "ceiling": CEILING, "verdict": "holds" if total <= CEILING else "missed"}]
    }
