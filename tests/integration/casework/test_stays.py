"""A shelter over HTTP: places are never given twice, sexes and ages are apart, names are for those in the house."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.casework.caseload.projection import caseload
from services.casework.consents.projection import consents
from services.casework.shelter.projection import shelter
from shared.contracts.casework.case import CASE
from shared.contracts.casework.stay import STAY
from shared.eventsourcing.store import PostgresStore
from tests.integration.casework.desk import ROUTE_CENTRE, Desk, consent_given, intake_told
from tests.integration.casework.test_cases import in_the_name_of
from tests.planted import places_counted_before_the_append

GROUND = {"purpose": "CASE_MANAGEMENT", "basis": "CONSENT"}
WOMEN, MEN, CHILDREN, HOTEL, SAFE = (f"{ROUTE_CENTRE}-{letter}" for letter in "WMCHS")
CAPACITY = {WOMEN: 16, CHILDREN: 6, HOTEL: 8, SAFE: 4}


async def a_guest(desk: Desk, unit: str = WOMEN, **changes: Any) -> dict[str, Any]:
    """The body that takes somebody in."""
    client, consent = uuid4(), uuid4()
    await desk.told(consents, consent_given(client, consent, "CASE_MANAGEMENT"))
    return {
        **GROUND, "consent_id": str(consent), "centre": ROUTE_CENTRE, "client_id": str(client), "unit": unit, "sex": "F",
        "adult_child": "ADULT", "expected_exit": str(datetime.now(UTC).date() + timedelta(days=7)), "display_name": "Rosa", **changes,
    }  # fmt: skip


def of(guest: dict[str, Any]) -> dict[str, Any]:
    """What every later command about this guest says of its ground."""
    return {name: guest[name] for name in ("purpose", "basis", "consent_id")}


async def leave(desk: Desk, stay: str, guest: dict[str, Any], version: int = 1, **changes: Any) -> dict[str, Any]:
    body = {**of(guest), "exit": "PLANNED", "destination": "FAMILY", **changes}
    return await desk.post(f"/v1/stays/{stay}:end", body, If_Match=f'"{version}"')


async def board(desk: Desk, unit: str | None, query: str = "") -> dict[str, Any]:
    shown = await desk.as_("stf-e1").get(f"/v1/units?centre={ROUTE_CENTRE}{query}")
    line: dict[str, Any] = next(item for item in shown["items"] if item["unit"] == unit)
    return line


async def knock(desk: Desk, unit: str, guests: int, **changes: Any) -> list[str]:
    """So many want in at once; what was wrong with what came of it."""
    bodies = [await a_guest(desk, unit, **changes) for _ in range(guests)]
    before = (await board(desk, unit))["taken"]
    answers = await asyncio.gather(*(desk.send("POST", "/v1/stays", body) for body in bodies))
    admitted = [answer for answer in answers if answer.status_code == 201]
    refused = [answer.json() for answer in answers if answer.status_code != 201]
    stored = await desk.parts.pool.fetchval("select count(*) from event where type = 'shelter-stay-started' and data->>'unit' = $1", unit)
    found = []
    if stored > CAPACITY[unit]:
        found.append(f"{stored} people in {CAPACITY[unit]} places")
    if len(admitted) != min(guests, CAPACITY[unit] - before) or any(problem["code"] != "unit-full" for problem in refused):
        found.append(f"{len(admitted)} admitted to {CAPACITY[unit] - before} free places, {len(refused)} refused")
    return found


async def test_nobody_has_two_places_at_once(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, SAFE)
    answers = await asyncio.gather(*(route_desk.send("POST", "/v1/stays", guest) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    [stay] = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    problem = await route_desk.refused("/v1/stays", guest | {"unit": SAFE}, 409, "invalid-state")
    assert "trace" in problem
    # Under the other record of the same person neither.
    other = guest | {"client_id": str(uuid4()), "consent_id": str(uuid4()), "unit": SAFE}
    client, retired = UUID(guest["client_id"]), UUID(other["client_id"])
    merged = {"survivor_id": str(retired), "retired_id": str(client)}
    told = [consent_given(retired, UUID(other["consent_id"]), "CASE_MANAGEMENT"), intake_told("client-retired", client, 2, **merged)]
    await route_desk.told(consents, *told)
    problem = await route_desk.refused("/v1/stays", other, 409, "invalid-state")
    assert problem["state"] == "STAYING"
    await leave(route_desk, stay, guest)
    back = (await route_desk.post("/v1/stays", other))["id"]
    await leave(route_desk, back, other)


async def test_no_unit_ever_holds_more_than_its_capacity(route_desk: Desk) -> None:
    assert await knock(route_desk, WOMEN, 60) == []
    assert (await board(route_desk, WOMEN))["free"] == 0
    assert await knock(route_desk, WOMEN, 5) == []


async def test_and_a_place_counted_before_the_append_would_be_given_twice(route_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PostgresStore, "append", PostgresStore.append)  # put back afterwards
    places_counted_before_the_append.plant()
    found = await knock(route_desk, CHILDREN, 40, adult_child="CHILD")
    assert found, "a unit counted before the append was not found to be overfull"


async def test_who_leaves_makes_room_for_one(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, HOTEL, family=True)
    stay = await route_desk.post("/v1/stays", guest)
    assert await knock(route_desk, HOTEL, 12, family=True) == []
    await leave(route_desk, stay["id"], guest)
    assert (await board(route_desk, HOTEL))["free"] == 1
    answers = await asyncio.gather(*[route_desk.send("POST", "/v1/stays", await a_guest(route_desk, HOTEL, family=True)) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_a_repeated_admission_takes_one_place(route_desk: Desk) -> None:
    guest, key = await a_guest(route_desk, SAFE), str(uuid4())
    answers = await asyncio.gather(*(route_desk.send("POST", "/v1/stays", guest, Idempotency_Key=key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    line = await board(route_desk, None)
    assert (line["kind"], line["name"], line["capacity"], line["taken"]) == ("SAFE", None, 4, 1)
    await leave(route_desk, answers[0].json()["id"], guest)
    assert (await board(route_desk, None))["taken"] == 0


async def test_sexes_and_ages_are_apart(route_desk: Desk) -> None:
    problem = await route_desk.refused("/v1/stays", await a_guest(route_desk, MEN), 409, "separation-rule")
    assert problem["room_class"] == "DORM_M"
    await route_desk.refused("/v1/stays", await a_guest(route_desk, CHILDREN), 409, "separation-rule")
    strange = await a_guest(route_desk, "NO-SUCH-UNIT")
    problem = await route_desk.refused("/v1/stays", strange, 422, "validation")
    assert problem["errors"] == [{"loc": "/unit", "code": "not-allowed-here"}]


async def test_a_supervisor_extends_and_a_warden_moves(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, MEN, sex="M")
    stay = (await route_desk.post("/v1/stays", guest))["id"]
    change = f"/v1/stays/{stay}:change"
    later = str(datetime.now(UTC).date() + timedelta(days=20))
    longer = {**of(guest), "reason": "EXTENDED", "expected_exit": later, "reason_text": "no boat yet"}
    await route_desk.refused(change, longer | {"requested_by": "stf-e5"}, 409, "approval-needed", If_Match='"1"')
    supervisor = route_desk.as_("stf-e2")
    await supervisor.refused(change, longer, 409, "approval-needed", If_Match='"1"')
    await supervisor.post(change, longer | {"requested_by": "stf-e1"}, If_Match='"1"')
    problem = await route_desk.refused(change, {**of(guest), "reason": "MOVED", "expected_exit": later}, 422, "validation", If_Match='"2"')
    assert [error["loc"] for error in problem["errors"]] == ["/unit", "/sex", "/expected_exit"]
    await route_desk.refused(change, {**of(guest), "reason": "MOVED", "unit": WOMEN, "sex": "M"}, 409, "separation-rule", If_Match='"2"')
    await route_desk.refused(change, {**of(guest), "reason": "MOVED", "unit": SAFE, "sex": "M"}, 422, "validation", If_Match='"2"')
    await route_desk.refused(change, longer, 412, "stale-version", If_Match='"1"')
    shown = await route_desk.get(f"/v1/stays/{stay}")
    assert (shown["expected_exit"], shown["version"], shown["allowed"]) == (later, 2, ["ChangeStay", "EndStay"])


async def test_a_warden_reads_a_name_and_a_unit_and_no_more(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, MEN, sex="M", safety_flags=["brother searches"])
    stay = (await route_desk.post("/v1/stays", guest))["id"]
    seen = await route_desk.get(f"/v1/stays/{stay}")
    assert (seen["display_name"], seen["unit"], seen["state"]) == ("Rosa", MEN, "STAYING")
    assert not {"client_id", "case_id", "safety_flags", "safe_unit"} & seen.keys()
    await leave(route_desk, stay, guest, note="angry with the cook")
    facts = (await route_desk.get(f"/v1/stays/{stay}/events"))["items"]
    assert [fact["data"]["narrative"] for fact in facts] == [{"display_name": "Rosa"}, {"display_name": None}]
    protector = route_desk.as_("stf-e4")
    assert (await protector.get(f"/v1/stays/{stay}"))["safety_flags"] == ["brother searches"]
    told = (await protector.get(f"/v1/stays/{stay}/events"))["items"]
    assert told[1]["data"]["narrative"]["note"] == "angry with the cook"
    reads = await route_desk.parts.pool.fetch("select actor, classes from read_audit where $1 = any(subject_id)", UUID(guest["client_id"]))
    assert {("stf-e1", ("narrative",)), ("stf-e4", ("narrative", "protected"))} <= {(row[0], tuple(row[1])) for row in reads}


async def test_a_protected_place_is_named_nowhere_but_in_the_protected_part(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, SAFE)
    stay = (await route_desk.post("/v1/stays", guest))["id"]
    await route_desk.catch_up(shelter, STAY)
    assert (await route_desk.get(f"/v1/stays/{stay}"))["unit"] is None
    assert (await route_desk.as_("stf-e4").get(f"/v1/stays/{stay}"))["safe_unit"] == SAFE
    stored = await route_desk.parts.pool.fetchval("select data::text from event where stream_id = $1", UUID(stay))
    assert SAFE not in stored
    assert all(SAFE not in row for rows in await route_desk.tables("shelter.stay", "shelter.lodging", "shelter.term") for row in rows)


async def test_strangers_learn_nothing(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, MEN, sex="M")
    stay = (await route_desk.post("/v1/stays", guest))["id"]
    await route_desk.as_("stf-w1").get(f"/v1/stays/{stay}", 404)
    await route_desk.as_("stf-e3").get(f"/v1/stays/{stay}", 403)  # of no case of theirs
    await route_desk.as_("stf-o1").get(f"/v1/stays/{stay}", 403)
    end = {**of(guest), "exit": "PLANNED", "destination": "FAMILY"}
    await route_desk.as_("stf-s1").refused(f"/v1/stays/{stay}:end", end, 404, "not-found", If_Match='"1"')
    await route_desk.as_("stf-e3").refused(f"/v1/stays/{stay}:end", end, 403, "forbidden", If_Match='"1"')
    await route_desk.as_("stf-s1").get(f"/v1/units?centre={ROUTE_CENTRE}", 404)


async def test_a_stay_is_on_the_desk_of_the_cases_worker(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, MEN, sex="M")
    opening = {**of(guest), "centre": ROUTE_CENTRE, "client_id": guest["client_id"], "reason": "landed at night", "minor": False}
    case = (await route_desk.as_("stf-e3").post("/v1/cases", opening))["id"]
    worker = {**of(guest), "worker": "stf-e3"}
    await route_desk.as_("stf-e2").post(f"/v1/cases/{case}:assign", worker, If_Match='"1"')
    other = await a_guest(route_desk, MEN, sex="M", case_id=case)
    problem = await route_desk.refused("/v1/stays", other, 422, "validation")
    assert problem["errors"] == [{"loc": "/case_id", "code": "not-allowed-here"}]
    stay = (await route_desk.post("/v1/stays", guest | {"case_id": case}))["id"]
    seen = await route_desk.as_("stf-e3").get(f"/v1/stays/{stay}")
    assert (seen["case_id"], seen["client_id"]) == (case, guest["client_id"])
    await route_desk.catch_up(caseload, CASE)
    await route_desk.catch_up(shelter, STAY)
    listed = (await route_desk.as_("stf-e3").get("/v1/stays"))["items"]
    assert [item["stay_id"] for item in listed] == [stay]
    await route_desk.told(caseload, in_the_name_of("stf-w1", case))
    assert (await route_desk.as_("stf-w1").get("/v1/stays"))["items"] == []


async def test_the_list_shows_who_stays_where_and_pages(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, MEN, sex="M", display_name="Juan")
    stay = (await route_desk.post("/v1/stays", guest))["id"]
    await route_desk.catch_up(shelter, STAY)
    found, path = [], f"/v1/stays?centre={ROUTE_CENTRE}&unit={MEN}&state=STAYING&limit=2"
    while path:
        page = await route_desk.get(path)
        found += page["items"]
        path = f"/v1/stays?centre={ROUTE_CENTRE}&unit={MEN}&state=STAYING&limit=2&cursor={page['next']}" if page["next"] else ""
    mine = next(item for item in found if item["stay_id"] == stay)
    assert (mine["display_name"], mine["unit"], mine["nights"], mine["overstay"]) == ("Juan", MEN, 0, False)
    assert len({item["stay_id"] for item in found}) == len(found)
    assert {item["unit"] for item in found} == {MEN}


async def test_the_board_counts_nights_and_overstays_and_is_the_same_when_everything_is_applied_twice(route_desk: Desk) -> None:
    # El Paraíso is six hours behind UTC: from 1 May 23:00 to 3 May 06:00 are the nights of 1 and 2 May.
    past = {"arrived": "2026-05-02T05:00:00Z", "expected_exit": "2026-05-03", "sex": "M"}
    gone, late = [await a_guest(route_desk, MEN, **past) for _ in range(2)]
    stay = (await route_desk.post("/v1/stays", gone))["id"]
    await leave(route_desk, stay, gone, left="2026-05-03T12:00:00Z")
    await route_desk.post("/v1/stays", late)
    await route_desk.catch_up(shelter, STAY)
    once = await route_desk.tables("shelter.stay", "shelter.lodging", "shelter.term")
    await route_desk.catch_up(shelter, STAY)
    assert await route_desk.tables("shelter.stay", "shelter.lodging", "shelter.term") == once
    ended = await route_desk.get(f"/v1/stays/{stay}")
    assert (ended["nights"], ended["state"]) == (2, "ENDED")
    assert (await board(route_desk, MEN, "&since=2026-04-01&until=2026-05-02"))["nights"] == 4
    line = await board(route_desk, MEN, "&since=2026-05-02&until=2026-05-04")
    assert (line["nights"], line["overstays"]) == (4, 1)
    refused = await route_desk.send("GET", f"/v1/units?centre={ROUTE_CENTRE}&since=2026-05-02&until=2026-05-01")
    assert (refused.status_code, refused.json()["where"]) == (400, "until")


async def test_an_exit_that_never_was_takes_its_place_again(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, SAFE)
    stay = (await route_desk.post("/v1/stays", guest))["id"]
    before = (await board(route_desk, None))["taken"]
    ended = await leave(route_desk, stay, guest)
    assert (await board(route_desk, None))["taken"] == before - 1
    void = f"/v1/stays/{stay}/events/{ended['events'][0]['event_id']}:void"
    wrong = {"purpose": "CASE_MANAGEMENT", "reason": "WRONG_PERSON"}
    begun = (await route_desk.get(f"/v1/stays/{stay}/events"))["items"][0]["event_id"]
    await route_desk.refused(f"/v1/stays/{stay}/events/{begun}:void", wrong, 409, "not-voidable", If_Match='"2"')
    await route_desk.as_("stf-e3").refused(void, wrong, 403, "forbidden", If_Match='"2"')
    await route_desk.post(void, wrong, If_Match='"2"')
    assert (await board(route_desk, None))["taken"] == before
    await route_desk.catch_up(shelter, STAY)
    assert (await route_desk.get(f"/v1/stays/{stay}"))["state"] == "STAYING"
    await route_desk.post(f"/v1/stays/{stay}/events/{begun}:void", wrong, If_Match='"3"')
    assert (await board(route_desk, None))["taken"] == before - 1
    await route_desk.catch_up(shelter, STAY)
    assert await route_desk.rows("select stay_id from shelter.stay where stay_id = $1", UUID(stay)) == []
    await route_desk.refused(
        f"/v1/stays/{stay}:end", {**of(guest), "exit": "PLANNED", "destination": "FAMILY"}, 409, "invalid-state", If_Match='"4"'
    )


async def test_a_case_is_not_closed_over_a_bed(route_desk: Desk) -> None:
    guest = await a_guest(route_desk, MEN, sex="M")
    opening = {**of(guest), "centre": ROUTE_CENTRE, "client_id": guest["client_id"], "reason": "landed at night", "minor": False}
    case = (await route_desk.as_("stf-e3").post("/v1/cases", opening))["id"]
    supervisor = route_desk.as_("stf-e2")
    stay = (await route_desk.post("/v1/stays", guest | {"case_id": case}))["id"]
    close = {**of(guest), "reason": "MOVED", "summary": "went on", "requested_by": "stf-e3"}
    problem = await supervisor.refused(f"/v1/cases/{case}:close", close, 409, "open-items", If_Match='"1"')
    assert problem["kinds"] == ["stay"]
    await leave(route_desk, stay, guest)
    await supervisor.post(f"/v1/cases/{case}:close", close, If_Match='"1"')
