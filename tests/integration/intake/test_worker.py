"""Intake's worker on real topics: what was committed is published, and an ended consent takes its key with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from deploy.embedded.stack import Stack
from services.intake import worker
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.messaging.broker import Broker
from shared.messaging.cloudevents import Encoder
from shared.messaging.consume import Consumer
from shared.messaging.reactions import Reacting
from shared.messaging.relay import Relay
from shared.messaging.topics import ensure
from tests.harness.people import a_registration, new_id
from tests.harness.topics import read_topics
from tests.harness.wait import eventually
from tests.integration.intake.conftest import Desk


@asynccontextmanager
async def at_work(desk: Desk, stack: Stack) -> AsyncIterator[None]:
    """Relay and reactions of intake, as the worker runs them."""
    await ensure(stack.bootstrap)
    broker = Broker(stack.bootstrap)
    loops: list[Any] = [
        Relay(desk.worker_dsn, broker, Encoder("route-example", (CLIENT, ENCOUNTER)), service="intake"),
        Consumer(Reacting(worker.REACTIONS, desk.parts.handle), dsn=desk.worker_dsn, broker=broker),
    ]
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    try:
        yield
    finally:
        for loop in loops:
            loop.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)


async def test_a_withdrawn_consent_destroys_the_profile_key(desk: Desk, stack: Stack) -> None:
    body = a_registration(local_id=new_id(), identity={"names": {"given": "Xiomara", "family": "Zelaya"}})
    client = (await desk.register(body))["id"]
    async with at_work(desk, stack):
        withdrawn = f"/v1/clients/{client}/consents/{body['consents'][1]['consent_id']}:withdraw"
        ended = await desk.post(withdrawn, {"purpose": "STATISTICS", "reason": "CLIENT_WISH"}, If_Match='"4"')
        assert ended.status_code == 200, ended.text
        await eventually(lambda: desk.keys_of(client), lambda keys: keys == {"identity"}, what="the profile key is gone")
    records = [r for r in await read_topics(stack.bootstrap, ["intake.client.v1"]) if r.stream == client]
    assert [record.headers["ce_type"].split(".")[2] for record in records] == [
        "client-registered", "consent-given", "consent-given", "transit-arrival-recorded", "consent-withdrawn",
    ]  # fmt: skip
    assert not [record for record in records if b"Xiomara" in record.value]
    first = orjson.loads(records[0].value)
    assert set(first) == {"ctx", "registered_on", "channel", "search_hits", "duplicates_seen", "open_case", "sealed"}
    assert set(first["sealed"]) == {"identity", "profile"}
    assert first["ctx"]["subject_id"] == client
