"""The relay forgets the pointers first and waits for the broker's acknowledgement afterwards."""

import asyncio

from shared.messaging.relay import Flight


def plant() -> None:
    async def settle(self: Flight, seconds: float) -> None:
        await self.transaction.commit()
        if self.acknowledged:
            await asyncio.wait_for(asyncio.gather(*self.acknowledged), seconds)

    Flight.settle = settle
