"""The register of what people ask about their own data, over HTTP and on a real database, in intake alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from services.intake.rights.overdue import SQL as OVERDUE
from shared.codes.calendar import add_working_days
from tests.harness.people import CENTRE, new_id
from tests.integration.intake.conftest import Desk
from tests.integration.intake.test_erasure import ASK, WHY, a_client, asked, do

LONG_AGO = "2026-03-02T01:00:00Z"


async def receive(desk: Desk, client: str, right: str, role: str = "reception", **more: Any) -> dict[str, Any]:
    answer = await desk.as_(role).add(f"/v1/clients/{client}/rights-requests", WHY | {"right": right} | more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def register(desk: Desk, role: str = "dpo", query: str = "") -> list[dict[str, Any]]:
    await desk.catch_up()
    answer = await desk.as_(role).send("GET", f"/v1/rights-requests{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def of(desk: Desk, client: str) -> dict[str, dict[str, Any]]:
    """Right -> its line in the register."""
    return {each["right"]: each for each in await register(desk) if each["client_id"] == client}


def path(client: str, request: dict[str, Any], verb: str) -> str:
    return f"/rights-requests/{request['request_id']}:{verb}"


async def test_a_request_goes_through_the_register_from_the_desk_to_the_answer(desk: Desk) -> None:
    client, _ = await a_client(desk)
    request = await receive(desk, client, "CORRECTION", text="The year is another.", occurred_at=LONG_AGO)
    office = desk.parts.region.centre(CENTRE)
    due = add_working_days(datetime.fromisoformat(LONG_AGO), 30, office.zone, office.calendar)
    assert datetime.fromisoformat(request["due_answer"]) == due
    line = (await of(desk, client))["CORRECTION"]
    assert (line["state"], line["overdue"], line["centre"]) == ("RECEIVED", due < datetime.now(UTC), CENTRE)
    assert "year" not in str(line)
    told = await desk.as_("dpo").send("GET", f"/v1/clients/{client}/rights-requests", Gabay_Purpose="SUBJECT_REQUEST")
    assert told.json()["items"][0]["text"] == "The year is another."
    refused = await do(desk, client, path(client, request, "decide"), WHY | {"outcome": "REFUSED", "reason": "UNFOUNDED"})
    assert refused.status_code == 200, refused.text
    assert (await of(desk, client))["CORRECTION"]["state"] == "REFUSED"
    assert (await do(desk, client, path(client, request, "answer"), WHY)).status_code == 200
    line = (await of(desk, client))["CORRECTION"]
    assert (line["state"], line["outcome"], line["reason"], line["overdue"]) == ("ANSWERED", "REFUSED", "UNFOUNDED", False)


async def test_what_is_overdue_is_found_and_measured_until_it_is_answered(desk: Desk) -> None:
    client, _ = await a_client(desk)
    long_ago = (datetime.now(UTC) - timedelta(days=90)).isoformat()
    late = await receive(desk, client, "ACCESS", occurred_at=long_ago)
    await receive(desk, client, "CORRECTION")
    mine = [each for each in await register(desk, query="?overdue=true") if each["client_id"] == client]
    assert [(each["request_id"], each["overdue"]) for each in mine] == [(late["request_id"], True)]
    assert await age(desk) > 24 * 3600
    assert (await do(desk, client, path(client, late, "decide"), WHY | {"outcome": "GRANTED"})).status_code == 200
    assert await age(desk) > 24 * 3600, "granted, and the person does not know yet"
    assert (await do(desk, client, path(client, late, "answer"), WHY)).status_code == 200
    assert [each for each in await register(desk, query="?overdue=true") if each["client_id"] == client] == []


async def age(desk: Desk) -> float:
    await desk.catch_up()
    async with desk.parts.pool.acquire() as connection, connection.transaction():
        await connection.execute("""select within_reach('{"whole": "on"}')""")
        return float(await connection.fetchval(OVERDUE.overdue))


async def test_a_granted_objection_stops_the_use_at_once(desk: Desk) -> None:
    client, _ = await a_client(desk)
    assert [each["active"] for each in (await desk.read(client))["consents"] if each["purpose"] == "STATISTICS"] == [True]
    request = await receive(desk, client, "OBJECTION", objects_to="STATISTICS")
    done = await do(desk, client, path(client, request, "decide"), WHY | {"outcome": "GRANTED"})
    assert [event["type"].split(".")[2] for event in done.json()["events"]] == ["rights-request-decided", "consent-withdrawn"]
    assert [each["active"] for each in (await desk.read(client))["consents"] if each["purpose"] == "STATISTICS"] == [False]


async def test_an_amendment_carries_out_a_correction(desk: Desk) -> None:
    client, body = await a_client(desk)
    request = await receive(desk, client, "CORRECTION")
    version = (await desk.read(client))["version"]
    ground = {name: body[name] for name in ("purpose", "basis", "consent_id")}
    change = ground | {"reason": "CORRECTION", "request_id": request["request_id"], "identity": {"contact_safe": "after six"}}
    amended = await desk.send("PATCH", f"/v1/clients/{client}", change, If_Match=f'"{version}"')
    assert amended.status_code == 200, amended.text
    assert (await of(desk, client))["CORRECTION"]["state"] == "GRANTED"


async def test_an_erasure_is_in_the_register_and_leaves_no_id_of_the_client_there(desk: Desk) -> None:
    client, _ = await a_client(desk)
    access = await receive(desk, client, "ACCESS")
    what = await asked(desk, client)
    assert {right: line["state"] for right, line in (await of(desk, client)).items()} == {"ACCESS": "RECEIVED", "ERASURE": "RECEIVED"}
    assert (await do(desk, client, ":erase", what)).status_code == 200
    assert await of(desk, client) == {}
    left = {each["request_id"]: each for each in await register(desk)}
    ended = {name: left[name]["outcome"] for name in (what["request_id"], access["request_id"])}
    assert list(ended.values()) == ["GRANTED", "FORGOTTEN"]
    assert {left[name]["state"] for name in ended} == {"ANSWERED"}
    gone = await desk.as_("dpo").send("GET", f"/v1/clients/{client}/rights-requests", Gabay_Purpose="SUBJECT_REQUEST")
    assert (gone.status_code, gone.json()["code"]) == (410, "client-erased")


async def test_what_retention_asks_for_is_nobodys_right(desk: Desk) -> None:
    client, _ = await a_client(desk)
    assert (await do(desk, client, "/erasure", ASK | {"erasure_basis": "RETENTION"}, "supervisor")).status_code == 200
    assert await of(desk, client) == {}


async def test_the_register_shows_each_centre_its_own_and_says_who_looked(desk: Desk) -> None:
    client, _ = await a_client(desk)
    await receive(desk, client, "ACCESS")
    assert client in {each["client_id"] for each in await register(desk, "supervisor")}
    assert await desk.parts.pool.fetchval(
        "select count(*) from read_audit where action = 'LIST' and 'rights_requests' = any(classes) and $1 = any(subject_id)", UUID(client)
    )
    stranger = desk.as_("supervisor", "PH-ANT-02")
    assert client not in str((await stranger.send("GET", "/v1/rights-requests")).json())
    for role in ("reception", "caseworker", "planner"):
        assert (await desk.as_(role).send("GET", "/v1/rights-requests")).status_code == 403


async def test_only_the_officer_decides(desk: Desk) -> None:
    client, _ = await a_client(desk)
    request = await receive(desk, client, "ACCESS")
    decided: list[httpx.Response] = [
        await do(desk, client, path(client, request, verb), WHY | more, "supervisor")
        for verb, more in (("decide", {"outcome": "GRANTED"}), ("answer", {}))
    ]
    assert [answer.status_code for answer in decided] == [403, 403]
    missing = {"request_id": new_id()}
    assert (await do(desk, client, path(client, missing, "decide"), WHY | {"outcome": "GRANTED"})).status_code == 404
