"""Whether somebody waits for an answer to a request about their data for longer than the law allows: a metric for an alert."""

import asyncio
from typing import Final

from shared import telemetry
from shared.compose import Parts
from shared.errors import Unavailable
from shared.eventsourcing.sql import Statements
from shared.messaging.failures import judge

SQL: Final = Statements("services.intake.rights")
EVERY_S: Final = 60.0


async def watch(parts: Parts) -> None:
    """Tell, every minute and for ever, for how long the oldest request has been overdue."""
    while True:
        try:
            age = await parts.pool.fetchval(SQL.overdue)
            telemetry.RIGHTS_OVERDUE_AGE.set(age, {"region": parts.settings.region})
        except Exception as error:  # what no retry mends goes on up and ends the worker
            if not isinstance(error, Unavailable) and judge(error) != "transient":
                raise
            telemetry.logger().warning("rights_not_counted", exc_info=error)
        await asyncio.sleep(EVERY_S)
