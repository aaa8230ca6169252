"""Batches: each item its own command, with its own result."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.http import batch
from shared.http.authorise import Grant, Subject
from tests.unit.http.kit import CENTRE, Service, count, note, running, token


def item(body: dict[str, Any] | None = None, **rest: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "body": count() if body is None else body, **rest}


async def send(service: Service, person: str, *items: Any, **headers: str) -> Any:
    answer = await service.post("/v1/counters:batch", {"items": list(items)}, person, idempotency_key="-", **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def device(service: Service, centre: str = CENTRE) -> str:
    service.grants.devices["tab-1"] = centre
    return token(sub="svc", gabay_device="tab-1")


async def test_one_item_s_refusal_touches_no_other() -> None:
    async with running() as service:
        good = [item() for _ in range(3)]
        results = await send(service, service.person("reception"), good[0], item(count(topics=["XXX"])), good[1], {"key": "x"}, good[2])
    assert [result["status"] for result in results] == [201, 422, 201, 400, 201]
    assert [result["index"] for result in results] == [0, 1, 2, 3, 4]
    assert results[0] == {
        "index": 0, "key": good[0]["key"], "status": 201, "id": good[0]["body"]["local_id"], "version": 1, "replayed": False,
        "search_hits": 0,
    }  # fmt: skip
    assert results[1]["problem"]["errors"] == [{"loc": "/topics/0", "code": "unknown-code", "list": "/v1/codes/Topic"}]


async def test_an_item_sent_alone_later_is_the_same_command() -> None:
    async with running() as service:
        person, one = service.person("reception"), item()
        first = (await send(service, person, one))[0]
        alone = await service.post("/v1/counters", one["body"], person, key=one["key"])
        again = (await send(service, person, one))[0]
        other = (await send(service, person, {**one, "body": {**one["body"], "topics": []}}))[0]
    assert alone.headers["idempotency-replayed"] == "true"
    assert alone.json()["version"] == first["version"]
    assert again == {**first, "replayed": True}
    assert (other["status"], other["problem"]["code"]) == (422, "idempotency-mismatch")


async def test_items_of_one_stream_run_in_the_order_given() -> None:
    async with running() as service:
        person, head = service.person("reception"), item()
        path = f"/v1/counters/{head['body']['local_id']}/notes"
        texts = ["slow", *map(str, range(89))]
        notes = [item(note(text), path=path, if_match="*") for text in texts]
        fillers = [item() for _ in range(90)]
        mixed = [head, *(each for pair in zip(notes, fillers, strict=True) for each in pair)]
        results = await send(service, person, *mixed)
        shown = await service.get(path.removesuffix("/notes"), person, gabay_purpose="OVERSIGHT")
    assert {result["status"] for result in results} == {200, 201}
    assert shown.json()["notes"] == texts
    assert [result["version"] for result in results if result["status"] == 200] == list(range(2, 92))


async def test_the_whole_batch_may_be_repeated() -> None:
    async with running() as service:
        person = service.person("reception")
        items = [item() for _ in range(45)]
        first, second = await send(service, person, *items), await send(service, person, *items)
    assert [{**result, "replayed": True} for result in first] == second


async def test_a_device_hands_in_for_the_one_who_took_it_down() -> None:
    async with running() as service:
        service.person("reception", staff="stf-r1")
        tablet = device(service)
        results = await send(service, tablet, item(recorded_by="stf-r1"))
        stored = (await service.store.load(UUID(results[0]["id"])))[0]
    assert results[0]["status"] == 201
    assert (stored.data["ctx"]["actor"], stored.data["ctx"]["role"], stored.meta["via"]) == ("stf-r1", "reception", "tab-1")


@pytest.mark.parametrize(("recorded_by", "role", "centre", "status"), [
    ("stf-r1", "reception", CENTRE, 201), ("stf-r1", "warden", CENTRE, 403), ("stf-r1", "reception", "PH-MAS-01", 403),
    ("nobody", "reception", CENTRE, 403), (None, "reception", CENTRE, 422), (7, "reception", CENTRE, 422),
])  # fmt: skip
async def test_a_device_names_somebody_who_had_a_role_there(recorded_by: Any, role: str, centre: str, status: int) -> None:
    async with running() as service:
        service.grants.people["x"] = Subject("stf-r1", (Grant(role, centre),))
        results = await send(service, device(service), item(recorded_by=recorded_by))
    assert results[0]["status"] == status


async def test_a_device_of_another_centre_hands_nothing_in_here() -> None:
    async with running() as service:
        service.grants.people["x"] = Subject("stf-r1", (Grant("reception", CENTRE), Grant("reception", "PH-MAS-01")))
        results = await send(service, device(service, "PH-MAS-01"), item(recorded_by="stf-r1"))
    assert results[0]["status"] == 404


async def test_a_person_says_nothing_about_who_recorded_it() -> None:
    async with running() as service:
        results = await send(service, service.person("reception"), item(recorded_by="stf-r1"))
    assert results[0]["problem"]["errors"] == [{"loc": "/recorded_by", "code": "not-allowed-here"}]


async def test_a_tablet_keeps_its_queue_through_a_change_of_user() -> None:
    async with running() as service:
        service.person("reception", staff="stf-r1")
        one, tablet = item(recorded_by="stf-r1"), device(service)
        await send(service, tablet, one)
        service.grants.devices["tab-1"] = CENTRE
        again = await send(service, token(sub="another", gabay_device="tab-1"), one)
        receipts = await service.post("/v1/receipts", {"route": "POST /v1/counters", "keys": [one["key"], str(uuid4())]}, tablet)
    assert again[0]["replayed"] is True
    assert [each["done"] for each in receipts.json()["items"]] == [True, False]
    assert receipts.json()["items"][0]["id"] == one["body"]["local_id"]


@pytest.mark.parametrize(("off", "shifted"), [(30, False), (3_600, True), (-86_400, True)])
async def test_a_clock_that_is_off_shifts_what_it_told(off: int, shifted: bool) -> None:
    async with running() as service:
        now = datetime.now(UTC)
        told = (now + timedelta(seconds=off - 60)).replace(microsecond=0)
        body = count(occurred_at=told.isoformat())
        answer = await service.post(
            "/v1/counters:batch",
            {"items": [item(body)]},
            service.person("reception"),
            gabay_device_time=(now + timedelta(seconds=off)).isoformat(),
        )
        stored = (await service.store.load(UUID(body["local_id"])))[0]
    assert abs(answer.json()["clock_skew_s"] - off) <= 1
    assert abs((stored.occurred_at - (now - timedelta(seconds=60) if shifted else told)).total_seconds()) < 3
    assert ("told_at" in stored.meta) == shifted


@pytest.mark.parametrize(("body", "status"), [
    ({"items": []}, 422), ({}, 422), ([], 422), ({"items": {}}, 422), ({"items": [1], "more": 1}, 422),
    (b"{", 400), (b'{"items":[],"items":[]}', 400),
])  # fmt: skip
async def test_an_unreadable_envelope_is_an_ordinary_problem(body: Any, status: int) -> None:
    async with running() as service:
        answer = await service.post("/v1/counters:batch", body, service.person("reception"))
    assert answer.status_code == status


async def test_a_batch_has_a_size() -> None:
    async with running(batch_items=3) as service:
        answer = await service.post("/v1/counters:batch", {"items": [1, 2, 3, 4]}, service.person("reception"))
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "batch-too-large", 3)


@pytest.mark.parametrize("path", ["/v1/counters/x/notes", "/v1/other", 7, "/v1/counters/0199a1f4-7d02-7c1b-8a41-5e2b7f90c3aa:close"])
async def test_only_offered_commands_travel_in_a_batch(path: Any) -> None:
    async with running() as service:
        results = await send(service, service.person("reception"), item(note(), path=path, if_match="*"))
    assert results[0]["problem"]["errors"] == [{"loc": "/path", "code": "not-allowed-here"}]


async def test_what_was_not_begun_in_time_is_not_attempted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "DEADLINE", -1.0)
    async with running() as service:
        results = await send(service, service.person("reception"), item(), item())
    assert {(result["status"], result["problem"]["code"]) for result in results} == {(503, "not-attempted")}


async def test_a_batch_waits_for_its_turn_and_no_longer_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "TURN", 0.05)
    async with running() as service:
        await service.app.state.runtime.batch_turn.acquire()
        answer = await service.post("/v1/counters:batch", {"items": [item()]}, service.person("reception"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_role_without_the_function_hands_in_nothing() -> None:
    async with running() as service:
        answer = await service.post("/v1/counters:batch", {"items": [item()]}, service.person("warden"))
    assert answer.status_code == 403


async def test_a_clock_that_is_off_by_ages_costs_its_items_and_no_more() -> None:
    async with running() as service:
        told = count(occurred_at="2026-01-05T15:00:00Z")
        person = service.person("reception")
        before = await send(service, person, item(told), item(), gabay_device_time="0001-01-01T00:00:00Z")
        after = await send(service, person, item(told), item(), gabay_device_time="9999-12-31T23:59:59Z")
    assert [result["status"] for result in before] == [422, 201]
    assert [result["status"] for result in after] == [422, 201]
