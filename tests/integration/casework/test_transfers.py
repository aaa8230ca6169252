"""A case that moves between centres, entries that never were true, and the board of who has how much to do."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from services.casework.caseload.projection import caseload
from shared.contracts.casework.case import CASE
from tests.integration.casework.desk import CENTRE, ROUTE_CENTRE, Desk
from tests.integration.casework.test_cases import a_case, a_client, a_service, some_needs
from tests.integration.casework.test_plans import a_plan


async def offered(desk: Desk, case: str, ground: dict[str, Any], version: int = 2) -> str:
    """A transfer to the route centre that waits for its answer."""
    transfer = str(uuid4())
    body = {**ground, "transfer_id": transfer, "to_centre": ROUTE_CENTRE, "reason": "moves on"}
    await desk.post(f"/v1/cases/{case}/transfers", body, If_Match=f'"{version}"')
    return transfer


async def test_a_case_moves_to_the_centre_that_takes_it(route_desk: Desk) -> None:
    here = route_desk.as_("stf-w1")
    case, ground = await a_case(here)
    transfer = await offered(here, case, ground)
    there = route_desk.as_("stf-e2")
    shown = await there.get(f"/v1/cases/{case}")
    assert (shown["centre"], shown["transfer"]) == (CENTRE, {"transfer_id": transfer, "to_centre": ROUTE_CENTRE})
    await there.get(f"/v1/cases/{case}/events", 404)
    await route_desk.as_("stf-e3").get(f"/v1/cases/{case}", 404)
    await here.catch_up(caseload, CASE)
    [waiting] = [item for item in (await there.get("/v1/transfers"))["items"] if item["case_id"] == case]
    assert (waiting["centre"], waiting["transfer_to"], waiting["worker"]) == (CENTRE, ROUTE_CENTRE, "stf-w1")
    path, body = f"/v1/cases/{case}/transfers/{transfer}:answer", {**ground, "answer": "ACCEPTED"}
    await route_desk.as_("stf-s1").refused(path, body, 404, "not-found", If_Match='"3"')
    await route_desk.as_("stf-e3").refused(path, body, 403, "forbidden", If_Match='"3"')
    await there.post(path, body, If_Match='"3"')
    await here.get(f"/v1/cases/{case}", 404)
    moved = await there.get(f"/v1/cases/{case}")
    assert (moved["centre"], moved["state"], moved["worker"], moved["transfer"]) == (ROUTE_CENTRE, "OPEN", None, None)
    await route_desk.as_("stf-e3").post(f"/v1/cases/{case}:assign", {**ground, "worker": "stf-e3"}, If_Match='"4"')
    await route_desk.as_("stf-e3").post(f"/v1/cases/{case}/services", a_service(ground), If_Match="*")
    # The place of the one open case of a client moved too: there is room here again, and none there.
    await here.post("/v1/cases", {**ground, "centre": CENTRE, "client_id": moved["client_id"], "reason": "back"})
    again = {**ground, "centre": ROUTE_CENTRE, "client_id": moved["client_id"], "reason": "again"}
    await route_desk.as_("stf-e3").refused("/v1/cases", again, 409, "invalid-state")


async def test_a_refused_transfer_leaves_the_case_where_it_is(route_desk: Desk) -> None:
    here = route_desk.as_("stf-w1")
    case, ground = await a_case(here)
    strange = {**ground, "to_centre": "PH-MAS-01", "reason": "no centre of this region"}
    await here.refused(f"/v1/cases/{case}/transfers", strange, 422, "validation", If_Match='"2"')
    transfer = await offered(here, case, ground)
    there = route_desk.as_("stf-e2")
    path = f"/v1/cases/{case}/transfers/{transfer}:answer"
    await there.refused(path, {**ground, "answer": "REFUSED"}, 422, "validation", If_Match='"3"')
    await there.post(path, {**ground, "answer": "REFUSED", "reason": "no bed"}, If_Match='"3"')
    assert (await here.get(f"/v1/cases/{case}"))["worker"] == "stf-w1"
    await there.get(f"/v1/cases/{case}", 404)


async def test_a_confidential_case_is_offered_to_the_protection_supervisor_alone(route_desk: Desk) -> None:
    here = route_desk.as_("stf-w1")
    case, ground = await a_case(here, confidential=True)
    transfer = await offered(here, case, ground)
    await here.catch_up(caseload, CASE)
    path, body = f"/v1/cases/{case}/transfers/{transfer}:answer", {**ground, "answer": "ACCEPTED"}
    await route_desk.as_("stf-e2").refused(path, body, 404, "not-found", If_Match='"3"')
    assert case not in [item["case_id"] for item in (await route_desk.as_("stf-e2").get("/v1/transfers"))["items"]]
    assert case in [item["case_id"] for item in (await route_desk.as_("stf-e4").get("/v1/transfers"))["items"]]
    await route_desk.as_("stf-e4").post(path, body, If_Match='"3"')


async def test_an_entry_that_never_was_true_leaves_state_and_board(desk: Desk) -> None:
    case, ground = await a_case(desk)
    need, assessment = some_needs(ground)
    answer = await desk.post(f"/v1/cases/{case}/needs", assessment, If_Match="*")
    note = await desk.post(f"/v1/cases/{case}/notes", {**ground, "kind": "CONTACT", "text": "wrong person"}, If_Match="*")
    wrong = {"purpose": "CASE_MANAGEMENT", "reason": "WRONG_PERSON"}
    for made in (note, answer):
        [event] = made["events"]
        version = (await desk.get(f"/v1/cases/{case}"))["version"]
        await desk.post(f"/v1/cases/{case}/events/{event['event_id']}:void", wrong, If_Match=f'"{version}"')
    shown = await desk.get(f"/v1/cases/{case}")
    assert (shown["state"], shown["needs"]) == ("OPEN", 0)
    told = (await desk.get(f"/v1/cases/{case}/events"))["items"]
    assert [fact["type"] for fact in told if fact.get("void")] == ["needs-assessed", "case-note-recorded"]
    opened = told[0]["event_id"]
    problem = await desk.refused(f"/v1/cases/{case}/events/{opened}:void", wrong, 409, "not-voidable", If_Match='"6"')
    assert problem["rule"] == "type"
    await desk.catch_up(caseload, CASE)
    [row] = await desk.rows("select state from caseload.case_file where case_id = $1", UUID(case))
    assert row["state"] == "OPEN"
    lines = (await desk.get(f"/v1/cases/{case}/timeline"))["items"]
    assert [line["type"] for line in lines if line.get("void")] == ["needs-assessed", "case-note-recorded"]
    assert need


async def test_the_board_shows_state_and_looks_back_as_the_fold_does(desk: Desk) -> None:
    case, ground = await a_case(desk)
    need, assessment = some_needs(ground)
    await desk.post(f"/v1/cases/{case}/needs", assessment, If_Match="*")
    action, plan = a_plan(ground, need)
    await desk.post(f"/v1/cases/{case}/plans", plan, If_Match='"3"')
    await desk.post(
        f"/v1/cases/{case}/plans/1:agree", {**ground, "client_agreed": True, "agreed_on": "2026-03-05", "method": "AUDIO"}, If_Match='"4"'
    )
    early = await desk.post(f"/v1/cases/{case}/follow-ups", {**ground, "type": "SAFETY", "due": "2026-03-20"}, If_Match="*")
    names = ("caseload.case_file", "caseload.step", "caseload.action", "caseload.follow_up", "caseload.looked_back", "caseload.hidden")

    async def board() -> tuple[str, str]:
        await desk.catch_up(caseload, CASE)
        once = await desk.tables(*names)
        await desk.catch_up(caseload, CASE)
        assert await desk.tables(*names) == once
        [row] = await desk.rows("select state, next_follow_up from caseload.case_file where case_id = $1", UUID(case))
        assert row["state"] == (await desk.get(f"/v1/cases/{case}"))["state"]
        return row["state"], str(row["next_follow_up"])

    assert await board() == ("PLAN_AGREED", "2026-03-20")
    await desk.post(f"/v1/cases/{case}/plans/1/actions/{action}", {**ground, "status": "DONE"}, If_Match='"6"')
    assert await board() == ("PLAN_AGREED", "2026-03-20")
    late = await desk.post(f"/v1/cases/{case}/follow-ups", {**ground, "type": "SAFETY", "due": "2026-04-20"}, If_Match="*")
    assert await board() == ("FOLLOW_UP", "2026-03-20")
    [first] = [each for each in (await desk.get(f"/v1/cases/{case}"))["follow_ups"] if each["due"] == "2026-03-20"]
    record = f"/v1/cases/{case}/follow-ups/{first['follow_up_id']}:record"
    await desk.post(record, {**ground, "done": "2026-03-21", "contact": "REACHED"}, If_Match="*")
    assert await board() == ("FOLLOW_UP", "2026-04-20")
    wrong = {"purpose": "CASE_MANAGEMENT", "reason": "ENTERED_IN_ERROR"}
    await desk.post(f"/v1/cases/{case}/events/{late['events'][0]['event_id']}:void", wrong, If_Match='"9"')
    assert await board() == ("PLAN_AGREED", "None")
    assert early


async def test_who_has_how_much_to_do(desk: Desk) -> None:
    case, ground = await a_case(desk)
    await desk.post(f"/v1/cases/{case}/follow-ups", {**ground, "type": "SAFETY", "due": "2020-03-20"}, If_Match="*")
    client, ground = await a_client(desk)
    await desk.post("/v1/cases", {**ground, "centre": CENTRE, "client_id": str(client), "reason": "help"})
    await desk.catch_up(caseload, CASE)
    rows = (await desk.as_("stf-s1").get("/v1/caseload"))["items"]
    mine = next(row for row in rows if row["worker"] == "stf-w1")
    assert mine["cases"] >= 1
    assert mine["follow_ups_overdue"] >= 1
    assert mine["bin"] in ("0-9", "10-19", "20-29", "30+")
    assert any(row["worker"] is None for row in rows)
    assert {row["worker"] for row in (await desk.get("/v1/caseload"))["items"]} == {"stf-w1"}
