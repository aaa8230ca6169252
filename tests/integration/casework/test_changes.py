"""The change feed of casework: confidential cases for those alone who may see them, and nothing passed over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.casework.feed import FEED
from shared.contracts.casework.case import CASE
from tests.integration.casework.desk import Desk
from tests.integration.casework.test_cases import a_case, a_service, some_needs
from tests.integration.casework.test_transfers import offered
from tests.integration.changes import feed, heard_of


async def test_a_confidential_case_is_heard_of_by_its_worker_and_the_protection_supervisor(desk: Desk) -> None:
    hidden, _ = await a_case(desk, confidential=True)
    plain, ground = await a_case(desk)
    for _ in range(2):  # told twice, it is there once
        await desk.catch_up(FEED, CASE)
    opened = [(1, "case-opened"), (2, "case-assigned")]
    for staff, hears in (("stf-w1", True), ("stf-p1", True), ("stf-s1", False), ("stf-r1", False), ("stf-w2", False)):
        assert await heard_of(desk.as_(staff), hidden) == (opened if hears else []), staff
        assert await heard_of(desk.as_(staff), plain) == opened, staff
    assert await heard_of(desk.as_("stf-x1"), plain) == []
    assert set((await feed(desk, limit=500))[0][0]) == {"aggregate", "id", "version", "type", "recorded_at"}

    # What it turns out to be hides all of it; if that never was true, it is there again.
    _, assessment = some_needs(ground, case_type="TRAFFICKING")
    made = await desk.post(f"/v1/cases/{plain}/needs", assessment, If_Match="*")
    await desk.catch_up(FEED, CASE)
    assert await heard_of(desk.as_("stf-s1"), plain) == []
    assert len(await heard_of(desk.as_("stf-p1"), plain)) == 3
    wrong = {"purpose": "CASE_MANAGEMENT", "reason": "WRONG_PERSON"}
    await desk.post(f"/v1/cases/{plain}/events/{made['events'][0]['event_id']}:void", wrong, If_Match='"3"')
    await desk.catch_up(FEED, CASE)
    assert [name for _, name in await heard_of(desk.as_("stf-s1"), plain)] == [
        "case-opened", "case-assigned", "needs-assessed", "entry-voided",
    ]  # fmt: skip


async def test_who_offers_a_case_hears_the_answer_and_no_more_of_it(route_desk: Desk) -> None:
    here, there = route_desk.as_("stf-w1"), route_desk.as_("stf-e2")
    taken, ground = await a_case(here)
    refused, other = await a_case(here)
    for case, of, answer in ((taken, ground, "ACCEPTED"), (refused, other, "REFUSED")):
        transfer = await offered(here, case, of)
        body = {**of, "answer": answer, "reason": "no bed"}
        await there.post(f"/v1/cases/{case}/transfers/{transfer}:answer", body, If_Match='"3"')
    await there.post(f"/v1/cases/{taken}:assign", {**ground, "worker": "stf-e3"}, If_Match='"4"')
    await here.post(f"/v1/cases/{refused}/services", a_service(other), If_Match="*")
    for _ in range(2):
        await here.catch_up(FEED, CASE)
    offer = ["case-opened", "case-assigned", "case-transfer-requested", "case-transfer-answered"]
    assert [name for _, name in await heard_of(here, taken)] == offer
    assert [name for _, name in await heard_of(here, refused)] == [*offer, "service-delivered"]
    assert [name for _, name in await heard_of(there, taken)] == ["case-transfer-answered", "case-assigned"]
    [row] = await here.rows(
        "select (select count(*) from changes.side) as sides, count(*) as cases from changes.change where id = $1", UUID(taken)
    )
    assert row["sides"] == 0


async def test_the_worker_of_a_confidential_case_that_moved_hears_no_more_of_it(route_desk: Desk) -> None:
    worker = route_desk.as_("stf-w1")
    case, ground = await a_case(worker, confidential=True)
    transfer = await offered(worker, case, ground)
    await worker.catch_up(FEED, CASE)
    assert len(await heard_of(worker, case)) == 3
    psv = {**ground, "answer": "ACCEPTED"}
    await route_desk.as_("stf-e4").post(f"/v1/cases/{case}/transfers/{transfer}:answer", psv, If_Match='"3"')
    await worker.catch_up(FEED, CASE)
    assert await heard_of(worker, case) == []
    assert len(await heard_of(route_desk.as_("stf-p1"), case)) == 4


class Topic:
    """What is stored, in the order in which a relay would find it: not that of its positions, which are drawn before the commit."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._sent = desk, set[Any]()

    async def relay(self) -> None:
        rows = await self._desk.parts.pool.fetch("select * from event where kind = 'case' order by position")
        for row in rows:
            if row["event_id"] not in self._sent:
                fact = await self._desk._fact(FEED, CASE, row)
                await self._desk.told(FEED, replace(fact, offset=OFFSETS + len(self._sent)))
                self._sent.add(row["event_id"])


OFFSETS = 1_000_000
"""Behind the places that `catch_up` has used."""


async def test_while_others_append_nothing_is_passed_over(desk: Desk) -> None:
    cases = [await a_case(desk) for _ in range(3)]
    topic = Topic(desk)
    await topic.relay()
    _, end = await feed(desk, limit=500)
    heard: list[tuple[str, int]] = []
    stored, told = asyncio.Event(), asyncio.Event()

    async def appends() -> None:
        works = [(case, a_service(ground)) for case, ground in cases for _ in range(3)]
        await asyncio.gather(*(desk.post(f"/v1/cases/{case}/services", body, If_Match="*") for case, body in works))
        stored.set()

    async def relays() -> None:
        while not told.is_set():
            last = stored.is_set()
            await topic.relay()
            if last:
                told.set()

    async def reads() -> None:
        after, last = end, False
        while not last:
            last = told.is_set()
            items, after = await feed(desk, after, limit=2)
            heard.extend((item["id"], item["version"]) for item in items)

    await asyncio.gather(appends(), relays(), reads())
    assert sorted(heard) == sorted((case, version) for case, _ in cases for version in range(3, 6))


async def test_a_cursor_of_a_case_worker_is_no_elses(desk: Desk) -> None:
    _, end = await feed(desk, limit=500)
    answer: Any = await desk.as_("stf-s1").get(f"/v1/changes?after={end}", 400)
    assert answer["code"] == "cursor-invalid"
