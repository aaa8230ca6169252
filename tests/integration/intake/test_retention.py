"""Retention proposes by the clock, once, and never erases; a hold, a return and a switch that is off keep it silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.intake import look_ups
from services.intake.client import pages
from services.intake.retention.review import SQL, overdue, review
from services.intake.retention.rules import proof_is_over
from services.intake.timers import timers
from services.intake.worker import TIMERS
from shared.messaging.timers import Ringing
from tests.harness.people import a_registration, new_id
from tests.integration.intake.conftest import Desk
from tests.integration.intake.test_erasure import HOLD, WHY, asked, do
from tests.integration.intake.test_merge import merge, pair, two

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
    await told(desk, query, TIMERS.projection.consumer)


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
    await told(desk, "update retention_v2.contact set on_day = current_date where subject_id = $1", UUID(client))
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


MONTH = timedelta(days=32)


def clock_from_now(desk: Desk, later: timedelta) -> Ringing:
    return clock(desk, datetime.now(UTC) - REGISTERED + later)


async def one_entered_twice(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record that goes on, and the one that was merged into it."""
    survivor, retired = await two(desk)
    await merge(desk, survivor, retired)
    await shown(desk)
    return survivor, retired


async def proposal(desk: Desk, client: str) -> dict[str, Any]:
    query = "select data ->> 'request_id' from event where stream_id = $1 and type = 'erasure-requested'"
    return WHY | {"request_id": await desk.parts.pool.fetchval(query, UUID(client))}


@pytest.mark.usefixtures("on")
async def test_a_duplicate_is_proposed_after_its_days_and_the_record_that_goes_on_stays(desk: Desk) -> None:
    survivor, retired = await one_entered_twice(desk)
    await clock_from_now(desk, timedelta(days=28)).round()
    assert await requests(desk, retired["id"]) == []
    later = (datetime.now(UTC) + MONTH).date()
    found = {each.client_id: each.term.of async for each in overdue(desk.parts.handle, desk.parts.region.retention, later)}
    assert (found.get(UUID(survivor["id"])), found[UUID(retired["id"])]) == (None, "DUPLICATE")
    for _ in range(2):
        await clock_from_now(desk, MONTH).round()
        await shown(desk)
    assert (await requests(desk, retired["id"]), await requests(desk, survivor["id"])) == (["RETENTION"], [])

    # Carried out early it is refused; then nothing opens any more of the one, and all of the other.
    what = await proposal(desk, retired["id"])
    early = await do(desk, retired["id"], ":erase", what)
    assert (early.status_code, early.json()["state"]) == (409, "KEPT")
    await told(desk, "update retention_v2.client set merged_on = current_date - 31 where client_id = $1", UUID(retired["id"]))
    # So it is while a case hangs on it, also one that was closed since.
    case = "insert into retention_v2.case_file (case_id, client_id, closed_on, protected) values ($1, $2, current_date, false)"
    await told(desk, case, UUID(case_id := new_id()), UUID(retired["id"]))
    helped = await do(desk, retired["id"], ":erase", what)
    assert (helped.status_code, helped.json()["state"]) == (409, "KEPT")
    await told(desk, "delete from retention_v2.case_file where case_id = $1", UUID(case_id))
    assert (await do(desk, retired["id"], ":erase", what)).status_code == 200
    assert (await desk.keys_of(retired["id"]), await desk.keys_of(survivor["id"])) == (set(), {"identity", "profile"})
    shown_now = await desk.read(survivor["id"])
    assert (shown_now["identity"]["names"]["given"], shown_now["merged"]) == ("Xiomara", [])
    export = await desk.as_("dpo", strong=True).send("GET", f"/v1/clients/{survivor['id']}/export", Gabay_Purpose="SUBJECT_REQUEST")
    assert (export.status_code, {each["id"] for each in export.json()["streams"]}) == (200, {survivor["id"]})
    year = datetime(datetime.now(UTC).year, 1, 1, tzinfo=UTC)
    [row] = await desk.parts.pool.fetch(SQL.done, year, year + timedelta(days=366))
    assert (row["basis"], row["erased"], row["merged"]) == ("RETENTION", 1, 1)
    # The one that is left is forgotten in its turn: the other half is done already.
    done = await do(desk, survivor["id"], ":erase", await asked(desk, survivor["id"]))
    assert done.status_code == 200, done.text


@pytest.mark.usefixtures("on")
async def test_a_duplicate_with_a_case_or_under_a_hold_or_taken_back_is_not_proposed(desk: Desk) -> None:
    with_case, held, apart = [await one_entered_twice(desk) for _ in range(3)]
    case = "insert into retention_v2.case_file (case_id, client_id, closed_on, protected) values ($1, $2, current_date, false)"
    await told(desk, case, UUID(new_id()), UUID(with_case[1]["id"]))
    # On the record that goes on: a hold is for the person.
    assert (await do(desk, held[0]["id"], "/holds", HOLD)).status_code == 200
    body = pair(*apart, reason="WRONG_MERGE")
    undone = await desk.as_("supervisor").post(f"/v1/clients/{apart[1]['id']}:unmerge", body)
    assert undone.status_code == 200, undone.text
    await shown(desk)
    await clock_from_now(desk, MONTH).round()
    assert [await requests(desk, retired["id"]) for _, retired in (with_case, held, apart)] == [[]] * 3
    later, rules = (datetime.now(UTC) + MONTH).date(), desk.parts.region.retention
    found = await review(UUID(held[1]["id"]), "", desk.parts.handle, rules, later)
    assert found is not None
    assert (found.held, found.term.of) == (True, "DUPLICATE")
    refused = await do(desk, held[1]["id"], ":erase", await asked(desk, held[1]["id"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "legal-hold")


async def test_the_proof_of_a_consent_is_shown_a_year_longer_than_what_it_permitted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await a_client(desk)
    assert (await do(desk, client, ":erase", await asked(desk, client))).status_code == 200

    async def consents(later: timedelta) -> list[dict[str, Any]]:
        monkeypatch.setattr(pages, "proof_is_over", lambda rules, on, today: proof_is_over(rules, on, today + later))
        answer = await desk.send("GET", f"/v1/clients/{client}/events")
        assert answer.status_code == 200, answer.text
        return [item for item in answer.json()["items"] if item["type"].startswith("consent-")]

    proved = await consents(timedelta(days=364))
    assert {"CASE_MANAGEMENT", "STATISTICS"} == {each["data"]["purpose"] for each in proved}
    for each in proved:
        assert {"notice_version", "language", "method", "valid_from"} <= each["data"].keys()
        assert each["actor"] == "stf-caseworker"
    assert {value for each in proved for value in each.get("sealed", {}).values()} <= {"erased"}
    assert await consents(timedelta(days=367)) == []
