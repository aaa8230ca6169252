"""Ends a process whose loops make no progress, so that the supervisor starts it anew."""

import asyncio
import time
from collections.abc import Iterable

from shared import telemetry
from shared.messaging.failures import Restart
from shared.messaging.progress import Progress

log = telemetry.logger()


async def watch(
    loops: Iterable[Progress], *, poll_s: float = 60, commit_s: float = 120, assignment_s: float = 120, every_s: float = 1
) -> None:
    """Look at every loop for ever; raises Restart when one is stuck.

    Judged by completed polls, never by offsets: a quiet topic is normal, and a night without a record is not a fault.
    """
    while True:
        await asyncio.sleep(every_s)
        for each in loops:
            if why := stuck(each, poll_s=poll_s, commit_s=commit_s, assignment_s=assignment_s):
                log.error("loop_stuck", consumer=each.name, state=each.state, seconds=round(each.age(), 1), reason=why)
                raise Restart(f"{each.name}: {why}; the process ends so that it is started anew")


def stuck(loop: Progress, *, poll_s: float, commit_s: float, assignment_s: float) -> str | None:
    """What is wrong with a loop, if anything."""
    now = time.monotonic()
    if loop.state in ("retrying", "stopped"):
        return None  # it says itself what it waits for, and knows better
    if loop.age() > poll_s and loop.waiting_since is None and loop.unassigned_since is None:
        return f"no completed poll for {poll_s:.0f} s"
    if loop.waiting_since is not None and now - max(loop.waiting_since, loop.committed) > commit_s:
        return f"records are read and nothing was committed for {commit_s:.0f} s"
    if loop.unassigned_since is not None and now - loop.unassigned_since > assignment_s:
        return f"no assignment for {assignment_s:.0f} s"
    return None
