"""Households, incidents and outreach over HTTP: whose keys seal what, who may, and what is refused."""

from __future__ import annotations

from typing import Any

from tests.harness.people import CENTRE, a_registration, new_id
from tests.integration.intake.conftest import Desk
from tests.integration.intake.test_clients import about

BASE = {"centre": CENTRE, "purpose": "CASE_MANAGEMENT"}
MEMBER = {"from": "2019-04-20", "names": {"given": "Wilmer"}, "relation": "CHILD", "abroad": True, "country": "USA", "lives_with": False}


async def a_client(desk: Desk, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    body = a_registration(local_id=new_id(), **more)
    return await desk.register(body), body


async def test_the_first_member_starts_the_household_and_later_keeps_the_id_as_a_client(desk: Desk) -> None:
    made, body = await a_client(desk)
    home, member = new_id(), new_id()
    told, key = about(body, declared_by=made["id"], member_id=member, **MEMBER), new_id()
    first = await desk.add(f"/v1/households/{home}/members", told, key=key)
    assert first.status_code == 200, first.text
    assert (first.json()["id"], first.json()["version"], first.json()["member_id"]) == (home, 1, member)
    again = await desk.add(f"/v1/households/{home}/members", told, key=key)
    assert (again.headers["Idempotency-Replayed"], again.json()) == ("true", first.json())
    assert await desk.keys_of(member) == {"identity"}

    stored = await desk.parts.pool.fetchval("select data::text from event where stream_id = $1", home)
    assert "Wilmer" not in stored
    assert "CHILD" not in stored
    shown = (await desk.send("GET", f"/v1/households/{home}")).json()
    assert shown["items"][0]["sealed"]["identity"]["names"]["given"] == "Wilmer"
    assert shown["items"][0]["sealed"]["profile"] == {"relation": "CHILD", "abroad": True, "country": "USA", "lives_with": False}
    assert (shown["members"], shown["declared_by"]) == ([member], [made["id"]])

    registered = await desk.register(a_registration(local_id=member, identity={"names": {"given": "Wilmer", "family": "Zelaya"}}))
    assert registered["id"] == member
    assert (await desk.read(member))["identity"]["names"]["given"] == "Wilmer"
    shown = (await desk.send("GET", f"/v1/households/{home}")).json()
    assert shown["items"][0]["sealed"]["identity"]["names"]["given"] == "Wilmer"


async def test_a_household_is_told_on_and_left(desk: Desk) -> None:
    made, body = await a_client(desk, statistics=False)
    home, member = new_id(), new_id()
    await desk.add(f"/v1/households/{home}/members", about(body, declared_by=made["id"], member_id=member, **MEMBER))
    lives = about(body, declared_by=made["id"], remittance_band="R3", size=5, earners=1)
    told = await desk.add(f"/v1/households/{home}/economics", lives)
    assert told.status_code == 200, told.text
    gone = {"purpose": "CASE_MANAGEMENT", "to": "2026-01-06", "reason": "LEFT"}
    left = await desk.post(f"/v1/households/{home}/members/{member}:unlink", gone, If_Match='"2"')
    assert left.status_code == 200, left.text
    void = {"purpose": "CASE_MANAGEMENT", "reason": "ENTERED_IN_ERROR"}
    back = await desk.post(f"/v1/households/{home}/events/{left.json()['events'][0]['event_id']}:void", void, If_Match='"3"')
    assert back.status_code == 200, back.text
    shown = (await desk.send("GET", f"/v1/households/{home}")).json()
    assert shown["members"] == [member]
    assert [item.get("void") for item in shown["items"]] == [None, None, True, None]
    assert "profile" not in shown["items"][0]["sealed"]
    stranger = desk.as_("reception", "HN-CH-01")
    assert (await stranger.send("GET", f"/v1/households/{home}")).status_code == 404
    assert (await stranger.add(f"/v1/households/{home}/economics", lives)).status_code == 404
    assert (await desk.add(f"/v1/households/{new_id()}/economics", lives)).status_code == 404


async def test_an_incident_of_a_client_is_sealed_under_the_client(desk: Desk) -> None:
    made, body = await a_client(desk)
    told = about(body, **BASE, reported_on="2026-01-05", by="CLIENT", client_id=made["id"], place_level="COUNTRY",
                 type="CONTRACT_VIOLATION", event_date="2025-11", country="HND", account="They kept the passport")  # fmt: skip
    done = await desk.post("/v1/incidents", told)
    assert done.status_code == 201, done.text
    incident = done.json()["id"]
    assert await desk.keys_of(incident) == set()
    shown = (await desk.send("GET", f"/v1/incidents/{incident}")).json()
    assert shown["items"][0]["sealed"]["identity"]["account"] == "They kept the passport"
    assert "account" not in shown["items"][0]["sealed"]["profile"]
    reads = await desk.parts.pool.fetch("select subject_id from read_audit where $1 = any(subject_id)", made["id"])
    assert len(reads) == 1
    moved = {"purpose": "CASE_MANAGEMENT", "stage": "FORWARDED", "to_org": "DMW"}
    step = await desk.post(f"/v1/incidents/{incident}:progress", moved, If_Match='"1"')
    assert step.status_code == 200, step.text
    void = {"purpose": "CASE_MANAGEMENT", "reason": "ENTERED_IN_ERROR"}
    gone = await desk.post(f"/v1/incidents/{incident}/events/{step.json()['events'][0]['event_id']}:void", void, If_Match='"2"')
    assert gone.status_code == 200, gone.text
    assert (await desk.send("GET", f"/v1/incidents/{incident}")).json()["stage"] is None
    assert (await desk.as_("reception", "HN-CH-01").send("GET", f"/v1/incidents/{incident}")).status_code == 404


async def test_without_a_client_the_incident_is_its_own_subject_and_needs_no_consent(desk: Desk) -> None:
    told = {
        **BASE, "basis": "VITAL_INTEREST", "local_id": new_id(), "reported_on": "2026-01-05", "by": "THIRD_PARTY", "place_level": "COUNTRY",
        "type": "DEATH", "event_date": "2026-01", "country": "GTM", "dead": 3, "missing": 1, "cause": "DROWNING",
        "person": {"name": "Xiomara"},
    }  # fmt: skip
    done = await desk.post("/v1/incidents", told)
    assert done.status_code == 201, done.text
    assert await desk.keys_of(told["local_id"]) == {"identity", "profile"}
    [item] = (await desk.send("GET", f"/v1/incidents/{told['local_id']}")).json()["items"]
    assert (item["sealed"]["profile"]["dead"], item["sealed"]["identity"]["person"]["name"]) == (3, "Xiomara")


async def test_of_violence_no_account_is_taken_here(desk: Desk) -> None:
    made, body = await a_client(desk)
    told = about(body, **BASE, reported_on="2026-01-05", by="CLIENT", client_id=made["id"], place_level="COUNTRY", type="GBV",
                 event_date="2025-11", country="HND", account="told", open_case=True)  # fmt: skip
    refused = await desk.post("/v1/incidents", told)
    assert (refused.status_code, refused.json()["code"], refused.json()["fields"]) == (422, "account-not-allowed", ["/account"])
    assert (await desk.post("/v1/incidents", {name: each for name, each in told.items() if name != "account"})).status_code == 201


async def test_outreach_is_counted_and_can_be_void(desk: Desk) -> None:
    told = {
        **BASE, "kind": "SCHOOL", "topic": "INF", "place": "0600613000", "vintage": "2026-1Q",
        "attendees": [{"sex": "F", "age_band": "15-17", "n": 24}], "minutes": 90,
    }  # fmt: skip
    done = await desk.post("/v1/outreach-sessions", told)
    assert done.status_code == 201, done.text
    url = f"/v1/outreach-sessions/{done.json()['id']}"
    [item] = (await desk.send("GET", url)).json()["items"]
    assert (item["data"]["sub_committee"], item["data"]["attendees"]) == ("IERNA", told["attendees"])
    both = await desk.post("/v1/outreach-sessions", {**told, "media_reach": 9})
    assert both.json()["errors"] == [{"loc": "/media_reach", "code": "not-allowed-here"}]
    void = {"purpose": "CASE_MANAGEMENT", "reason": "DUPLICATE_ENTRY"}
    assert (await desk.post(f"{url}/events/{item['event_id']}:void", void, If_Match='"1"')).status_code == 200
    assert [each.get("void") for each in (await desk.send("GET", url)).json()["items"]] == [True, None]


async def test_what_was_taken_down_offline_comes_in_batches(desk: Desk) -> None:
    made, body = await a_client(desk)
    home = new_id()
    outreach = {
        **BASE, "kind": "SCHOOL", "topic": "INF", "place": "0600613000", "vintage": "2026-1Q",
        "attendees": [{"sex": "F", "age_band": "15-17", "n": 24}], "minutes": 90,
    }  # fmt: skip
    group = {**BASE, "occurred_at": "2026-01-05T09:00:00-06:00", "point": "HN-EP-01"}
    incident = about(body, **BASE, reported_on="2026-01-05", by="CLIENT", client_id=made["id"], place_level="COUNTRY",
                     type="CONTRACT_VIOLATION", event_date="2025-11", country="HND")  # fmt: skip
    member = about(body, declared_by=made["id"], **MEMBER)
    lives = about(body, declared_by=made["id"], remittance_band="R3", size=5, earners=1)
    batches: dict[str, list[tuple[dict[str, Any], int]]] = {
        "outreach-sessions": [({"body": outreach}, 201), ({"body": outreach | {"minutes": 0}}, 422)],
        "transit-groups": [({"body": group}, 422)],
        "incidents": [({"body": incident}, 201)],
        "households": [
            ({"path": f"/v1/households/{home}/members", "if_match": "*", "body": member}, 200),
            ({"path": f"/v1/households/{home}/economics", "if_match": "*", "body": lives}, 200),
            ({"path": f"/v1/clients/{made['id']}/consents", "if_match": "*", "body": lives}, 422),
        ],
    }
    for plural, told in batches.items():
        items = [{"key": new_id(), **item} for item, _ in told]
        for replayed in (False, True):
            answer = await desk.post(f"/v1/{plural}:batch", {"items": items}, key=None)
            assert answer.status_code == 200, answer.text
            done = answer.json()["items"]
            assert [item["status"] for item in done] == [status for _, status in told], done
            assert {item["replayed"] for item in done if item["status"] < 300} <= {replayed}
