"""Takes what waits to its receiver: in order per stream, again and again for days, then parked."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Final

import httpcore

from shared import telemetry
from shared.webhooks.address import Forbidden, Guarded
from shared.webhooks.endpoint import Endpoint, signed
from shared.webhooks.queue import Queue, Waiting

FIRST, LONGEST, GIVE_UP = 5.0, 6 * 3600.0, 3 * 86_400.0
"""Seconds: the first pause, the longest (they double), and how long an endpoint may fail before it is parked."""

TOGETHER: Final = 16
MEASURED_S: Final = 15.0
ANSWER_BYTES: Final = 16_384
TIMEOUTS: Final = {"connect": 5.0, "read": 15.0, "write": 15.0, "pool": 15.0}
log = telemetry.logger()


def pause(attempts: int, draw: Callable[[], float] = random.random) -> float:
    """Seconds until the next try: doubling, with a fifth by chance so that streams do not come back all at once."""
    return float(min(LONGEST, FIRST * 2.0 ** min(attempts, 20)) * (0.9 + 0.2 * draw()))


class Deliverer:
    """Deliveries to one endpoint. clock: seconds since 1970; tests move it."""

    def __init__(self, endpoint: Endpoint, queue: Queue, *, clock: Callable[[], float] = time.time, network: Guarded | None = None) -> None:
        self._endpoint, self._queue, self._clock = endpoint, queue, clock
        self._labels = {"integrator": endpoint.integrator, "endpoint": endpoint.name}
        self._pool = httpcore.AsyncConnectionPool(
            network_backend=network or Guarded(endpoint.networks, public=endpoint.encrypted),
            max_connections=TOGETHER,
            keepalive_expiry=30,
            retries=0,
        )

    async def close(self) -> None:
        await self._pool.aclose()

    async def once(self) -> int:
        """Try whatever is due, each stream's oldest fact; returns how many were taken."""
        due = self._queue.due(self._endpoint.name, self._clock(), TOGETHER)
        since, attempts = self._queue.failing(self._endpoint.name)
        if since is not None:
            due = due[:1]  # somebody who is down is asked by one, not by sixteen
        taken = await asyncio.gather(*(self._try(each, attempts) for each in due))
        return sum(taken)

    async def run(self) -> None:
        """Until cancelled."""
        measured = -MEASURED_S
        while True:
            if time.monotonic() - measured >= MEASURED_S:
                self.measure()
                measured = time.monotonic()
            if not await self.once():
                await asyncio.sleep(0.2)

    def measure(self) -> None:
        """Tell how long the oldest fact waits, and whether the endpoint is parked."""
        age, parked = self._queue.measured(self._endpoint.name)
        telemetry.WEBHOOK_OLDEST_AGE.set(age, self._labels)
        telemetry.WEBHOOK_PARKED.set(int(parked), self._labels)

    async def _try(self, each: Waiting, attempts: int) -> bool:
        status = await self._post(each)
        now = self._clock()
        if 200 <= status < 300:
            self._queue.taken(each)
            telemetry.WEBHOOK_DELIVERED.add(1, self._labels)
            return True
        if status == 410:
            self._park("gone: the receiver wants nothing more")
            return False
        # Also of a receiver that is away: the next try is another fact's, or the one that breaks it would hold up all others.
        self._queue.refused(each, now, now + pause(each.attempts))
        if status in (0, 408, 425, 429) or status >= 500:
            self._queue.failed(self._endpoint.name, now, now + pause(attempts), attempts + 1)
        told = f"status {status}" if status else "no answer"
        since, _ = self._queue.failing(self._endpoint.name)
        if since is not None and now - since > GIVE_UP:
            self._park(f"failed with {told} for three days")
        elif each.failing_since is not None and now - each.failing_since > GIVE_UP:
            self._park(f"refuses a fact with {told} for three days")
        else:
            telemetry.WEBHOOK_RETRIED.add(1, self._labels)
        return False

    def _park(self, reason: str) -> None:
        self._queue.park(self._endpoint.name, reason)
        log.error("webhook_parked", endpoint=self._endpoint.name, reason=reason.partition(":")[0])

    async def _post(self, each: Waiting) -> int:
        """The status; 0 without an answer. Redirects are answers like others: they are not followed."""
        headers = {
            "content-type": "application/cloudevents+json",
            "user-agent": "gabay-webhooks",
            **signed(self._endpoint, each.id, int(self._clock()), each.body),
        }
        try:
            async with self._pool.stream(
                "POST", self._endpoint.url, headers=list(headers.items()), content=each.body, extensions={"timeout": TIMEOUTS}
            ) as answer:
                read = 0
                async for part in answer.aiter_stream():
                    read += len(part)
                    if read > ANSWER_BYTES:
                        break  # what it says is of no interest
                return int(answer.status)
        except Forbidden:
            log.warning("webhook_forbidden_address", endpoint=self._endpoint.name)
            return 0
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError, TimeoutError) as error:
            log.info("webhook_no_answer", endpoint=self._endpoint.name, error=type(error).__name__)
            return 0
