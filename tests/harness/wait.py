"""Waiting for a condition, with a deadline that says what was missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    question: Callable[[], Awaitable[T]], is_it: Callable[[T], bool] = bool, *, what: str, seconds: float = 30, pause: float = 0.05
) -> T:
    """Ask until the answer is good and return it. Fails with `what` was waited for and the last answer.

    An answer that could not be had (the part is being restarted) counts as not yet.
    """
    deadline = time.monotonic() + seconds
    last: object = "no answer"
    while True:
        try:
            last = answer = await question()
        except (OSError, TimeoutError, *_away()) as error:
            last = type(error).__name__
        else:
            if is_it(answer):
                return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}; last seen: {last!r:.2000}")
        await asyncio.sleep(pause)  # between two looks at the condition
        pause = min(pause * 1.5, 0.5)


def _away() -> tuple[type[Exception], ...]:
    import asyncpg
    import httpx
    from aiokafka.errors import KafkaError

    return (httpx.TransportError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError)
