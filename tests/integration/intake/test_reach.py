"""What is out of reach: not in a list that asks for every centre, and not to be told from what does not exist."""

from __future__ import annotations

import time
from statistics import median
from typing import Any
from uuid import UUID

import pytest

from services.intake.parts import Intake
from tests.harness.people import CENTRE, a_registration, new_id
from tests.integration.intake.conftest import CENTRES, Desk
from tests.planted.route_forgets_its_check import planted


async def test_a_list_that_asks_for_every_centre_shows_those_of_the_caller(desk: Desk) -> None:
    made = await desk.register(a_registration(local_id=new_id()))
    await desk.catch_up()
    seen = {}
    for centre in CENTRES:
        with planted(frozenset(CENTRES)):
            pages = [await desk.as_("supervisor", centre).send("GET", path) for path in ("/v1/clients", "/v1/duplicate-reviews")]
        assert [page.status_code for page in pages] == [200, 200], [page.text for page in pages]
        seen[centre] = [made["id"] in page.text for page in pages]
    assert seen == {CENTRE: [True, False], CENTRES[1]: [False, False]}


async def likeness(desk: Desk, foreign: str) -> float:
    """How long a 404 for a client of another centre takes beside one for a client that does not exist: 1.0 is alike."""
    stranger = desk.as_("supervisor", CENTRES[1])
    took: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(120):
        exists = turn % 2 == 0
        began = time.perf_counter()
        answer = await stranger.send("GET", f"/v1/clients/{foreign if exists else new_id()}")
        took[exists].append(time.perf_counter() - began)
        assert answer.status_code == 404
    return median(took[True]) / median(took[False])


async def test_a_foreign_client_and_none_at_all_take_the_same_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """S1. Loosely: machines differ; what one more look-up for what exists would cost is seen by the planted one."""
    foreign = (await desk.register(a_registration(local_id=new_id())))["id"]
    assert 0.6 < await likeness(desk, foreign) < 1.6
    known_centre = Intake.known_centre

    async def looks_again(self: Any, stream_id: UUID) -> str | None:
        if centre := await known_centre(self, stream_id):
            for _ in range(60):
                await self.pool.fetchval("select count(*) from event")
        return centre

    monkeypatch.setattr(Intake, "known_centre", looks_again)
    assert await likeness(desk, foreign) > 1.6
