"""A send that the broker did not acknowledge in time is taken for done."""

import asyncio
import contextlib

from shared.messaging.relay import Flight, Relay


def plant() -> None:
    Relay.ACKNOWLEDGE_S = 1.0  # so that the test need not wait for the product's own 15 s

    async def settle(self: Flight, seconds: float) -> None:
        if self.acknowledged:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*self.acknowledged), seconds)
        await self.transaction.commit()

    Flight.settle = settle
