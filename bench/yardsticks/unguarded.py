"""U: intake's own api with two things taken out, as a process of its own: whoever asks may, and no reading goes on record.

    python -m bench.yardsticks.unguarded

The rest is the product: token, grants, rate limits, fold, keys, answer. What authorisation and audit cost is what it is faster by.
They are taken out here, in this process; the product knows no switch for it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bench.drive import Target, free_port
from bench.stack import Stack
from bench.yardsticks.empty import ROOT, listening


def take_out() -> None:
    """In this process, for good."""
    from shared.http import authorise
    from shared.http.audit import ReadAudit
    from shared.http.call import Call

    yes = authorise.Decision(True, role="caseworker")

    async def nothing(audit: ReadAudit, reading: Any) -> None:
        return None

    authorise.may = lambda subject, action: True
    Call.allow = lambda call, resource, action=None: yes  # type: ignore[method-assign, assignment]
    Call.may = lambda call, action, resource=None: True  # type: ignore[method-assign, assignment]
    ReadAudit.write = nothing  # type: ignore[method-assign, assignment]


@asynccontextmanager
async def serving(stack: Stack) -> AsyncIterator[Target]:
    """Run it beside intake's api, on the same databases; it ends with the block."""
    port = free_port()
    own = {"GABAY_HTTP_PORT": str(port), "GABAY_HEALTH_PORT": str(port), "PYTHONPATH": str(ROOT)}
    environment = {**os.environ, **stack.embedded.env("intake", "api"), **own}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.yardsticks.unguarded", env=environment)
    try:
        await listening(port)
        yield Target("127.0.0.1", port, (process.pid,))
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    from services.intake.api import main
    from shared.settings import Settings

    take_out()
    main(Settings.load("intake", "api"))
