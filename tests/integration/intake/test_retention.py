"""Retention proposes by the clock, once, and never erases; a hold, a return and a switch that is off keep it silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.intake import look_ups
from services.intake.retention.review import overdue
from services.intake.timers import timers
from shared.messaging.timers import Ringing
from tests.harness.people import a_registration, new_id
from tests.integration.intake.conftest import Desk
from tests.integration.intake.test_erasure import HOLD, WHY, do

REGISTERED = datetime(2026, 1, 6, tzinfo=UTC)  # the day of `a_registration`
YEARS = timedelta(days=3 * 366)


class Died(BaseException):
    """The worker is gone."""


class Frail:
    """A runner whose worker dies after its next append."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handle, name)

    async def run(self, *arguments: Any) -> Any:
        await self._handle.run(*arguments)
        raise Died


@pytest.fixture
def on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ups, "REGION", lambda: desk.parts.region)
    monkeypatch.setattr(look_ups, "proposes", lambda: True)


async def shown(desk: Desk) -> None:
    """The read models show every stream at its newest version."""
    await desk.catch_up()
    query = """
    insert into applied select $1, stream_id, version from stream
        on conflict (consumer, stream_id) do update set version = excluded.version
    """
    await told(desk, query, "intake.timers.v2")


async def told(desk: Desk, query: str, *values: Any) -> None:
    """What a consumer would write."""
    connection = await asyncpg.connect(desk.worker_dsn)
    try:
        await connection.execute(query, *values)
    finally:
        await connection.close()


def clock(desk: Desk, later: timedelta, handle: Any = None) -> Ringing:
    at = REGISTERED + later
    return Ringing(timers(lambda: desk.parts.region, look_ups), handle or desk.parts.handle, desk.parts.pool, now=lambda: at)


async def requests(desk: Desk, client: str) -> list[str]:
    query = "select data ->> 'basis' from event where stream_id = $1 and type = 'erasure-requested' order by version"
    return [row[0] for row in await desk.parts.pool.fetch(query, UUID(client))]


async def a_client(desk: Desk) -> str:
    return str((await desk.register(a_registration(local_id=new_id())))["id"])


@pytest.mark.usefixtures("on")
async def test_it_proposes_once_when_the_time_is_over_wherever_the_worker_stops(desk: Desk) -> None:
    client = await a_client(desk)
    await shown(desk)
    await clock(desk, timedelta(days=500)).round()
    assert await requests(desk, client) == []
    with pytest.raises(Died):
        await clock(desk, YEARS, Frail(desk.parts.handle)).round()
    for _ in range(2):
        await clock(desk, YEARS).round()
        await shown(desk)
    assert await requests(desk, client) == ["RETENTION"]
    # Whoever came back meanwhile is not erased by an old proposal.
    await told(desk, "update retention_v1.contact set on_day = current_date where subject_id = $1", UUID(client))
    request = await desk.parts.pool.fetchval(
        "select data ->> 'request_id' from event where stream_id = $1 and type = 'erasure-requested'", UUID(client)
    )
    refused = await do(desk, client, ":erase", WHY | {"request_id": request})
    assert (refused.status_code, refused.json()["code"], refused.json()["state"]) == (409, "invalid-state", "KEPT")
    assert await desk.keys_of(client) == {"identity", "profile"}


@pytest.mark.usefixtures("on")
async def test_a_hold_keeps_it_silent_and_the_plan_says_so(desk: Desk) -> None:
    client = await a_client(desk)
    assert (await do(desk, client, "/holds", HOLD)).status_code == 200
    await shown(desk)
    await clock(desk, YEARS).round()
    assert await requests(desk, client) == []
    later = (REGISTERED + YEARS).date()
    found = {each.client_id: each async for each in overdue(desk.parts.handle, desk.parts.region.retention, later)}
    assert (found[UUID(client)].held, found[UUID(client)].asked, found[UUID(client)].term.of) == (True, False, "CLIENT")
    soon = (REGISTERED + timedelta(days=500)).date()
    assert [each async for each in overdue(desk.parts.handle, desk.parts.region.retention, soon)] == []


async def test_switched_off_it_says_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ups, "REGION", lambda: desk.parts.region)
    monkeypatch.setattr(look_ups, "proposes", lambda: False)
    client = await a_client(desk)
    await shown(desk)
    await clock(desk, YEARS).round()
    assert await requests(desk, client) == []
