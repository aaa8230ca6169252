"""Consular requests, returns, searches and protection matters over HTTP, each under the consent that it needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.casework.caseload.projection import caseload
from services.casework.consents.projection import consents
from shared.contracts.casework.case import CASE
from tests.integration.casework.desk import ROUTE_CENTRE, Desk, consent_given, consent_withdrawn
from tests.integration.casework.test_cases import a_case, a_client, a_service


async def consented(desk: Desk, case: str, purpose: str, **more: Any) -> dict[str, str]:
    """What a body says that rests on a consent of the case's client to a purpose."""
    client, consent = UUID((await desk.get(f"/v1/cases/{case}"))["client_id"]), uuid4()
    await desk.told(consents, consent_given(client, consent, purpose, **more))
    return {"purpose": purpose, "basis": "CONSENT", "consent_id": str(consent)}


async def matching(desk: Desk, case: str) -> str:
    return f'"{(await desk.get(f"/v1/cases/{case}"))["version"]}"'


async def progressed(desk: Desk, case: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return await desk.post(f"/v1/cases/{case}/{path}", body, If_Match=await matching(desk, case))


async def stuck(desk: Desk, case: str, path: str, body: dict[str, Any], code: str, status: int = 409) -> dict[str, Any]:
    return await desk.refused(f"/v1/cases/{case}/{path}", body, status, code, If_Match=await matching(desk, case))


async def here(desk: Desk, **changes: Any) -> tuple[Desk, str, dict[str, Any]]:
    """A case of stf-w1 in a region with consulates."""
    worker = desk.as_("stf-w1")
    case, ground = await a_case(worker, **changes)
    return worker, case, ground


async def test_a_request_goes_to_the_mission_that_the_client_agreed_to(route_desk: Desk) -> None:
    desk, case, ground = await here(route_desk)
    agreed = await consented(desk, case, "CONSULAR", recipient_org="CONS_HND")
    asked = {"request_id": str(uuid4()), "document": "PASSPORT", "mission": "HND", "note": "lost at sea"}
    problem = await stuck(desk, case, "consular-requests", {**ground, **asked}, "consent-missing")
    assert problem["purpose"] == "CONSULAR"
    await stuck(desk, case, "consular-requests", {**agreed, **asked, "mission": "VEN"}, "consent-missing")
    await progressed(desk, case, "consular-requests", {**agreed, **asked})
    path = f"consular-requests/{asked['request_id']}:progress"
    problem = await stuck(desk, case, path, {**agreed, "stage": "ISSUED"}, "invalid-state")
    assert (problem["state"], problem["allowed"]) == ("PREPARED", ["SUBMITTED", "CANCELLED"])
    await progressed(desk, case, path, {**agreed, "stage": "SUBMITTED"})
    close = {**ground, "reason": "COMPLETED", "summary": "done"}
    problem = await desk.refused(f"/v1/cases/{case}:close", close, 409, "open-items", If_Match=await matching(desk, case))
    assert problem["kinds"] == ["consular-request"]
    client = UUID((await desk.get(f"/v1/cases/{case}"))["client_id"])
    await desk.told(consents, consent_withdrawn(client, UUID(agreed["consent_id"]), "CONSULAR", "2020-02-01"))
    await stuck(desk, case, path, {**agreed, "stage": "ISSUED"}, "consent-expired")
    await progressed(desk, case, path, {**ground, "stage": "HALTED"})
    assert (await desk.get(f"/v1/cases/{case}"))["consular_requests"] == [{"request_id": asked["request_id"], "stage": "HALTED"}]
    stored = await desk.parts.pool.fetch("select data::text as data from event where stream_id = $1", UUID(case))
    assert not [row for row in stored if "PASSPORT" in row["data"] or "HND" in row["data"]]


async def test_no_mission_hears_of_a_client_with_a_contact_block_in_any_case(route_desk: Desk) -> None:
    desk, case, ground = await here(route_desk)
    await progressed(desk, case, "protection", {**ground, "matter": "ASYLUM_CONCERN", "account": "afraid to go back"})
    client = (await desk.get(f"/v1/cases/{case}"))["client_id"]
    elsewhere = route_desk.as_("stf-e3")
    opening = {**ground, "centre": ROUTE_CENTRE, "client_id": client, "reason": "needs papers", "minor": False}
    second = (await elsewhere.post("/v1/cases", opening))["id"]
    await route_desk.as_("stf-e2").post(f"/v1/cases/{second}:assign", {**ground, "worker": "stf-e3"}, If_Match='"1"')
    agreed = await consented(elsewhere, second, "CONSULAR", recipient_org="CONS_HND")
    await stuck(elsewhere, second, "consular-requests", {**agreed, "document": "PASSPORT", "mission": "HND"}, "protection-block")
    home = await consented(elsewhere, second, "RETURN")
    going = {**home, "from_country": "MEX", "to_country": "HND"}
    await stuck(elsewhere, second, "returns", going, "protection-block")
    await elsewhere.post(f"/v1/cases/{second}/services", a_service(ground), If_Match="*")  # LEG
    await progressed(elsewhere, second, "returns", going)


async def test_a_return_from_the_wish_to_the_measurement(route_desk: Desk) -> None:
    desk, case, ground = await here(route_desk)
    home = await consented(desk, case, "RETURN")
    journey = str(uuid4())
    await progressed(desk, case, "returns", {**home, "return_id": journey, "from_country": "KWT", "to_country": "PHL"})
    path = f"returns/{journey}:progress"
    problem = await stuck(desk, case, path, {**home, "stage": "COUNSELLED"}, "open-items")
    assert problem["kinds"] == ["country-information", "alternatives"]
    then = (datetime.now(UTC) - timedelta(hours=23)).isoformat()
    told = {"stage": "COUNSELLED", "country_information": True, "alternatives": True, "occurred_at": then}
    counselled = await progressed(desk, case, path, {**home, **told})
    own_will = {**home, "stage": "VOLUNTARINESS_CONFIRMED", "declaration_ref": "folder 7"}
    problem = await stuck(desk, case, path, own_will, "open-items")
    assert problem["kinds"] == ["reflection"]
    # The counselling was written down under a wrong hour: void it, and tell it again.
    [event] = counselled["events"]
    void = {"purpose": "CASE_MANAGEMENT", "reason": "ENTERED_IN_ERROR"}
    await progressed(desk, case, f"events/{event['event_id']}:void", void)
    earlier = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    await progressed(desk, case, path, {**home, **told, "occurred_at": earlier, "on": earlier[:10]})
    await progressed(desk, case, path, own_will)
    await progressed(desk, case, path, {**home, "stage": "DOCUMENTS_IN_PROGRESS"})
    await progressed(desk, case, path, {**home, "stage": "MEDICALLY_CLEARED", "fit_to_travel": True, "escort": False})
    await progressed(desk, case, path, {**home, "stage": "TRAVEL_BOOKED", "document_held": True, "wish_confirmed": True})
    scores = {**ground, "tool_version": "RSS-1", "months_since_return": 1, "economic": "0.5", "social": "1", "psychosocial": "0",
              "composite": "0.52"}  # fmt: skip
    measure = f"/v1/cases/{case}/returns/{journey}/measurements"
    await desk.refused(measure, scores, 409, "invalid-state", If_Match="*")
    for stage in ("DEPARTED", "ARRIVED", "PLAN_AGREED"):
        await progressed(desk, case, path, {**home, "stage": stage})
    await stuck(desk, case, path, {**home, "stage": "WITHDRAWN"}, "invalid-state")
    await stuck(desk, case, path, {**home, "stage": "MONITORED"}, "open-items")
    await desk.refused(measure, scores | {"social": "1.2"}, 422, "validation", If_Match="*")
    await desk.post(measure, scores, If_Match="*")
    await progressed(desk, case, path, {**home, "stage": "MONITORED"})
    await progressed(desk, case, path, {**home, "stage": "CLOSED"})
    planned = await desk.post(f"/v1/cases/{case}/follow-ups", {**ground, "type": "REINTEGRATION"}, If_Match="*")
    assert len(planned["events"]) == 4


async def test_no_child_returns_without_a_decision_for_it(route_desk: Desk) -> None:
    desk, case, ground = await here(route_desk, minor=True)
    home = await consented(desk, case, "RETURN")
    journey = str(uuid4())
    await progressed(desk, case, "returns", {**home, "return_id": journey, "from_country": "MEX", "to_country": "HND"})
    path = f"returns/{journey}:progress"
    earlier = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    told = {"stage": "COUNSELLED", "country_information": True, "alternatives": True, "occurred_at": earlier, "on": earlier[:10]}
    await progressed(desk, case, path, {**home, **told})
    own_will = {**home, "stage": "VOLUNTARINESS_CONFIRMED", "declaration_ref": "folder 7", "guardian": True}
    problem = await stuck(desk, case, path, own_will, "open-items")
    assert problem["kinds"] == ["best-interests"]
    decided = {"kind": "BID", "decided_on": "2026-03-01", "option": "RETURN", "review_on": "2026-09-01"}
    await progressed(desk, case, "protection", {**ground, "matter": "BEST_INTERESTS", "account": "heard", "best_interests": decided})
    await progressed(desk, case, path, own_will)


async def test_a_search_has_two_people_who_must_agree(route_desk: Desk) -> None:
    desk, case, ground = await here(route_desk)
    asker = await consented(desk, case, "TRACING")
    sought, _ = await a_client(desk)
    search = str(uuid4())
    wish = {**asker, "tracing_id": search, "sought_id": str(sought), "relation": "PARENT", "names": {"given": "Xiomara"},
            "last_place": "Puerto Cortes", "separation": {"date": "2026-02", "cause": "a raid"}}  # fmt: skip
    await stuck(desk, case, "tracings", wish | ground, "consent-missing")
    await progressed(desk, case, "tracings", wish)
    path = f"tracings/{search}:progress"
    await progressed(desk, case, path, {**asker, "stage": "IN_PROGRESS", "action": "REFER_ICRC"})
    where = {**asker, "stage": "VERIFIED", "last_place": "San Pedro Sula"}
    await stuck(desk, case, path, where, "consent-missing")
    await progressed(desk, case, path, {**asker, "stage": "VERIFIED"})
    await stuck(desk, case, path, {**asker, "stage": "REUNIFIED"}, "consent-missing")
    await desk.told(consents, consent_given(sought, uuid4(), "TRACING"))
    await progressed(desk, case, path, where | {"stage": "REUNIFIED"})
    await progressed(desk, case, path, {**ground, "stage": "CLOSED"})
    assert (await desk.get(f"/v1/cases/{case}"))["tracings"] == [{"tracing_id": search, "stage": "CLOSED"}]
    told = (await desk.get(f"/v1/cases/{case}/events"))["items"]
    assert [fact["data"]["protected"].get("last_place") for fact in told if "protected" in fact["data"]] == [
        "Puerto Cortes", "San Pedro Sula",
    ]  # fmt: skip
    subjects = await desk.parts.pool.fetch("select subject_id from read_audit where $1 = any(subject_id)", sought)
    assert subjects, "whoever reads about the sought person is on record with them too"
    keys = desk.parts.handle.keyring
    await keys.destroy([(sought, "protected")])
    told = (await desk.get(f"/v1/cases/{case}/events"))["items"]
    assert {fact["data"]["protected"] for fact in told if "protected" in fact["data"]} == {"erased"}


async def test_a_protection_matter_hides_the_case_and_its_word(route_desk: Desk) -> None:
    desk, case, ground = await here(route_desk)
    body = {**ground, "matter": "GBV", "urgent": True, "account": "told once", "safety_plan": "a friend", "services_wished": ["PSS"]}
    made = await progressed(desk, case, "protection", body)
    for stranger in ("stf-s1", "stf-w2"):
        await desk.as_(stranger).get(f"/v1/cases/{case}", 404)
    told = (await desk.as_("stf-p1").get(f"/v1/cases/{case}/events"))["items"]
    assert told[-1]["data"]["protected"]["account"] == "told once"
    stored = await desk.parts.pool.fetchval("select data::text from event where stream_id = $1 and version = 3", UUID(case))
    assert "GBV" not in stored
    await desk.catch_up(caseload, CASE)
    kind = "select kind from caseload.case_file where case_id = $1"
    assert [row["kind"] for row in await desk.rows(kind, UUID(case))] == ["CONFIDENTIAL"]
    [event] = made["events"]
    void = {"purpose": "CASE_MANAGEMENT", "reason": "WRONG_PERSON"}
    await progressed(desk, case, f"events/{event['event_id']}:void", void)
    await desk.catch_up(caseload, CASE)
    assert [row["kind"] for row in await desk.rows(kind, UUID(case))] == ["GENERAL"]
    assert (await desk.get(f"/v1/cases/{case}"))["case_kind"] == "GENERAL"


async def test_who_is_a_victim_is_not_for_everybody_to_say(route_desk: Desk) -> None:
    desk, case, ground = await here(route_desk)
    body = {**ground, "matter": "TRAFFICKING", "account": "told once",
            "trafficking": {"status": "ActualVictimOfTrafficking", "decider": "NGO"}}  # fmt: skip
    await stuck(desk, case, "protection", body, "approval-needed")
    await progressed(desk.as_("stf-p1"), case, "protection", body)
    alone = {**ground, "matter": "CHILD_SEPARATION", "account": "alone", "trafficking": body["trafficking"]}
    await stuck(desk, case, "protection", alone, "validation", 422)


async def test_a_stay_keeps_its_case_open(route_desk: Desk) -> None:
    worker = route_desk.as_("stf-e3")
    client, ground = await a_client(worker)
    opening = {**ground, "centre": ROUTE_CENTRE, "client_id": str(client), "reason": "landed at night", "minor": False}
    case = (await worker.post("/v1/cases", opening))["id"]
    await route_desk.as_("stf-e2").post(f"/v1/cases/{case}:assign", {**ground, "worker": "stf-e3"}, If_Match='"1"')
    guest = {
        **ground, "centre": ROUTE_CENTRE, "client_id": str(client), "case_id": case, "unit": f"{ROUTE_CENTRE}-W", "sex": "F",
        "adult_child": "ADULT", "expected_exit": str(datetime.now(UTC).date() + timedelta(days=7)), "display_name": "Rosa",
    }  # fmt: skip
    stay = (await route_desk.post("/v1/stays", guest))["id"]
    close = {**ground, "reason": "COMPLETED", "summary": "done"}
    problem = await worker.refused(f"/v1/cases/{case}:close", close, 409, "open-items", If_Match='"2"')
    assert problem["kinds"] == ["stay"]
    await route_desk.post(f"/v1/stays/{stay}:end", {**ground, "exit": "PLANNED", "destination": "FAMILY"}, If_Match='"1"')
    await worker.post(f"/v1/cases/{case}:close", close, If_Match='"2"')
