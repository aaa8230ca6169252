"""A training over HTTP: announced, filled, held, and what it came to for each; singly and in a batch."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

from services.casework.consents.projection import consents
from services.casework.sessions.projection import sessions
from shared.contracts.casework.training_session import TRAINING_SESSION
from tests.integration.casework.desk import CENTRE, Desk, consent_given

PURPOSE = {"purpose": "CASE_MANAGEMENT"}


async def a_session(desk: Desk, **changes: Any) -> str:
    body = {
        **PURPOSE, "centre": CENTRE, "course": "FINLIT", "provider": "OWWA", "hours": "8", "place": "0600613000",
        "starts": "2026-04-11T08:00:00+08:00", "capacity": 3, **changes,
    }  # fmt: skip
    return str((await desk.post("/v1/training-sessions", body))["id"])


async def a_client(desk: Desk) -> dict[str, Any]:
    client, consent = uuid4(), uuid4()
    await desk.told(consents, consent_given(client, consent, "CASE_MANAGEMENT"))
    return {**PURPOSE, "basis": "CONSENT", "consent_id": str(consent), "client_id": str(client)}


def ground_of(client: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in client.items() if name != "client_id"}


async def test_a_training_from_its_announcement_to_its_outcomes(desk: Desk) -> None:
    reception = desk.as_("stf-r1")
    session = await a_session(reception)
    path = f"/v1/training-sessions/{session}"
    one, other = await a_client(desk), await a_client(desk)
    for client in (one, other):
        await reception.post(f"{path}/enrolments", client, If_Match="*")
    await reception.post(f"{path}/enrolments/{other['client_id']}:cancel", ground_of(other), If_Match='"3"')
    outcome = {**one, "attended_hours": "6.5", "pre": "0.4", "post": "0.8"}
    problem = await reception.refused(f"{path}/outcomes", outcome, 409, "invalid-state", If_Match="*")
    assert problem["allowed"] == ["Enrol", "Unenrol", "HoldSession", "CancelSession"]
    await reception.post(f"{path}:hold", {**PURPOSE, "attendees": 1, "held_on": "2026-04-11"}, If_Match='"4"')
    told = await reception.post(f"{path}/outcomes", outcome, If_Match="*")
    problem = await reception.refused(f"{path}/outcomes", {**other, "attended_hours": "8"}, 422, "validation", If_Match="*")
    assert problem["errors"] == [{"loc": "/client_id", "code": "not-allowed-here"}]
    shown = await reception.get(path)
    assert (shown["state"], shown["sub_committee"], shown["for_staff"], shown["version"]) == ("HELD", "ESIP", False, 6)
    assert shown["outcomes"] == [{"client_id": one["client_id"], "attended_hours": "6.5", "completed": True}]
    stored = await desk.parts.pool.fetchval("select data::text from event where stream_id = $1 and version = 6", UUID(session))
    assert '"0.4"' not in stored  # sealed with consent to statistics, left out without
    void = f"{path}/events/{told['events'][0]['event_id']}:void"
    await reception.post(void, {**PURPOSE, "reason": "WRONG_PERSON"}, If_Match='"6"')
    assert (await reception.get(path))["outcomes"] == []
    assert [fact["type"] for fact in (await reception.get(f"{path}/events"))["items"]][-1] == "entry-voided"


async def test_a_session_never_has_more_people_than_seats(desk: Desk) -> None:
    path = f"/v1/training-sessions/{await a_session(desk)}/enrolments"
    clients = [await a_client(desk) for _ in range(8)]

    async def enrol(client: dict[str, Any]) -> str:
        while True:  # three lost races are answered, and repeated
            answer = await desk.send("POST", path, client, If_Match="*")
            if (code := answer.json().get("code", "enrolled")) != "concurrent-write":
                return str(code)

    assert sorted(await asyncio.gather(*(enrol(client) for client in clients))) == ["enrolled"] * 3 + ["session-full"] * 5


async def test_a_repeated_enrolment_is_one_seat(desk: Desk) -> None:
    path = f"/v1/training-sessions/{await a_session(desk)}/enrolments"
    client = await a_client(desk)
    await desk.post(path, client, If_Match="*")
    answer = await desk.send("POST", path, client, If_Match="*")
    assert (answer.status_code, answer.headers["Gabay-Effect"]) == (200, "none")
    unknown = {**client, "client_id": str(uuid4()), "consent_id": str(uuid4())}
    await desk.refused(path, unknown, 409, "consent-missing", If_Match="*")


async def test_a_tablet_announces_and_fills_a_training_in_one_batch(desk: Desk) -> None:
    session, other = str(uuid4()), await a_session(desk)
    clients = [await a_client(desk) for _ in range(3)]
    announced = {
        **PURPOSE, "local_id": session, "centre": CENTRE, "course": "FINLIT", "provider": "OWWA", "hours": "8",
        "place": "0600613000", "starts": "2026-04-11T08:00:00+08:00", "capacity": 2,
    }  # fmt: skip
    items: list[dict[str, Any]] = [{"key": str(uuid4()), "body": announced}]
    items += [
        {"key": str(uuid4()), "path": f"/v1/training-sessions/{session}/enrolments", "if_match": "*", "body": client} for client in clients
    ]
    items += [{**items[1], "key": str(uuid4()), "path": f"/v1/training-sessions/{other}/enrolments"}]
    answer = await desk.post("/v1/training-sessions:batch", {"items": items})
    assert [item["status"] for item in answer["items"]] == [201, 200, 200, 409, 200]
    assert answer["items"][0]["id"] == session
    assert answer["items"][3]["problem"]["code"] == "session-full"
    again = await desk.post("/v1/training-sessions:batch", {"items": items})
    assert [(item["status"], item.get("replayed")) for item in again["items"]][:3] == [(201, True), (200, True), (200, True)]
    shown = await desk.get(f"/v1/training-sessions/{session}")
    assert (shown["version"], set(shown["enrolled"])) == (3, {each["client_id"] for each in clients[:2]})
    hold = {"key": str(uuid4()), "path": f"/v1/training-sessions/{session}:hold", "if_match": 3, "body": {**PURPOSE, "attendees": 2}}
    refused = (await desk.post("/v1/training-sessions:batch", {"items": [hold]}))["items"][0]
    assert (refused["status"], refused["problem"]["code"]) == (422, "validation")


async def test_outcomes_come_in_batches_of_one_session(desk: Desk) -> None:
    session, other = await a_session(desk), await a_session(desk)
    path = f"/v1/training-sessions/{session}"
    clients = [await a_client(desk) for _ in range(3)]
    for client in clients:
        await desk.post(f"{path}/enrolments", client, If_Match="*")
    await desk.post(f"{path}:hold", {**PURPOSE, "attendees": 3, "held_on": "2026-04-11"}, If_Match='"4"')
    items = [
        {"key": str(uuid4()), "path": f"{path}/outcomes", "if_match": "*", "body": {**client, "attended_hours": hours}}
        for client, hours in zip(clients, ("8", "6.4", "6"), strict=True)
    ]
    strange = {**items[0], "key": str(uuid4()), "path": f"/v1/training-sessions/{other}/outcomes"}
    answer = await desk.post(f"{path}/outcomes:batch", {"items": [*items, strange]})
    assert [item["status"] for item in answer["items"]] == [200, 200, 200, 422]
    assert answer["items"][3]["problem"]["errors"] == [{"loc": "/path", "code": "not-allowed-here"}]
    again = await desk.post(f"{path}/outcomes:batch", {"items": items})
    assert [item["replayed"] for item in again["items"]] == [True] * 3
    completed = {o["client_id"]: o["completed"] for o in (await desk.get(path))["outcomes"]}
    assert [completed[client["client_id"]] for client in clients] == [True, True, False]


async def test_partners_staff_are_counted(desk: Desk) -> None:
    session = await a_session(desk, course="AIR_TIP")
    path = f"/v1/training-sessions/{session}"
    await desk.refused(f"{path}/enrolments", await a_client(desk), 409, "invalid-state", If_Match="*")
    groups = [{"org": "OWWA", "sex": "F", "n": 12}, {"org": "NO_SUCH", "sex": "M", "n": 7}]
    problem = await desk.refused(
        f"{path}:hold", {**PURPOSE, "attendees": 19, "staff_participants": groups}, 422, "validation", If_Match='"1"'
    )
    assert problem["errors"] == [{"loc": "/staff_participants/1/org", "code": "unknown-code", "list": "/v1/codes/Agency"}]
    groups[1]["org"] = "DMW"
    await desk.post(f"{path}:hold", {**PURPOSE, "attendees": 19, "staff_participants": groups}, If_Match='"1"')
    assert (await desk.get(path))["held"]["attendees"] == 19


async def test_a_training_is_of_its_centre_and_of_who_gives_it(desk: Desk) -> None:
    session = await a_session(desk)
    path = f"/v1/training-sessions/{session}"
    await desk.as_("stf-x1").get(path, 404)
    await desk.as_("stf-o1").get(path)
    await desk.as_("stf-o2").get(path, 404)
    await desk.as_("stf-x1").refused(f"{path}:cancel", {**PURPOSE, "reason": "SAFETY"}, 404, "not-found", If_Match='"1"')
    await desk.as_("stf-o1").refused(f"{path}:cancel", {**PURPOSE, "reason": "SAFETY"}, 403, "forbidden", If_Match='"1"')
    await desk.post(f"{path}:cancel", {**PURPOSE, "reason": "SAFETY"}, If_Match='"1"')
    await desk.refused(f"{path}:cancel", {**PURPOSE, "reason": "SAFETY"}, 412, "stale-version", If_Match='"1"')


async def test_the_list_counts_seats_and_is_the_same_when_everything_is_applied_twice(desk: Desk) -> None:
    session = await a_session(desk, course="SBMT")
    one, other = await a_client(desk), await a_client(desk)
    for client in (one, other):
        await desk.post(f"/v1/training-sessions/{session}/enrolments", client, If_Match="*")
    await desk.post(f"/v1/training-sessions/{session}/enrolments/{one['client_id']}:cancel", ground_of(one), If_Match='"3"')
    await desk.catch_up(sessions, TRAINING_SESSION)
    once = await desk.tables("sessions.session", "sessions.seat")
    await desk.catch_up(sessions, TRAINING_SESSION)
    assert await desk.tables("sessions.session", "sessions.seat") == once
    page = await desk.get(f"/v1/training-sessions?centre={CENTRE}&course=SBMT&state=SCHEDULED&since=2026-04-01")
    assert [(item["session_id"], item["enrolled"], item["capacity"]) for item in page["items"]] == [(session, 1, 3)]
    found, path = set(), "/v1/training-sessions?limit=1"
    while path:
        page = await desk.as_("stf-o1").get(path)
        found |= {item["session_id"] for item in page["items"]}
        path = f"/v1/training-sessions?limit=1&cursor={page['next']}" if page["next"] else ""
    assert session in found
    assert (await desk.as_("stf-o2").get("/v1/training-sessions"))["items"] == []
