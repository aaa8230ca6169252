"""A case over HTTP: opened under consent, worked on by its worker, hidden where it must be, closed with outcomes."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

from services.casework import look_ups
from services.casework.caseload.projection import caseload
from services.casework.consents.projection import consents
from shared.contracts.casework.case import CASE
from shared.eventsourcing.projection import Fact
from tests.integration.casework.desk import CENTRE, Desk, consent_given, consent_withdrawn, intake_told

GROUND = {"purpose": "CASE_MANAGEMENT", "basis": "CONSENT"}


async def a_client(desk: Desk) -> tuple[UUID, dict[str, Any]]:
    """A client whose consent this service has heard of, and what every command about them says of its ground."""
    client, consent = uuid4(), uuid4()
    await desk.told(consents, consent_given(client, consent, "CASE_MANAGEMENT"))
    return client, {**GROUND, "consent_id": str(consent)}


async def a_case(desk: Desk, **changes: Any) -> tuple[str, dict[str, Any]]:
    """An open case in the hands of stf-w1."""
    client, ground = await a_client(desk)
    body = {**ground, "centre": CENTRE, "client_id": str(client), "reason": "wants to go home", "minor": False, **changes}
    made = await desk.post("/v1/cases", body)
    who = desk.as_("stf-p1") if changes.get("confidential") else desk.as_("stf-s1")
    await who.post(f"/v1/cases/{made['id']}:assign", {**ground, "worker": "stf-w1"}, If_Match='"1"')
    return made["id"], ground


def a_service(ground: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        **ground, "service_code": "LEG", "unit": "SESSION", "qty": "1", "cost_band": "B0", "mode": "IN_PERSON",
        "delivered_on": "2026-03-06", "result": "DONE", "minutes": 50, "note": "talked", **changes,
    }  # fmt: skip


def some_needs(ground: dict[str, Any], **changes: Any) -> tuple[str, dict[str, Any]]:
    need = str(uuid4())
    needs = [{"need_id": need, "code": "INCOME", "priority": "NORMAL"}]
    return need, {**ground, "needs": needs, "case_type": "RETURN_REINTEGRATION", "assessment": "lost the job", "minor": False, **changes}


async def test_a_case_from_opening_to_closure_and_back(desk: Desk) -> None:
    case, ground = await a_case(desk)
    need, assessment = some_needs(ground)
    await desk.post(f"/v1/cases/{case}/needs", assessment, If_Match="*")
    await desk.post(f"/v1/cases/{case}/services", a_service(ground), If_Match="*")
    close = {**ground, "reason": "COMPLETED", "summary": "works again"}
    await desk.refused(f"/v1/cases/{case}:close", close, 409, "open-items", If_Match='"4"')
    met = {"outcomes": [{"need_id": need, "code": "INCOME", "outcome": "MET"}]}
    await desk.post(f"/v1/cases/{case}:close", close | met, If_Match='"4"')
    problem = await desk.refused(f"/v1/cases/{case}/services", a_service(ground), 409, "invalid-state", If_Match="*")
    assert (problem["state"], problem["allowed"]) == ("CLOSED", ["ReopenCase"])
    await desk.refused(f"/v1/cases/{case}:reopen", {**ground, "reason": "again"}, 403, "forbidden", If_Match='"5"')
    await desk.as_("stf-s1").post(f"/v1/cases/{case}:reopen", {**ground, "reason": "again"}, If_Match='"5"')
    shown = await desk.get(f"/v1/cases/{case}")
    assert (shown["state"], shown["version"], shown["needs"], len(shown["services"])) == ("OPEN", 6, 1, 1)


async def test_another_basis_than_consent_is_a_supervisors_to_state_and_then_one_for_the_worker(desk: Desk) -> None:
    case, ground = await a_case(desk)
    vital = a_service(ground, basis="VITAL_INTEREST", consent_id=None)
    await desk.refused(f"/v1/cases/{case}/services", vital, 409, "consent-missing", If_Match="*")
    await desk.as_("stf-s1").post(f"/v1/cases/{case}/services", vital, If_Match="*")
    await desk.post(f"/v1/cases/{case}/services", vital, If_Match="*")


async def test_whoever_was_merged_is_asked_again_on_the_record_that_goes_on_and_their_case_goes_on_under_that(desk: Desk) -> None:
    case, ground = await a_case(desk)
    merged, survivor, newer = UUID((await desk.get(f"/v1/cases/{case}"))["client_id"]), uuid4(), uuid4()
    again = a_service(ground | {"consent_id": str(newer)})
    await desk.told(consents, consent_given(survivor, newer, "CASE_MANAGEMENT"))
    await desk.refused(f"/v1/cases/{case}/services", again, 409, "consent-missing", If_Match="*")
    pair = {"survivor_id": str(survivor), "retired_id": str(merged)}
    await desk.told(consents, intake_told("client-retired", merged, 2, **pair, narrowed=[{"purpose": "CASE_MANAGEMENT"}]))
    await desk.refused(f"/v1/cases/{case}/services", a_service(ground), 409, "consent-missing", If_Match="*")
    await desk.post(f"/v1/cases/{case}/services", again, If_Match="*")
    # And is flagged when that consent ends.
    await desk.told(consents, consent_withdrawn(survivor, newer, "CASE_MANAGEMENT", "2026-03-06"))
    ended = intake_told("consent-withdrawn", survivor, 0, purpose="CASE_MANAGEMENT", consent_id=str(newer))
    assert [each.case_id for each in await look_ups.open_cases_without_consent(ended, desk.parts.handle)] == [UUID(case)]


async def test_without_consent_no_case_is_opened(desk: Desk) -> None:
    client, ground = await a_client(desk)
    body = {**ground, "centre": CENTRE, "client_id": str(client), "reason": "help"}
    await desk.refused("/v1/cases", body | {"consent_id": str(uuid4())}, 409, "consent-missing")
    await desk.told(consents, consent_withdrawn(client, UUID(ground["consent_id"]), "CASE_MANAGEMENT", "2020-02-01"))
    await desk.refused("/v1/cases", body, 409, "consent-expired")


async def test_a_merged_record_opens_no_case_and_a_narrowed_consent_carries_none(desk: Desk) -> None:
    (client, ground), (other, its) = await a_client(desk), await a_client(desk)
    pair = {"survivor_id": str(client), "retired_id": str(other)}
    narrowed = [{"purpose": "CASE_MANAGEMENT"}]
    told = [intake_told("client-records-merged", client, 2, **pair, narrowed=narrowed), intake_told("client-retired", other, 2, **pair)]
    await desk.told(consents, *told)
    await desk.told(consents, *told)
    body = {"centre": CENTRE, "reason": "wants to go home", "minor": False}
    problem = await desk.refused("/v1/cases", {**its, **body, "client_id": str(other)}, 409, "client-retired")
    assert problem["survivor"] == str(client)
    await desk.refused("/v1/cases", {**ground, **body, "client_id": str(client)}, 409, "consent-missing")
    again = consent_given(client, uuid4(), "CASE_MANAGEMENT")
    again.version = 3
    await desk.told(consents, again)
    await desk.post("/v1/cases", {**GROUND, **body, "consent_id": again.data["consent_id"], "client_id": str(client)})
    back = [intake_told("client-records-unmerged", client, 4, **pair), intake_told("client-reinstated", other, 3, **pair)]
    await desk.told(consents, *back)
    await desk.post("/v1/cases", {**its, **body, "client_id": str(other)})


async def test_what_rests_since_a_merge_rests_on_when_the_other_record_is_forgotten(desk: Desk) -> None:
    (client, ground), (other, _) = await a_client(desk), await a_client(desk)
    pair = {"survivor_id": str(client), "retired_id": str(other)}
    merged = intake_told("client-records-merged", client, 2, **pair, narrowed=[{"purpose": "CASE_MANAGEMENT"}])
    erased = intake_told("client-erased", other, 3, request_id=str(uuid4()), basis="RETENTION", aliases=[])
    await desk.told(consents, merged, intake_told("client-retired", other, 2, **pair), erased)
    body = {"centre": CENTRE, "reason": "wants to go home", "minor": False}
    await desk.refused("/v1/cases", {**ground, **body, "client_id": str(client)}, 409, "consent-missing")


async def test_of_two_cases_opened_at_once_one_is_refused(desk: Desk) -> None:
    client, ground = await a_client(desk)
    body = {**ground, "centre": CENTRE, "client_id": str(client), "reason": "help"}
    answers = await asyncio.gather(*(desk.send("POST", "/v1/cases", body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    beside = body | {"beside_another": True}
    await desk.refused("/v1/cases", beside, 409, "approval-needed")
    await desk.as_("stf-s1").post("/v1/cases", beside)


async def test_a_case_is_its_workers(desk: Desk) -> None:
    case, ground = await a_case(desk)
    problem = await desk.as_("stf-w2").refused(f"/v1/cases/{case}/services", a_service(ground), 403, "not-assigned", If_Match="*")
    assert problem["break_glass"] is True
    await desk.as_("stf-x1").refused(f"/v1/cases/{case}/services", a_service(ground), 404, "not-found", If_Match="*")
    await desk.as_("stf-r1").refused(f"/v1/cases/{case}/services", a_service(ground), 403, "forbidden", If_Match="*")


async def test_a_worker_takes_a_case_that_nobody_has(desk: Desk) -> None:
    client, ground = await a_client(desk)
    made = await desk.post("/v1/cases", {**ground, "centre": CENTRE, "client_id": str(client), "reason": "help"})
    await desk.as_("stf-w2").post(f"/v1/cases/{made['id']}:assign", {**ground, "worker": "stf-w2"}, If_Match='"1"')
    await desk.refused(f"/v1/cases/{made['id']}:assign", {**ground, "worker": "stf-w1"}, 403, "forbidden", If_Match='"2"')
    foreign = {**ground, "worker": "stf-x1"}
    await desk.as_("stf-s1").refused(f"/v1/cases/{made['id']}:assign", foreign, 422, "validation", If_Match='"2"')


async def test_a_confidential_case_exists_for_its_worker_and_the_protection_supervisor_only(desk: Desk) -> None:
    case, ground = await a_case(desk, confidential=True)
    await desk.post(f"/v1/cases/{case}/services", a_service(ground, service_code="SHE", provider="DSWD"), If_Match="*")
    assert (await desk.get(f"/v1/cases/{case}"))["services"][0]["service_code"] == "PSS"
    await desk.as_("stf-p1").get(f"/v1/cases/{case}")
    for stranger in ("stf-w2", "stf-s1"):
        assert (await desk.as_(stranger).get(f"/v1/cases/{case}", 404))["code"] == "not-found"
    data = await desk.parts.pool.fetchval("select data::text from event where stream_id = $1 and version = 3", UUID(case))
    assert "SHE" not in data
    assert "DSWD" not in data


async def test_a_signed_closure_is_asked_for_by_somebody_else(desk: Desk) -> None:
    case, ground = await a_case(desk, priority="URGENT")
    close = {**ground, "reason": "COMPLETED", "summary": "works again"}
    await desk.refused(f"/v1/cases/{case}:close", close, 409, "approval-needed", If_Match='"2"')
    supervisor = desk.as_("stf-s1")
    mine = close | {"requested_by": "stf-s1"}
    await supervisor.refused(f"/v1/cases/{case}:close", mine, 403, "same-person-signoff", If_Match='"2"')
    await supervisor.post(f"/v1/cases/{case}:close", close | {"requested_by": "stf-w1"}, If_Match='"2"')


async def test_erasure_closes_cases_and_nobody_else_in_its_name(desk: Desk) -> None:
    case, ground = await a_case(desk)
    body = {**ground, "reason": "ERASURE", "summary": "past every guard?"}
    problem = await desk.refused(f"/v1/cases/{case}:close", body, 422, "validation", If_Match='"2"')
    assert problem["errors"] == [{"loc": "/reason", "code": "not-allowed-here"}]


async def test_services_come_in_batches(desk: Desk) -> None:
    case, ground = await a_case(desk)
    path = f"/v1/cases/{case}/services"
    items = [{"key": str(uuid4()), "path": path, "if_match": "*", "body": a_service(ground)} for _ in range(3)]
    items.append({"key": str(uuid4()), "path": path, "if_match": "*", "body": a_service(ground, service_code="XXX")})
    answer = await desk.post("/v1/services:batch", {"items": items})
    assert [item["status"] for item in answer["items"]] == [200, 200, 200, 422]
    again = await desk.post("/v1/services:batch", {"items": items})
    assert [item.get("replayed") for item in again["items"]] == [True, True, True, None]


async def test_the_facts_of_a_case_are_read_for_a_purpose_and_on_record(desk: Desk) -> None:
    case, ground = await a_case(desk)
    _, assessment = some_needs(ground)
    await desk.post(f"/v1/cases/{case}/needs", assessment, If_Match="*")
    facts = (await desk.get(f"/v1/cases/{case}/events"))["items"]
    assert [fact["type"] for fact in facts] == ["case-opened", "case-assigned", "needs-assessed"]
    assert facts[2]["data"]["narrative"]["assessment"] == "lost the job"
    client = (await desk.get(f"/v1/cases/{case}"))["client_id"]
    reads = await desk.parts.pool.fetch("select actor, classes from read_audit where $1 = any(subject_id)", UUID(client))
    assert ("stf-w1", ["narrative"]) in [tuple(row) for row in reads]


async def test_a_list_shows_a_caller_what_they_may_see(desk: Desk) -> None:
    open_one, _ = await a_case(desk)
    hidden, ground = await a_case(desk, confidential=True)
    _, assessment = some_needs(ground)
    protected, ground = await a_case(desk)
    _, assessment = some_needs(ground, case_type="GBV")
    await desk.post(f"/v1/cases/{protected}/needs", assessment, If_Match="*")
    await desk.catch_up(caseload, CASE)

    async def seen(staff: str) -> set[str]:
        found: set[str] = set()
        path = f"/v1/cases?limit=2&centre={CENTRE}"
        while path:
            answer = await desk.as_(staff).send("GET", path)
            assert answer.status_code == 200, answer.text
            found |= {item["case_id"] for item in answer.json()["items"]}
            path = answer.links["next"]["url"] if "next" in answer.links else ""
        return found & {open_one, hidden, protected}

    assert await seen("stf-w1") == {open_one, hidden, protected}
    assert await seen("stf-p1") == {open_one, hidden, protected}
    assert await seen("stf-w2") == await seen("stf-s1") == {open_one}
    assert await seen("stf-x1") == set()


async def test_who_works_elsewhere_now_finds_no_case_in_a_list_that_is_still_in_their_name(desk: Desk) -> None:
    case, _ = await a_case(desk)
    await desk.catch_up(caseload, CASE)
    await desk.told(caseload, in_the_name_of("stf-x1", case))
    elsewhere = desk.as_("stf-x1")
    await elsewhere.get(f"/v1/cases/{case}", 404)
    for path in ("/v1/cases?worker=stf-x1", "/v1/caseload"):
        assert (await elsewhere.get(path))["items"] == []


def in_the_name_of(worker: str, case: str) -> Fact:
    """A case as it stands for somebody who has left its centre since."""
    at, data = "2026-03-06T02:00:00.000Z", {"ctx": {"centre": CENTRE, "actor": "stf-s1"}, "worker": worker, "role": "caseworker"}
    return Fact("casework.case.v1", 0, 0, case, 9, "gabay.casework.case-assigned.v1", str(uuid4()), at, at, "", data)


async def test_the_read_models_are_the_same_when_everything_is_applied_twice(desk: Desk) -> None:
    case, ground = await a_case(desk)
    need, assessment = some_needs(ground)
    await desk.post(f"/v1/cases/{case}/needs", assessment, If_Match="*")
    await desk.post(f"/v1/cases/{case}/services", a_service(ground), If_Match="*")
    met = {"outcomes": [{"need_id": need, "code": "INCOME", "outcome": "MET"}]}
    await desk.post(f"/v1/cases/{case}:close", {**ground, "reason": "COMPLETED", "summary": "done", **met}, If_Match='"4"')
    names = ("caseload.case_file", "caseload.step", "consents.consent")
    await desk.catch_up(caseload, CASE)
    once = await desk.tables(*names)
    await desk.catch_up(caseload, CASE)
    assert await desk.tables(*names) == once
    [row] = await desk.rows("select state, worker from caseload.case_file where case_id = $1", UUID(case))
    assert tuple(row) == ("CLOSED", "stf-w1")


async def test_the_timeline_follows_the_referrals_of_a_case(desk: Desk) -> None:
    case, _ = await a_case(desk)
    referral, action, at = str(uuid4()), str(uuid4()), "2026-03-06T02:00:00.000Z"
    ctx = {"centre": CENTRE, "actor": "stf-o1", "role": "agency_desk", "purpose": "SHARE_FOR_SERVICE"}
    sent = {"case_id": case, "action_id": action, "service_code": "LIV", "due_ack": at, "confidential": False}
    steps = [("sent", sent), ("accepted", {"at": at}), ("service-delivered", {"at": at, "result": "FULL"})]
    facts = [
        Fact("t", 0, n, referral, n, f"gabay.referrals.referral-{name}.v1", str(uuid4()), at, at, "", {"ctx": ctx, **data})
        for n, (name, data) in enumerate(steps, 1)
    ]
    await desk.catch_up(caseload, CASE)
    await desk.told(caseload, *facts)
    lines = (await desk.get(f"/v1/cases/{case}/timeline"))["items"]
    told = [line["type"] for line in lines if line["stream_id"] == referral]
    assert told == ["referral-sent", "referral-accepted", "referral-service-delivered"]


async def test_looks_back_are_planned_and_recorded_in_batches(desk: Desk) -> None:
    case, ground = await a_case(desk)
    look = str(uuid4())
    path = f"/v1/cases/{case}/follow-ups"
    plan = {**ground, "follow_up_id": look, "type": "SAFETY", "due": "2026-04-01"}
    record = {**ground, "done": "2026-04-02", "contact": "REACHED"}
    items = [
        {"key": str(uuid4()), "path": path, "if_match": "*", "body": plan},
        {"key": str(uuid4()), "path": f"{path}/{look}:record", "if_match": "*", "body": record},
    ]
    for replayed in (False, True):
        answer = await desk.post("/v1/follow-ups:batch", {"items": items})
        assert [(item["status"], item["replayed"]) for item in answer["items"]] == [(200, replayed)] * 2, answer
