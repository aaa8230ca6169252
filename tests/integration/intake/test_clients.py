"""A client over HTTP: registered once however often it is sent, read on record, amended, recorded on the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.harness.people import CENTRE, a_consent, a_registration, new_id
from tests.integration.intake.conftest import Desk

NAMED = {"names": {"given": "Xiomara", "family": "de la Cruz"}, "card_code": None, "age_class": None, "birth_date": "1991-06-14"}


def about(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What every later command about this client says of its ground."""
    return {"purpose": "CASE_MANAGEMENT", "basis": "CONSENT", "consent_id": body["consent_id"], **more}


async def test_a_registration_stores_one_fact_each(desk: Desk) -> None:
    answer = await desk.post("/v1/clients", body := a_registration(local_id=new_id()))
    assert answer.status_code == 201, answer.text
    content = answer.json()
    assert content["id"] == body["local_id"]
    assert [event["type"].split(".")[2] for event in content["events"]] == [
        "client-registered", "consent-given", "consent-given", "transit-arrival-recorded",
    ]  # fmt: skip
    assert (content["search_hits"], content["candidates"]) == (0, [])
    assert answer.headers["ETag"] == '"4"'
    assert answer.headers["Location"] == f"/v1/clients/{content['id']}"


async def test_sent_again_it_has_the_outcome_of_the_first(desk: Desk) -> None:
    body, key = a_registration(local_id=new_id(), identity=NAMED), new_id()
    first = await desk.post("/v1/clients", body, key=key)
    again = await desk.post("/v1/clients", body, key=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.json()["id"], again.json()["events"], again.json()["search_hits"]) == (
        first.json()["id"], first.json()["events"], first.json()["search_hits"],
    )  # fmt: skip
    other = await desk.post("/v1/clients", body | {"channel": "PHONE"}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-mismatch")


async def test_of_a_hundred_at_once_one_is_stored(desk: Desk) -> None:
    body, key = a_registration(), new_id()
    answers = await asyncio.gather(*(desk.post("/v1/clients", body, key=key) for _ in range(100)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await desk.read(answers[0].json()["id"]))["version"] == 4


async def test_reading_shows_who_it_is_and_is_on_record(desk: Desk) -> None:
    made = await desk.register(a_registration(identity=NAMED, local_id=new_id()))
    shown = await desk.read(made["id"])
    assert shown["identity"]["names"] == NAMED["names"] | {"other": []}
    assert (shown["profile"]["birth_month"], shown["profile"]["sex"]) == ("1991-06", "F")
    assert shown["episodes"][0]["transit_arrivals"][0]["point"] == "Las Manos"
    reads = await desk.parts.pool.fetch("select action, classes from read_audit where $1 = any(subject_id)", made["id"])
    assert [(read["action"], sorted(read["classes"])) for read in reads] == [("READ", ["identity", "profile"])]


async def test_history_opens_what_is_sealed(desk: Desk) -> None:
    made = await desk.register(a_registration(identity=NAMED, local_id=new_id()))
    answer = await desk.send("GET", f"/v1/clients/{made['id']}/events")
    items = answer.json()["items"]
    assert [item["version"] for item in items] == [1, 2, 3, 4]
    assert items[0]["sealed"]["identity"]["names"]["given"] == "Xiomara"
    assert items[3]["sealed"]["profile"]["group_size"] == 1


async def test_nothing_readable_is_stored(desk: Desk) -> None:
    made = await desk.register(a_registration(identity=NAMED, local_id=new_id()))
    stored = await desk.parts.pool.fetch("select data::text from event where stream_id = $1", made["id"])
    assert not [row for row in stored if "Xiomara" in row[0] or "1991" in row[0] or "TRANSIT" in row[0]]


async def test_another_centre_does_not_see_that_it_exists(desk: Desk) -> None:
    made = await desk.register(a_registration(local_id=new_id()))
    there = desk.as_("caseworker", "HN-CH-01")
    hidden = await there.send("GET", f"/v1/clients/{made['id']}")
    absent = await there.send("GET", f"/v1/clients/{new_id()}")
    assert (hidden.status_code, hidden.json()["code"]) == (absent.status_code, absent.json()["code"]) == (404, "not-found")
    assert (await there.post("/v1/clients", a_registration())).status_code == 404
    assert (await desk.as_("warden").post("/v1/clients", a_registration())).status_code == 403


@pytest.mark.parametrize(
    ("change", "loc", "code"),
    [
        ({"identity": {"birth_date": "1991-13-01"}}, "/identity/birth_date", "bad-format"),
        ({"profile": {"birth_month": "1991-06"}}, "/profile/birth_month", "not-allowed-here"),
        ({"profile": {"shoe_size": 43}}, "/profile", "unknown-member"),
        ({"profile": {"nationality": ["PHX"]}}, "/profile/nationality/0", "unknown-code"),
        ({"identity": {"phones": ["0917"]}}, "/identity/phones/0", "bad-format"),
        ({"channel": "PIGEON"}, "/channel", "unknown-code"),
        ({"identity": {"interpreter": "yes"}}, "/identity/interpreter", "wrong-type"),
        ({"transit_arrival": {"group_size": "1"}}, "/transit_arrival/group_size", "wrong-type"),
        ({"return": {"date": "2026-01", "from": "ZZZ"}}, "/return/from", "unknown-code"),
    ],
)
async def test_a_faulty_form_is_named_and_not_repeated(desk: Desk, change: dict[str, Any], loc: str, code: str) -> None:
    body = a_registration(identity=NAMED)
    body = body | {name: body.get(name, {}) | part if isinstance(part, dict) else part for name, part in change.items()}
    answer = await desk.post("/v1/clients", body)
    assert answer.status_code == 422, answer.text
    assert {"loc": loc, "code": code}.items() <= answer.json()["errors"][0].items()
    assert "Xiomara" not in answer.text


async def test_an_amendment_holds_the_whole_and_clears_with_null(desk: Desk) -> None:
    body = a_registration(identity=NAMED | {"phones": ["+50499990001"]}, local_id=new_id())
    made = await desk.register(body)
    change = about(body, reason="CORRECTION", identity={"phones": None}, profile={"sex": "X"})
    path = f"/v1/clients/{made['id']}"
    assert (await desk.send("PATCH", path, change)).status_code == 428
    assert (await desk.send("PATCH", path, change, If_Match='"1"')).status_code == 412
    done = await desk.send("PATCH", path, change, If_Match='"4"')
    assert done.status_code == 200, done.text
    shown = await desk.read(made["id"])
    assert (shown["identity"]["phones"], shown["profile"]["sex"], shown["version"]) == ([], "X", 5)
    again = await desk.send("PATCH", path, change, If_Match='"5"')
    assert again.headers["Gabay-Effect"] == "none"


async def test_a_journey_is_recorded_step_by_step(desk: Desk) -> None:
    body = a_registration(local_id=new_id(), arrival=False)
    path, episode = f"/v1/clients/{(await desk.register(body))['id']}", new_id()
    wish = about(body, episode_id=episode, destination="ESP", channel="ONLINE", reason="WORK")
    left = about(body, date="2025-03", destination="ESP", documented="YES", land_sea="LAND", hire_type="NEW", channel="ONLINE")
    back = about(body, date="2025-12-01", reason="FAMILY", voluntary="YES", distressed=False) | {"from": "ESP"}
    cost = about(body, channel="ONLINE", recruitment_cost={"amount": "1500.50", "currency": "USD"})
    factor = {"level": "HOUSEHOLD", "code": "INCOME", "polarity": "RISK", "severity": 3}
    found = about(body, tool="DOMV", tool_version="1", urgent=True, priority="URGENT", risk_level="HIGH", factors=[factor])
    for where, step in (
        ("episodes", wish), (f"episodes/{episode}/departure", left), (f"episodes/{episode}/economics", cost),
        (f"episodes/{episode}/return", back), ("screenings", found),
    ):  # fmt: skip
        answer = await desk.add(f"{path}/{where}", step)
        assert answer.status_code == 200, answer.text
    late = await desk.add(f"{path}/episodes/{episode}/departure", left | {"destination": "FRA"})
    assert (late.status_code, late.json()["code"]) == (409, "already-exists")
    early = await desk.add(f"{path}/episodes/{new_id()}/return", back | {"date": "2099-01"})
    assert (early.status_code, early.json()["fields"]) == (422, ["/date"])
    shown = (await desk.read(path.rsplit("/", 1)[1]))["episodes"][0]
    assert (shown["return"]["from"], shown["economics"]["recruitment_cost"]["amount"]) == ("ESP", "1500.50")


async def test_without_consent_there_is_no_client(desk: Desk) -> None:
    body = a_registration() | {"consents": []}
    answer = await desk.post("/v1/clients", body)
    assert (answer.status_code, answer.json()["code"], answer.json()["purpose"]) == (409, "consent-missing", "CASE_MANAGEMENT")


async def test_a_centre_of_another_region_is_unknown(desk: Desk) -> None:
    assert (await desk.post("/v1/clients", a_registration(centre="PH-ANT-01"))).status_code == 404


async def test_an_encounter_needs_no_name(desk: Desk) -> None:
    body = {
        "centre": CENTRE, "purpose": "CASE_MANAGEMENT", "channel": "WALK_IN", "topics": ["INF"], "minutes": 5, "immediate_need": False,
        "info_given": True,
    }  # fmt: skip
    made = await desk.as_("reception").post("/v1/encounters", body)
    assert made.status_code == 201, made.text
    shown = await desk.send("GET", f"/v1/encounters/{made.json()['id']}")
    assert shown.json()["items"][0]["data"]["topics"] == ["INF"]
    batch = await desk.post(
        "/v1/encounters:batch", {"items": [{"key": new_id(), "body": body}, {"key": new_id(), "body": body | {"topics": ["XXX"]}}]}
    )
    assert [item["status"] for item in batch.json()["items"]] == [201, 422]


async def test_a_group_is_counted(desk: Desk) -> None:
    body = {
        "centre": CENTRE, "purpose": "STATISTICS", "point": "Las Manos", "date": "2026-01-05",
        "counts": [{"sex": "F", "age": "ADULT", "n": 3}, {"sex": "F", "age": "CHILD", "n": 2}], "children_u5": 1,
    }  # fmt: skip
    assert (await desk.post("/v1/transit-groups", body)).status_code == 201
    assert (await desk.post("/v1/transit-groups", body | {"children_u5": 3})).json()["errors"] == [
        {"loc": "/children_u5", "code": "out-of-range"}
    ]


async def test_a_batch_registers_repeats_and_adds(desk: Desk) -> None:
    people = [a_registration(local_id=new_id()) for _ in range(50)]
    items: list[dict[str, Any]] = [{"key": new_id(), "body": body} for body in people]
    first = people[0]
    consent = a_consent("FOLLOW_UP_CONTACT")
    items.append({"key": new_id(), "path": f"/v1/clients/{first['local_id']}/consents", "if_match": "*", "body": consent})
    answer = await desk.post("/v1/clients:batch", {"items": items})
    results = answer.json()["items"]
    assert [item["status"] for item in results] == [201] * 50 + [200], results
    assert all(item["search_hits"] == 0 for item in results[:50])
    again = (await desk.post("/v1/clients:batch", {"items": items})).json()["items"]
    assert all(item["replayed"] for item in again)
    assert [(item["id"], item["version"]) for item in again] == [(item["id"], item["version"]) for item in results]
    receipts = await desk.post("/v1/receipts", {"route": "POST /v1/clients", "keys": [items[0]["key"], new_id()]})
    assert [item["done"] for item in receipts.json()["items"]] == [True, False]


async def test_a_void_return_makes_room_for_the_right_one(desk: Desk) -> None:
    made = await desk.register(body := a_registration(local_id=new_id()))
    url, episode = f"/v1/clients/{made['id']}", new_id()
    wrong = {"date": "2026-02", "from": "SAU", "reason": "CONTRACT_END", "voluntary": "YES", "distressed": False}
    recorded = (await desk.add(f"{url}/episodes/{episode}/return", about(body, **wrong))).json()
    gone, why = f"{url}/events/{recorded['events'][0]['event_id']}:void", {"purpose": "CASE_MANAGEMENT", "reason": "WRONG_PERSON"}

    unseen = await desk.post(gone, why, If_Match="*")
    assert (unseen.status_code, unseen.json()["code"]) == (428, "precondition-required")
    stranger = await desk.as_("reception", "HN-CH-01").post(gone, why, If_Match=f'"{recorded["version"]}"')
    assert stranger.status_code == 404
    colleague = await desk.as_("reception").post(gone, why, If_Match=f'"{recorded["version"]}"')
    assert (colleague.status_code, colleague.json()["code"], colleague.json()["rule"]) == (409, "not-voidable", "author")
    unasked = await desk.as_("supervisor").post(gone, why, If_Match=f'"{recorded["version"]}"')
    assert unasked.json()["errors"] == [{"loc": "/requested_by", "code": "missing"}]

    done = await desk.post(gone, why, If_Match=f'"{recorded["version"]}"', key=(key := new_id()))
    assert (done.status_code, [event["type"] for event in done.json()["events"]]) == (200, ["gabay.intake.entry-voided.v1"])
    again = await desk.post(gone, why, If_Match=f'"{recorded["version"]}"', key=key)
    assert (again.headers["Idempotency-Replayed"], again.json()) == ("true", done.json())
    twice = await desk.post(gone, why, If_Match=done.headers["ETag"])
    assert (twice.status_code, twice.headers["Gabay-Effect"]) == (200, "none")

    shown = await desk.read(made["id"])
    assert [each["return"] for each in shown["episodes"] if each["episode_id"] == episode] == []
    items = (await desk.send("GET", f"{url}/events")).json()["items"]
    assert [item["version"] for item in items if item.get("void")] == [recorded["version"]]
    right = await desk.add(f"{url}/episodes/{episode}/return", about(body, **wrong | {"from": "KWT"}))
    assert right.status_code == 200, right.text


async def test_a_registration_cannot_be_void(desk: Desk) -> None:
    made = await desk.register(a_registration(local_id=new_id()))
    first = made["events"][0]["event_id"]
    body = {"purpose": "CASE_MANAGEMENT", "reason": "DUPLICATE_ENTRY"}
    answer = await desk.post(f"/v1/clients/{made['id']}/events/{first}:void", body, If_Match=f'"{made["version"]}"')
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "not-voidable", "type")
    unknown = await desk.post(f"/v1/clients/{made['id']}/events/{new_id()}:void", body, If_Match=f'"{made["version"]}"')
    assert unknown.status_code == 404


async def test_an_encounter_can_be_void(desk: Desk) -> None:
    body = {
        "centre": CENTRE, "purpose": "CASE_MANAGEMENT", "channel": "WALK_IN", "topics": ["LIV"], "minutes": 5,
        "immediate_need": False, "info_given": True,
    }  # fmt: skip
    made = (await desk.post("/v1/encounters", body)).json()
    gone = f"/v1/encounters/{made['id']}/events/{made['events'][0]['event_id']}:void"
    done = await desk.post(gone, {"purpose": "CASE_MANAGEMENT", "reason": "DUPLICATE_ENTRY"}, If_Match='"1"')
    assert done.status_code == 200, done.text
    items = (await desk.send("GET", f"/v1/encounters/{made['id']}")).json()["items"]
    assert [item.get("void") for item in items] == [True, None]
