"""A person is forgotten: in every service, on every page, in every figure, and in what a backup brings back."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from deploy.embedded.postgres import program
from deploy.embedded.stack import Stack
from shared.compose import open_parts
from shared.privacy.classes import ERASED, FieldClass
from shared.privacy.sealed import SealedItem
from shared.settings import Settings
from tests.harness.journey import AGENCY, CENTRE, Journey
from tests.harness.people import new_id
from tests.harness.region import Region
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

BLOBS = """
select stream_id, event_id, type, coalesce(data -> 'ctx' ->> 'subject_id', stream_id::text) as subject, data -> 'sealed' as sealed
  from event where data ? 'sealed' and (stream_id = any ($1) or data -> 'ctx' ->> 'subject_id' = $2)
"""


async def on_the_way(region: Region) -> Journey:
    """Somebody with an open case and a referral that waits for its answer."""
    way = Journey(region)
    await way.register()
    await way.listing()
    await way.case_opens()
    await way.needs()
    await way.service()
    await way.refer()
    await region.quiet()
    return way


async def command(region: Region, path: str, body: dict[str, Any], version: int, role: str, **who: Any) -> Any:
    headers = {"Idempotency-Key": new_id(), "If-Match": f'"{version}"'}
    async with region.client("intake", role, **who) as http:
        return await http.post(path, json={"purpose": "CASE_MANAGEMENT", **body}, headers=headers)


async def version_of(region: Region, client: str) -> int:
    [row] = await region.rows("intake", "select version from stream where stream_id = $1", UUID(client))
    return int(row[0])


async def erase(region: Region, way: Journey) -> None:
    """A supervisor asks, a dpo carries it out, past what is open."""
    path = f"/v1/clients/{way.client}"
    ask = {"erasure_basis": "SUBJECT_REQUEST"}
    asked = await command(region, f"{path}/erasure", ask, await version_of(region, way.client), "supervisor", centre=CENTRE)
    assert asked.status_code == 200, asked.text
    what, version = {"request_id": asked.json()["request_id"]}, asked.json()["version"]
    refused = await command(region, f"{path}:erase", what, version, "dpo", step_up=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "service-in-progress"), refused.text
    assert refused.json()["kinds"] == ["case", "referral"]
    done = await command(region, f"{path}:erase", what | {"force": True}, version, "dpo", step_up=True)
    assert done.status_code == 200, done.text


async def proof(region: Region, way: Journey) -> dict[str, Any]:
    async with region.client("intake", "dpo") as http:
        answer = await http.get(f"/v1/clients/{way.client}/erasure")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def complete(region: Region, way: Journey) -> dict[str, Any]:
    return await eventually(
        lambda: proof(region, way), lambda told: told["state"] == "complete", what="every service acknowledged", seconds=60
    )


async def test_everybody_forgets_and_says_so(region: Region) -> None:
    way = await on_the_way(region)
    async with region.client("intake", "caseworker", centre=CENTRE) as http:
        headers = {"Idempotency-Key": new_id(), "Content-Type": "application/pdf"}
        kept = await http.post(f"/v1/attachments?client_id={way.client}", content=b"%PDF-1.7 a consent", headers=headers)
    assert kept.status_code == 201, kept.text
    folder = region.stack.home.path / "attachments" / way.client
    here = not (region.stack.home.path / "run" / "elsewhere.json").exists()  # in containers they lie in a volume
    assert not here or len(list(folder.iterdir())) == 1
    await erase(region, way)
    told = await complete(region, way)
    assert not folder.exists()
    said = {each["service"]: each["what"] for each in told["acknowledged"]}
    assert set(said) == {"keyring", "intake", "casework", "referrals", "reporting"}
    assert any("case_file" in table for table in said["casework"])
    assert "packet keys" in said["referrals"]
    assert "attachments" in said["intake"]
    assert told["pending"] == []
    assert told["final"]["sealed"] < told["final"]["rows"]
    await region.quiet()
    for database, table, column in (
        ("casework", "caseload.case_file", "client_id"), ("casework", "consents.consent", "client_id"),
        ("referrals", "board.referral", "client_id"), ("referrals", "consents.consent", "client_id"),
        ("intake", "running.open_item", "client_id"), ("reporting", "facts.person_version", "client"),
        ("reporting", "facts.fact", "client"),
    ):  # fmt: skip
        query = f"select count(*) from {table} where {column} = $1"  # from the list above
        assert (await region.rows(database, query, UUID(way.client)))[0][0] == 0, table
    keys = await region.rows("keyring", "select class from subject_key where subject_id = any($1)", [UUID(way.client), UUID(way.referral)])
    assert keys == []


async def test_every_page_survives(region: Region) -> None:
    way = await on_the_way(region)
    await erase(region, way)
    await complete(region, way)
    purpose = {"Gabay-Purpose": "CASE_MANAGEMENT"}
    async with region.client("intake", centre=CENTRE) as http:
        gone = await http.get(f"/v1/clients/{way.client}", headers=purpose)
        assert (gone.status_code, gone.json()["code"]) == (410, "client-erased")
        history = await http.get(f"/v1/clients/{way.client}/events", headers=purpose)
        assert history.status_code == 200, history.text
        assert {value for item in history.json()["items"] for value in item.get("sealed", {}).values()} == {"erased"}
        found = await http.post("/v1/clients/search", json={"name": f"{way.texts.given} {way.texts.family}"}, headers=purpose)
        assert way.client not in [hit["id"] for hit in found.json()["items"]]
    async with region.client("casework", centre=CENTRE) as http:
        case = await http.get(f"/v1/cases/{way.case}", headers=purpose)
        assert case.status_code == 200, case.text
        assert case.json()["state"] == "CLOSED"
        listed = await http.get("/v1/cases", params={"limit": 200})
        assert way.case not in [item["case_id"] for item in listed.json()["items"]]
    async with region.client("referrals", centre=CENTRE) as http:
        sent = await http.get(f"/v1/referrals/{way.referral}")
        assert (sent.status_code, sent.json()["state"]) == (200, "WITHDRAWN"), sent.text
    async with region.client("referrals", "agency_desk", org=AGENCY) as http:
        packet = await http.get(f"/v1/referrals/{way.referral}/packet", headers={"Gabay-Purpose": "SHARE_FOR_SERVICE"})
        assert way.texts.family not in packet.text


async def test_the_proof_is_a_document_too(region: Region) -> None:
    way = await on_the_way(region)
    await erase(region, way)
    await complete(region, way)
    async with region.client("intake", "dpo") as http:
        answer = await http.get(f"/v1/clients/{way.client}/erasure/proof", headers={"Accept-Language": "fil"})
    assert answer.headers["content-type"] == "application/pdf", answer.text
    assert answer.content.startswith(b"%PDF-")


async def test_a_backup_from_before_opens_nothing_beside_the_current_keyring(region: Region, tmp_path: Path) -> None:
    way = await on_the_way(region)
    dumped = {name: dump(region.stack, name, tmp_path) for name in ("intake", "casework", "referrals", "keyring")}
    await erase(region, way)
    await complete(region, way)
    restored = {name: restore(region.stack, name, file) for name, file in dumped.items()}
    for service in ("intake", "casework", "referrals"):
        beside = {service: restored[service]}
        now = await opened(region.stack, service, beside, way)
        before = await opened(region.stack, service, beside | {"keyring": restored["keyring"]}, way)
        assert now, f"{service}: the backup holds nothing of this person, so it shows nothing"
        assert all(each is ERASED for each in now), service
        # The keyring of that day would have opened them: the test can see.
        assert any(each is not ERASED for each in before), service


def dump(stack: Stack, database: str, folder: Path) -> Path:
    to = folder / f"{database}.dump"
    _run("pg_dump", "-Fc", "-f", str(to), "-d", stack.dsn("postgres", database))
    return to


def restore(stack: Stack, database: str, file: Path) -> str:
    name = f"restored_{database}"
    stack.postgres.sql("postgres", f"drop database if exists {name} with (force)")
    stack.postgres.sql("postgres", f"create database {name} owner {database}_owner")
    _run("pg_restore", "-d", stack.dsn("postgres", name), str(file))
    return name


def _run(name: str, *arguments: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LD_"))}
    done = subprocess.run([program(name), *arguments], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr


async def opened(stack: Stack, service: str, databases: dict[str, str], way: Journey) -> list[Any]:
    """What the sealed parts of a restored store read as, with the keys of today's or of the restored keyring."""
    settings = Settings.load(service, "worker", stack.env(service, "worker", databases=databases))
    async with open_parts(settings) as parts:
        rows = await parts.pool.fetch(BLOBS, [UUID(way.client), UUID(way.case), UUID(way.referral)], way.client)
        mine = parts.keyring.classes()
        items = [
            SealedItem(
                row["stream_id"] if which == "packet" else UUID(row["subject"]), row["stream_id"], row["event_id"], row["type"],
                FieldClass(which), blob,
            )
            for row in rows
            for which, blob in orjson.loads(row["sealed"]).items()
            if FieldClass(which) in mine
        ]  # fmt: skip
        return list(await parts.sealer.open_many(items))
