"""Break-glass over HTTP: opened with a strong login, on record, for one person, told to those who review it."""

from __future__ import annotations

from typing import Any

from tests.harness.people import CENTRE, a_registration, new_id
from tests.integration.intake.conftest import CENTRES, Desk

WORDS = "The hospital asks for her sister, her worker is on leave."


async def opened(desk: Desk, client: str, status: int = 201, **changes: Any) -> dict[str, Any]:
    answer = await desk.post("/v1/break-glass", {"client_id": client, "reason": "VITAL_INTEREST", "text": WORDS, **changes})
    assert answer.status_code == status, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def listed(desk: Desk, query: str = "") -> list[dict[str, Any]]:
    answer = await desk.send("GET", f"/v1/break-glass{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_record_is_opened_for_an_hour_and_reviewed_by_somebody_else(desk: Desk) -> None:
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    counsellor = desk.as_("counsellor", strong=True)
    refused = await counsellor.send("GET", f"/v1/clients/{client}")
    assert (refused.status_code, refused.json()["code"], refused.json()["break_glass"]) == (403, "not-assigned", True)
    weak = await desk.as_("counsellor").post("/v1/break-glass", {"client_id": client, "reason": "COVER", "text": WORDS})
    assert (weak.status_code, weak.json()["code"]) == (401, "step-up-needed")

    grant = await opened(counsellor, client)
    assert (await opened(counsellor, client, 200))["grant_id"] == grant["grant_id"]
    assert (await counsellor.send("GET", f"/v1/clients/{client}")).status_code == 200
    log = await desk.parts.pool.fetch(
        "select action, break_glass_reason from read_audit where actor = $1 and $2 = any(subject_id) and decision = 'ALLOWED' order by n",
        counsellor.staff, client,
    )  # fmt: skip
    assert [tuple(row) for row in log] == [("BREAK_GLASS", "VITAL_INTEREST")] * 2

    [task] = [each for each in await listed(desk.as_("supervisor"), "?reviewed=false") if each["subject_id"] == client]
    assert (task["staff_id"], task["reason"], task["text"], task["centre"]) == (counsellor.staff, "VITAL_INTEREST", WORDS, CENTRE)
    assert [each["grant_id"] for each in await listed(desk.as_("dpo")) if each["subject_id"] == client] == [grant["grant_id"]]
    assert await listed(desk.as_("supervisor", CENTRES[1])) == []

    review = f"/v1/break-glass/{grant['grant_id']}:review"
    elsewhere = await desk.as_("supervisor", CENTRES[1]).post(review, {"finding": "JUSTIFIED"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "not-found")
    done = await desk.as_("dpo").post(review, {"finding": "UNJUSTIFIED"})
    assert done.status_code == 200, done.text
    again = await desk.as_("supervisor").post(review, {"finding": "JUSTIFIED"})
    assert (again.status_code, again.json()["code"]) == (409, "invalid-state")
    assert (await counsellor.send("GET", f"/v1/clients/{client}")).status_code == 403  # not justified: it ended


async def test_nobody_reviews_their_own(desk: Desk) -> None:
    """S13: planted as a decision of the database too, by the constraint that a second line of defence needs."""
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    supervisor = desk.as_("supervisor", strong=True)
    grant = await opened(supervisor, client, reason="LEGAL_DUTY")
    own = await supervisor.post(f"/v1/break-glass/{grant['grant_id']}:review", {"finding": "JUSTIFIED"})
    assert (own.status_code, own.json()["code"]) == (403, "same-person-signoff")


async def test_one_holds_three_open_at_most_and_none_of_another_centre(desk: Desk) -> None:
    clients = [(await desk.register(a_registration(local_id=new_id())))["id"] for _ in range(4)]
    worker = desk.as_("caseworker", strong=True)
    for client in clients[:3]:
        await opened(worker, client, reason="CHILD_AT_RISK")
    assert (await opened(worker, clients[3], 409))["kinds"] == ["BREAK_GLASS"]
    stranger = desk.as_("counsellor", CENTRES[1], strong=True)
    foreign, absent = [await opened(stranger, client, 404) for client in (clients[0], new_id())]
    assert {**foreign, "trace": ""} == {**absent, "trace": ""}
    assert (await opened(desk.as_("reception", strong=True), clients[0], 403))["code"] == "forbidden"
