"""The person's own access log, and the check of the whole of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from cli import audit
from tests.harness.people import a_registration, new_id
from tests.integration.intake.conftest import Desk


async def log_of(desk: Desk, client: str, **query: Any) -> Any:
    told = "&".join(f"{name}={value}" for name, value in query.items())
    return await desk.as_("dpo").send("GET", f"/v1/clients/{client}/access-log" + (f"?{told}" if told else ""))


async def test_a_person_learns_who_read_of_them(desk: Desk) -> None:
    client = (await desk.register(a_registration(local_id=new_id(), identity={"names": {"given": "Wilhelmina"}})))["id"]
    await desk.read(client)
    await desk.as_("reception").read(client)
    answer = await log_of(desk, client)
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [(item["action"], item["role"]) for item in items] == [("READ", "reception"), ("READ", "caseworker")]
    assert items[0]["purpose"] == "CASE_MANAGEMENT"
    assert items[0]["classes"] == ["identity", "profile"]
    assert "Wilhelmina" not in answer.text


async def test_reading_the_log_is_on_record_too(desk: Desk) -> None:
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    await log_of(desk, client)
    [item] = (await log_of(desk, client)).json()["items"]
    assert (item["role"], item["classes"]) == ("dpo", ["access_log"])


async def test_the_log_comes_in_pages_and_loses_nothing(desk: Desk) -> None:
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    for _ in range(7):
        await desk.read(client)
    seen, cursor = [], None
    while True:
        page = (await log_of(desk, client, limit=3, **({"cursor": cursor} if cursor else {}))).json()
        seen += [item["entry_id"] for item in page["items"] if item["role"] == "caseworker"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7


async def test_a_search_tells_each_person_of_themselves_only(desk: Desk) -> None:
    name = {"given": "Xiomarita", "family": "Quetzalli"}
    for _ in range(2):
        client = (await desk.register(a_registration(local_id=new_id(), identity={"names": name})))["id"]
    await desk.post("/v1/clients/search", {"name": "Xiomarita Quetzalli"})
    [item] = (await log_of(desk, client)).json()["items"]
    assert (item["action"], item["others"]) == ("SEARCH", 1)
    assert "subject_id" not in item


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "reception"])
async def test_the_log_is_for_the_data_protection_officer(desk: Desk, role: str) -> None:
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    assert (await desk.as_(role).send("GET", f"/v1/clients/{client}/access-log")).status_code == 403


async def test_the_check_tells_an_edited_row(desk: Desk, fresh_database: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    access = fresh_database("access")
    name = (await desk.parts.pool.fetchval("select current_database()")) or ""
    owner = desk.worker_dsn.replace("intake_worker", "intake_owner")

    class Found:
        def __init__(self, url: str) -> None:
            self.database_owner_url = url

    monkeypatch.setattr(audit, "settings_of", lambda target, _: Found(access.owner if target == "access" else owner))
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    await desk.read(client)
    checked = await audit._verify("intake")
    assert checked.rows > 0
    assert checked.chains >= 1
    assert checked.wrong == []
    superuser = await asyncpg.connect(access.role("postgres").replace(access.name, name))
    await superuser.execute("alter table read_audit disable trigger all")
    change = "update read_audit set purpose = $2 where subject_id @> array[$1::uuid] returning n"
    row = await superuser.fetchval(change, UUID(client), "OVERSIGHT")
    found = (await audit._verify("intake")).wrong
    await superuser.execute(change, UUID(client), "CASE_MANAGEMENT")
    await superuser.execute("alter table read_audit enable trigger all")
    await superuser.close()
    assert any(f"row {row} was changed" in line for line in found)
    access.drop()
