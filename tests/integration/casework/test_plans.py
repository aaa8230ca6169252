"""Plans, follow-ups and notes over HTTP: signed by somebody else, agreed by the client, looked back upon, and who reads what."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.integration.casework.desk import Desk
from tests.integration.casework.test_cases import a_case, some_needs


def a_plan(ground: dict[str, Any], need: str, **changes: Any) -> tuple[str, dict[str, Any]]:
    action = str(uuid4())
    step = {"action_id": action, "service_code": "LIV", "due": "2026-03-20", "cost_band": "B1", "need_id": need, **changes}
    return action, {**ground, "goals": ["a shop"], "plan_types": ["Livelihood"], "actions": [step], "target_end": "2026-08-20"}


async def assessed_case(desk: Desk, **changes: Any) -> tuple[str, str, dict[str, Any]]:
    """A case at version 3 with one need."""
    case, ground = await a_case(desk, **changes)
    need, assessment = some_needs(ground)
    await desk.post(f"/v1/cases/{case}/needs", assessment, If_Match="*")
    return case, need, ground


async def test_a_plan_from_proposal_to_the_last_look_back(desk: Desk) -> None:
    case, need, ground = await assessed_case(desk)
    action, plan = a_plan(ground, need)
    await desk.post(f"/v1/cases/{case}/plans", plan, If_Match='"3"')
    agree = {**ground, "client_agreed": True, "agreed_on": "2026-03-05", "method": "WRITTEN"}
    await desk.refused(f"/v1/cases/{case}/plans/2:agree", agree, 404, "not-found", If_Match='"4"')
    await desk.post(f"/v1/cases/{case}/plans/1:agree", agree, If_Match='"4"')
    await desk.post(f"/v1/cases/{case}/plans/1/actions/{action}", {**ground, "status": "DONE", "note": "stocked"}, If_Match='"5"')
    wished = {**ground, "type": "AFTER_SERVICE", "due": "2026-03-20"}
    await desk.post(f"/v1/cases/{case}/follow-ups", wished, If_Match="*")
    shown = await desk.get(f"/v1/cases/{case}")
    assert (shown["state"], shown["plan"]) == ("FOLLOW_UP", {"plan_no": 1, "approved": False, "actions": {action: "DONE"}})
    [planned] = shown["follow_ups"]
    record = f"/v1/cases/{case}/follow-ups/{planned['follow_up_id']}:record"
    await desk.post(record, {**ground, "done": "2026-03-27", "contact": "REACHED", "note": "well"}, If_Match="*")
    [done] = (await desk.get(f"/v1/cases/{case}"))["follow_ups"]
    assert (done["contact"], done["on_time"]) == ("REACHED", True)
    await desk.refused(record, {**ground, "done": "2026-03-27", "contact": "MOVED"}, 409, "invalid-state", If_Match="*")


async def test_the_usual_follow_ups_are_scheduled_together(desk: Desk) -> None:
    case, ground = await a_case(desk)
    answer = await desk.post(f"/v1/cases/{case}/follow-ups", {**ground, "type": "SAFETY"}, If_Match="*")
    assert [event["type"] for event in answer["events"]] == ["gabay.casework.follow-up-scheduled.v1"]
    await desk.refused(f"/v1/cases/{case}/follow-ups", {**ground, "type": "IN_CARE"}, 422, "validation", If_Match="*")


async def test_a_plan_to_be_signed_is_signed_by_another(desk: Desk) -> None:
    case, need, ground = await assessed_case(desk, priority="URGENT")
    _, plan = a_plan(ground, need)
    await desk.post(f"/v1/cases/{case}/plans", plan, If_Match='"3"')
    agree = {**ground, "client_agreed": True, "agreed_on": "2026-03-05", "method": "WRITTEN"}
    await desk.refused(f"/v1/cases/{case}/plans/1:agree", agree, 409, "plan-not-approved", If_Match='"4"')
    review = {**ground, "decision": "APPROVED"}
    await desk.refused(f"/v1/cases/{case}/plans/1:review", review, 403, "forbidden", If_Match='"4"')
    boss = desk.as_("stf-s1")
    await boss.refused(f"/v1/cases/{case}/plans/1:review", review, 422, "validation", If_Match='"4"')
    await boss.refused(f"/v1/cases/{case}/plans/1:review", review | {"requested_by": "stf-s1"}, 403, "same-person-signoff", If_Match='"4"')
    await boss.post(f"/v1/cases/{case}/plans/1:review", review | {"requested_by": "stf-w1"}, If_Match='"4"')
    await desk.post(f"/v1/cases/{case}/plans/1:agree", agree, If_Match='"5"')


async def test_a_supervisors_own_plan_is_signed_by_another_supervisor(desk: Desk) -> None:
    case, need, ground = await assessed_case(desk)
    _, plan = a_plan(ground, need, cost_band="B3")
    boss = desk.as_("stf-s1")
    await boss.post(f"/v1/cases/{case}/plans", plan, If_Match='"3"')
    approve = {**ground, "decision": "APPROVED", "requested_by": "stf-w1"}
    await boss.refused(f"/v1/cases/{case}/plans/1:review", approve, 403, "same-person-signoff", If_Match='"4"')
    await desk.as_("stf-p1").post(f"/v1/cases/{case}/plans/1:review", approve, If_Match='"4"')


async def test_a_counselling_note_is_its_authors_own(desk: Desk) -> None:
    case, ground = await a_case(desk)
    counsellor = desk.as_("stf-c1")
    assign = {**ground, "worker": "stf-c1"}
    await desk.as_("stf-s1").post(f"/v1/cases/{case}:assign", assign, If_Match='"2"')
    await counsellor.post(f"/v1/cases/{case}/notes", {**ground, "kind": "COUNSELLING", "text": "afraid at night"}, If_Match="*")
    await counsellor.post(f"/v1/cases/{case}/notes", {**ground, "kind": "CONTACT", "text": "called"}, If_Match="*")
    supervisor = desk.as_("stf-s1")
    written = {**ground, "kind": "COUNSELLING", "text": "mine"}
    await supervisor.refused(f"/v1/cases/{case}/notes", written, 403, "forbidden", If_Match="*")

    async def notes(reader: Desk) -> list[Any]:
        told = (await reader.get(f"/v1/cases/{case}/events"))["items"]
        return [fact["data"].get("narrative", {}).get("text") for fact in told if fact["type"] == "case-note-recorded"]

    assert await notes(counsellor) == ["afraid at night", "called"]
    assert await notes(supervisor) == [None, "called"]


async def test_a_note_of_a_confidential_case_is_protected(desk: Desk) -> None:
    case, ground = await a_case(desk, confidential=True)
    await desk.post(f"/v1/cases/{case}/notes", {**ground, "kind": "MEETING", "text": "met"}, If_Match="*")
    told = (await desk.get(f"/v1/cases/{case}/events"))["items"]
    assert told[-1]["data"]["protected"] == {"text": "met"}
