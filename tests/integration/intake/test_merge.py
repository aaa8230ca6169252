"""Merging over HTTP: both streams or none, reads that follow, the queue of probable duplicates, and taking it back."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from services.intake.client.decisions import CLIENT
from services.intake.look_ups import destroy_profile_key
from shared.codes import Purpose
from tests.harness.people import a_registration, new_id
from tests.integration.intake.conftest import Desk
from tests.integration.intake.test_clients import about
from tests.integration.intake.test_consents import withdraw


async def two(desk: Desk, *, name: str = "Zelaya", **other: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two records of one person, who was registered with two spellings."""
    born = {"card_code": None, "age_class": None, "birth_date": "1991-06-14"}
    one = await desk.register(a_registration(local_id=new_id(), identity={"names": {"given": "Xiomara", "family": name}, **born}))
    spelled = {"names": {"given": "Xiomara", "family": name.replace("y", "ll")}, **born}
    return one, await desk.register(a_registration(local_id=new_id(), identity=spelled, **other))


def pair(survivor: dict[str, Any], retired: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "purpose": "CASE_MANAGEMENT", "requested_by": "stf-caseworker",
        "survivor": {"id": survivor["id"], "version": survivor["version"]},
        "retired": {"id": retired["id"], "version": retired["version"]}, **more,
    }  # fmt: skip


async def merge(desk: Desk, survivor: dict[str, Any], retired: dict[str, Any]) -> None:
    """Merge two records, and move their versions on."""
    answer = await desk.as_("supervisor").post("/v1/clients:merge", pair(survivor, retired, evidence="CLIENT_CONFIRMED"))
    assert answer.status_code == 200, answer.text
    survivor["version"] += 1
    retired["version"] += 1


async def test_both_records_are_written_together_and_a_repetition_hears_the_same(desk: Desk) -> None:
    one, two_ = await two(desk)
    body, key, boss = pair(one, two_, evidence="SAME_BIOGRAPHY"), new_id(), desk.as_("supervisor")
    first = await boss.post("/v1/clients:merge", body, key=key)
    assert first.status_code == 200, first.text
    assert [event["type"].split(".")[2] for event in first.json()["events"]] == ["client-records-merged", "client-retired"]
    again = await boss.post("/v1/clients:merge", body, key=key)
    assert (again.headers["Idempotency-Replayed"], again.json()) == ("true", first.json())
    items = (await desk.send("GET", f"/v1/clients/{two_['id']}/events")).json()["items"]
    assert items[-1]["data"]["score"] == "0.80"
    assert items[-1]["data"]["survivor_id"] == one["id"]


async def test_only_a_supervisor_of_both_centres_whom_somebody_else_asked(desk: Desk) -> None:
    one, two_ = await two(desk)
    body, boss = pair(one, two_, evidence="SAME_DOCUMENT"), desk.as_("supervisor")
    assert (await desk.post("/v1/clients:merge", body)).status_code == 403
    assert (await desk.as_("supervisor", "HN-CH-01").post("/v1/clients:merge", body)).status_code == 404
    alone = await boss.post("/v1/clients:merge", {**body, "requested_by": boss.staff})
    assert (alone.status_code, alone.json()["code"]) == (403, "same-person-signoff")
    unasked = await boss.post("/v1/clients:merge", {name: each for name, each in body.items() if name != "requested_by"})
    assert unasked.json()["errors"] == [{"loc": "/requested_by", "code": "missing"}]
    itself = await boss.post("/v1/clients:merge", {**body, "retired": body["survivor"]})
    assert itself.json()["errors"] == [{"loc": "/retired/id", "code": "not-allowed-here"}]
    late = await boss.post("/v1/clients:merge", {**body, "retired": {"id": two_["id"], "version": 1}})
    assert (late.status_code, late.json()["code"]) == (412, "stale-version")


