"""Feedback over HTTP: from anybody without a login, never too much of it; a complaint is handled, by somebody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from services.casework.complaints.projection import complaints
from services.casework.timers import timers
from shared.contracts.casework.feedback import FEEDBACK
from shared.eventsourcing.event import Context
from shared.eventsourcing.handle import Envelope
from shared.eventsourcing.timer import Due
from tests.integration.casework.desk import CENTRE, Desk

FORM = {
    "centre": CENTRE, "kind": "CSM", "csm_client_type": "CITIZEN", "service_code": "LEG", "channel": "ON_SITE", "cc1": 1, "cc2": 2,
    "cc3": 1, "sqd0": 5,
}  # fmt: skip
COMPLAINT = {"centre": CENTRE, "kind": "COMPLAINT", "about_service": "LEG", "text": "waited all day", "contact": "0917"}
PURPOSE = {"purpose": "CASE_MANAGEMENT"}


async def anybody(desk: Desk, body: dict[str, Any], address: str, **headers: str) -> Any:
    """Without a login, from an address of its own: the limit is per address."""
    desk.client._transport.client = (address, 1)  # type: ignore[attr-defined]  # of the stand-in for the network
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4()), **named}
    return await desk.client.post("/v1/feedback", content=orjson.dumps(body), headers=sent)


async def test_anybody_may_say_how_it_was_without_a_login(desk: Desk) -> None:
    one, other = [await anybody(desk, FORM, "10.0.0.1") for _ in range(2)]
    assert (one.status_code, other.status_code) == (201, 201)
    assert one.json()["id"] != other.json()["id"]
    key = str(uuid4())
    first, again = [await anybody(desk, FORM, "10.0.0.1", Idempotency_Key=key) for _ in range(2)]
    assert first.json()["id"] == again.json()["id"]
    stored = orjson.loads(await desk.parts.pool.fetchval("select data from event where stream_id = $1", UUID(one.json()["id"])))
    assert stored["ctx"] == {"centre": CENTRE, "actor": "public", "role": "public", "purpose": "CASE_MANAGEMENT"}


async def test_too_much_of_it_from_one_address_is_refused(desk: Desk) -> None:
    answers = [await anybody(desk, FORM, "10.0.0.2") for _ in range(12)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429] * 2
    assert answers[-1].json()["code"] == "rate-limited"
    assert (await anybody(desk, FORM, "10.0.0.3")).status_code == 201


async def test_a_form_that_contradicts_itself_is_refused(desk: Desk) -> None:
    answer = await anybody(desk, FORM | {"cc1": 4}, "10.0.0.4")
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["errors"]] == ["/cc2", "/cc3"]
    assert (await anybody(desk, FORM | {"cc1": 5}, "10.0.0.4")).json()["errors"] == [{"loc": "/cc1", "code": "out-of-range"}]
    elsewhere = await anybody(desk, FORM | {"centre": "XX-YYY-01"}, "10.0.0.4")
    assert elsewhere.json()["errors"] == [{"loc": "/centre", "code": "not-allowed-here"}]


async def test_a_complaint_from_its_receipt_to_its_resolution(desk: Desk) -> None:
    made = (await anybody(desk, COMPLAINT, "10.0.0.5")).json()["id"]
    path = f"/v1/feedback/{made}"
    stored = await desk.parts.pool.fetchval("select data::text from event where stream_id = $1", UUID(made))
    assert "waited all day" not in stored
    await desk.get(path, 403)  # a caseworker handles none
    supervisor = desk.as_("stf-s1")
    shown = await supervisor.get(path)
    assert (shown["text"], shown["stage"], shown["allowed"]) == ("waited all day", "RECEIVED", ["ACKNOWLEDGED", "ESCALATED"])
    assert shown["due_ack"] < shown["due_resolution"]
    step = f"{path}:progress"
    resolve = {**PURPOSE, "stage": "RESOLVED", "outcome": "UPHELD", "answer": "paid back"}
    problem = await supervisor.refused(step, resolve, 409, "invalid-state", If_Match='"1"')
    assert problem["allowed"] == ["ACKNOWLEDGED", "ESCALATED"]
    await supervisor.post(step, {**PURPOSE, "stage": "ACKNOWLEDGED", "handler": "stf-p1"}, If_Match='"1"')
    await supervisor.post(step, resolve, If_Match='"2"')
    facts = (await supervisor.get(f"{path}/events"))["items"]
    assert [fact["data"]["narrative"] for fact in facts if "narrative" in fact["data"]] == [
        {"text": "waited all day", "contact": "0917"}, {"answer": "paid back"},
    ]  # fmt: skip
    reads = await desk.parts.pool.fetchval("select count(*) from read_audit where actor = 'stf-s1' and 'narrative' = any(classes)")
    assert reads >= 2


async def test_a_complaint_does_not_exist_for_the_worker_complained_of(desk: Desk) -> None:
    body = COMPLAINT | {"about_worker": "stf-s1"}
    made = (await desk.as_("stf-r1").post("/v1/feedback", body))["id"]
    accused, other = desk.as_("stf-s1"), desk.as_("stf-p1")
    await accused.get(f"/v1/feedback/{made}", 404)
    acknowledge = {**PURPOSE, "stage": "ACKNOWLEDGED"}
    await accused.refused(f"/v1/feedback/{made}:progress", acknowledge, 404, "not-found", If_Match='"1"')
    problem = await other.refused(f"/v1/feedback/{made}:progress", acknowledge | {"handler": "stf-s1"}, 422, "validation", If_Match='"1"')
    assert problem["errors"] == [{"loc": "/handler", "code": "not-allowed-here"}]
    await other.post(f"/v1/feedback/{made}:progress", acknowledge, If_Match='"1"')
    await desk.catch_up(complaints, FEEDBACK)
    assert made in {item["feedback_id"] for item in (await other.get("/v1/feedback?kind=COMPLAINT"))["items"]}
    assert made not in {item["feedback_id"] for item in (await accused.get("/v1/feedback?kind=COMPLAINT"))["items"]}


async def test_the_list_pages_and_is_the_same_when_everything_is_applied_twice(desk: Desk) -> None:
    supervisor = desk.as_("stf-s1")
    ids = [(await anybody(desk, COMPLAINT, "10.0.0.6")).json()["id"] for _ in range(3)]
    event = await desk.parts.pool.fetchval("select event_id from event where stream_id = $1", UUID(ids[2]))
    void = f"/v1/feedback/{ids[2]}/events/{event}:void"
    never = {**PURPOSE, "reason": "DUPLICATE_ENTRY", "requested_by": "stf-r1"}
    await supervisor.post(void, never, If_Match='"1"')
    await desk.catch_up(complaints, FEEDBACK)
    once = await desk.tables("complaints.feedback")
    await desk.catch_up(complaints, FEEDBACK)
    assert await desk.tables("complaints.feedback") == once
    found, path = [], "/v1/feedback?kind=COMPLAINT&stage=RECEIVED&limit=1"
    while path:
        page = await supervisor.get(path)
        found += [item["feedback_id"] for item in page["items"]]
        path = f"/v1/feedback?kind=COMPLAINT&stage=RECEIVED&limit=1&cursor={page['next']}" if page["next"] else ""
    assert {ids[0], ids[1]} <= set(found)
    assert ids[2] not in found
    assert (await desk.as_("stf-x1").send("GET", "/v1/feedback")).status_code == 403


async def test_an_overdue_complaint_is_escalated_once_and_only_while_it_waits(desk: Desk) -> None:
    ring = timers(lambda: desk.parts.region).rules["T4"].ring
    made = UUID((await anybody(desk, COMPLAINT, "10.0.0.7")).json()["id"])
    now = datetime.now(UTC)
    ctx = Context(centre=CENTRE, actor="system", role="system", purpose="CASE_MANAGEMENT")
    due = Due(stream_id=made, name="T4", item="", at=now, rings_at=now, now=now, ctx=ctx, version=1)
    wish = ring(due, None)
    assert wish is not None
    envelope = Envelope(command_id=due.command_id, ctx=ctx, occurred_at=now)
    outcomes = [await desk.parts.handle.run(wish.decider, made, wish.command, envelope, 1) for _ in range(2)]
    assert [(outcome.version, outcome.replayed) for outcome in outcomes] == [(2, False), (2, True)]
    assert (await desk.as_("stf-s1").get(f"/v1/feedback/{made}"))["stage"] == "ESCALATED"
