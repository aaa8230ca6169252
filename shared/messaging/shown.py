"""Waiting for a read model of one's own: a reaction that decides by it must not decide by what was before."""

import asyncio
from typing import Any
from uuid import UUID


async def shown(pool: Any, consumer: str, stream: str, version: int, *, seconds: float = 5.0) -> bool:
    """Wait, at most 5 s, until a read model of our own has applied a version of a stream; whether it has."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        applied = await pool.fetchval(
            "select max(version) from applied where consumer like $1 and stream_id = $2", f"{consumer}.v%", UUID(stream)
        )
        if applied is not None and applied >= version:
            return True
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.05)