async def test_a_retired_record_takes_nothing_more_and_reads_follow_it(desk: Desk) -> None:
    one, two_ = await two(desk)
    await merge(desk, one, two_)
    refused = await desk.add(f"/v1/clients/{two_['id']}/transit-arrivals", {
        **about(a_registration()), "episode_id": new_id(), "point": "x", "date": "2026-01", "group_size": 1,
    })  # fmt: skip
    assert (refused.status_code, refused.json()["code"], refused.json()["survivor"]) == (409, "client-retired", one["id"])
    shown = await desk.read(two_["id"])
    assert (shown["id"], shown["version"], shown["merged"]) == (one["id"], one["version"], [two_["id"]])
    assert [each.get("client_id") for each in shown["episodes"]] == [None, two_["id"]]
    found = (await desk.post("/v1/clients/search", {"name": "Xiomara Zelalla", "birth_date": "1991-06-14"})).json()["items"]
    assert two_["id"] not in [hit["id"] for hit in found]
    assert one["id"] in [hit["id"] for hit in found]


async def test_of_two_merges_at_once_one_is_stored(desk: Desk) -> None:
    one, two_ = await two(desk)
    boss = desk.as_("supervisor")
    answers = await asyncio.gather(
        boss.post("/v1/clients:merge", pair(one, two_, evidence="SAME_DOCUMENT")),
        boss.post("/v1/clients:merge", pair(two_, one, evidence="SAME_DOCUMENT")),
    )
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 412])


async def test_a_chain_leads_to_the_last_survivor_and_any_link_can_be_taken_back(desk: Desk) -> None:
    one, two_ = await two(desk)
    three = await desk.register(a_registration(local_id=new_id()))
    await merge(desk, one, two_)
    await merge(desk, three, one)
    assert (await desk.read(two_["id"]))["id"] == three["id"]
    assert (await desk.read(three["id"]))["merged"] == [one["id"], two_["id"]]
    boss, url = desk.as_("supervisor"), f"/v1/clients/{two_['id']}:unmerge"
    other = await boss.post(url, pair(three, one, reason="WRONG_MERGE"))
    assert other.json()["errors"] == [{"loc": "/retired/id", "code": "not-allowed-here"}]
    back = await boss.post(url, pair(one, two_, reason="CLIENT_OBJECTED"))
    assert back.status_code == 200, back.text
    assert [event["type"].split(".")[2] for event in back.json()["events"]] == ["client-records-unmerged", "client-reinstated"]
    assert (await desk.read(two_["id"]))["id"] == two_["id"]
    assert (await desk.read(one["id"]))["id"] == three["id"]


async def test_what_the_other_record_does_not_permit_rests_until_asked_again(desk: Desk) -> None:
    one, two_ = await two(desk, statistics=False)
    await merge(desk, one, two_)
    shown = await desk.read(one["id"])
    assert [each["purpose"] for each in shown["consents"] if each.get("suspended")] == ["STATISTICS"]
    assert shown["statistics"] is False


async def test_a_registration_with_probable_duplicates_waits_until_somebody_has_looked(desk: Desk) -> None:
    one, two_ = await two(desk, name="Mayorga")
    await desk.catch_up()
    queue = (await desk.send("GET", "/v1/duplicate-reviews")).json()["items"]
    [waiting] = [item for item in queue if item["client_id"] == two_["id"]]
    assert (waiting["search_hits"], waiting["unseen"]) == (1, 1)
    beside = (await desk.send("GET", f"/v1/duplicate-reviews/{two_['id']}")).json()
    assert [hit["id"] for hit in beside["candidates"]] == [one["id"]]
    elsewhere = desk.as_("reception", "HN-CH-01")
    assert (await elsewhere.send("GET", f"/v1/duplicate-reviews/{two_['id']}")).status_code == 404
    assert two_["id"] not in [item["client_id"] for item in (await elsewhere.send("GET", "/v1/duplicate-reviews")).json()["items"]]
    body = {"purpose": "CASE_MANAGEMENT", "rejected": [one["id"]]}
    looked = await desk.post(f"/v1/duplicate-reviews/{two_['id']}:resolve", body, If_Match=f'"{two_["version"]}"')
    assert looked.status_code == 200, looked.text
    await desk.catch_up()
    queue = (await desk.send("GET", "/v1/duplicate-reviews")).json()["items"]
    assert two_["id"] not in [item["client_id"] for item in queue]
    assert (await desk.send("GET", f"/v1/duplicate-reviews/{two_['id']}")).json()["candidates"] == []


