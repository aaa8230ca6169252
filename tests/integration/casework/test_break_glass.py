"""Break-glass at casework: a case of the own centre, opened in an emergency, on record, reviewed by somebody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from tests.integration.casework.desk import Desk
from tests.integration.casework.test_cases import a_case, some_needs

WORDS = "Her worker is ill, and she stands at the desk with a summons."


async def ask(desk: Desk, case: str, **changes: Any) -> Any:
    return await desk.send("POST", "/v1/break-glass", {"case_id": case, "reason": "COVER", "text": WORDS, **changes})


async def test_a_case_is_opened_in_an_emergency_and_closed_again_by_who_reviews_it(desk: Desk) -> None:
    case, ground = await a_case(desk)
    await desk.post(f"/v1/cases/{case}/needs", some_needs(ground)[1], If_Match="*")
    client = (await desk.get(f"/v1/cases/{case}"))["client_id"]
    colleague = desk.as_("stf-w2", strong=True)
    refused = await colleague.get(f"/v1/cases/{case}/events", 403)
    assert (refused["code"], refused["break_glass"]) == ("not-assigned", True)
    weak = await ask(desk.as_("stf-w2"), case)
    assert (weak.status_code, weak.json()["code"]) == (401, "step-up-needed")

    grant = await ask(colleague, case)
    assert grant.status_code == 201, grant.text
    assert (await ask(colleague, case)).json()["grant_id"] == grant.json()["grant_id"]
    facts = await colleague.get(f"/v1/cases/{case}/events")
    assert facts["items"][-1]["data"]["narrative"]["assessment"] == "lost the job"
    log = await desk.parts.pool.fetch(
        "select action, break_glass_reason from read_audit where actor = 'stf-w2' and $1 = any(subject_id) and decision = 'ALLOWED'",
        UUID(client),
    )  # fmt: skip
    assert [tuple(row) for row in log] == [("BREAK_GLASS", "COVER")] * 2

    tasks = (await desk.as_("stf-s1").get("/v1/break-glass?reviewed=false"))["items"]
    [task] = [each for each in tasks if each["subject_id"] == client]
    assert (task["staff_id"], task["reason"], task["text"], task["service"]) == ("stf-w2", "COVER", WORDS, "casework")
    review = f"/v1/break-glass/{grant.json()['grant_id']}:review"
    await colleague.refused(review, {"finding": "JUSTIFIED"}, 403, "forbidden")
    await desk.as_("stf-s1").post(review, {"finding": "UNJUSTIFIED"})
    assert (await colleague.get(f"/v1/cases/{case}/events", 403))["code"] == "not-assigned"


async def test_a_confidential_case_is_not_opened_here_and_looks_like_none(desk: Desk) -> None:
    hidden, _ = await a_case(desk, confidential=True)
    colleague = desk.as_("stf-w2", strong=True)
    answers = [await ask(colleague, case) for case in (hidden, str(uuid4()))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert {**answers[0].json(), "trace": ""} == {**answers[1].json(), "trace": ""}


async def test_nobody_opens_a_case_of_another_centre_and_reception_none(desk: Desk) -> None:
    case, _ = await a_case(desk)
    assert (await ask(desk.as_("stf-x1", strong=True), case)).status_code == 404
    assert (await ask(desk.as_("stf-r1", strong=True), case)).json()["code"] == "forbidden"


async def test_a_supervisor_does_not_review_their_own(desk: Desk) -> None:
    case, _ = await a_case(desk)
    supervisor = desk.as_("stf-s1", strong=True)
    grant = (await ask(supervisor, case, reason="LEGAL_DUTY")).json()["grant_id"]
    await supervisor.refused(f"/v1/break-glass/{grant}:review", {"finding": "JUSTIFIED"}, 403, "same-person-signoff")