async def test_a_merge_takes_both_out_of_the_queue(desk: Desk) -> None:
    one, two_ = await two(desk, name="Reyes")
    await merge(desk, one, two_)
    await desk.catch_up()
    queue = (await desk.send("GET", "/v1/duplicate-reviews")).json()["items"]
    assert not {one["id"], two_["id"]} & {item["client_id"] for item in queue}


async def test_the_list_shows_codes_and_ids_page_by_page_and_twice_the_same(desk: Desk) -> None:
    one, two_ = await two(desk)
    await merge(desk, one, two_)
    await desk.catch_up()
    tables = await desk.tables("registry.client")
    await desk.catch_up()
    assert await desk.tables("registry.client") == tables
    seen, url = [], "/v1/clients?limit=3&merged=false"
    while url:
        answer = await desk.send("GET", url)
        assert answer.status_code == 200, answer.text
        seen += answer.json()["items"]
        following = answer.json()["next"]
        url = f"/v1/clients?limit=3&merged=false&cursor={following}" if following else ""
    assert [item["recorded_at"] for item in seen] == sorted((item["recorded_at"] for item in seen), reverse=True)
    assert one["id"] in [item["client_id"] for item in seen]
    assert two_["id"] not in [item["client_id"] for item in seen]
    retired = (await desk.send("GET", "/v1/clients?merged=true&limit=200")).json()["items"]
    assert [item["survivor"] for item in retired if item["client_id"] == two_["id"]] == [one["id"]]
    assert set(seen[0]) == {"client_id", "centre", "registered_on", "channel", "open_case", "survivor", "recorded_at"}
    assert (await desk.as_("caseworker", "HN-CH-01").send("GET", "/v1/clients")).json()["items"] == []


async def test_functioning_is_recorded_and_shown(desk: Desk) -> None:
    made = await desk.register(body := a_registration(local_id=new_id()))
    answers = dict.fromkeys(("SEEING", "HEARING", "WALKING", "REMEMBERING", "SELF_CARE", "COMMUNICATING"), "SOME")
    told = about(body, tool_version="WG-SS", answers={**answers, "WALKING": "CANNOT"})
    done = await desk.add(f"/v1/clients/{made['id']}/functioning", told)
    assert done.status_code == 200, done.text
    assert (await desk.read(made["id"]))["functioning"]["disabled"] is True
    few = await desk.add(f"/v1/clients/{made['id']}/functioning", {**told, "answers": {"SEEING": "SOME"}})
    assert (few.status_code, few.json()["errors"]) == (422, [{"loc": "/answers", "code": "too-short"}])


async def test_who_takes_back_the_consent_to_statistics_is_counted_under_neither_record(desk: Desk) -> None:
    one, other = await two(desk)
    state = (await desk.parts.handle.load(CLIENT, UUID(one["id"]))).state
    consent = state.consent_for(Purpose.STATISTICS)
    await merge(desk, one, other)
    assert "profile" in await desk.keys_of(other["id"])
    fact = await withdraw(desk, one["id"], str(consent.consent_id))
    await destroy_profile_key(fact, desk.parts.handle)
    await destroy_profile_key(fact, desk.parts.handle)
    assert [await desk.keys_of(record["id"]) for record in (one, other)] == [{"identity"}] * 2
