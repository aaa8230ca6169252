"""What a data-protection officer types: the register of requests, an export, a breach, retention, the access log; and what is refused."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.embedded.stack import ROOT
from tests.harness.journey import CENTRE, Journey
from tests.harness.people import new_id
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

WHY = {"purpose": "CASE_MANAGEMENT"}
SERVICES = ("intake", "casework", "referrals")


async def gabay(region: Region, *words: str, officer: str = "stf-dpo-verbs") -> tuple[int, str]:
    """Exit status and what was said, on this stack and in the name of an officer with a strong login."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_")}
    token = await region.token("dpo", staff=officer, step_up=True)
    environ |= {"GABAY_HOME": str(region.stack.home.path), "PYTHONPATH": str(ROOT), "TOKEN": token, "COLUMNS": "300"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", *words, cwd=ROOT, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode() or err.decode()


async def told(region: Region, *words: str) -> tuple[int, Any]:
    """The same with `--json`."""
    status, said = await gabay(region, *words, "--json")
    assert said[:1] in ("{", "["), said
    return status, json.loads(said)


async def command(region: Region, path: str, body: dict[str, Any], role: str, **who: Any) -> dict[str, Any]:
    async with region.client("intake", role, **who) as http:
        first = await http.post(path, json=WHY | body, headers={"Idempotency-Key": new_id()})
        headers = {"Idempotency-Key": new_id(), "If-Match": first.headers["ETag"]}
        answer = await http.post(path, json=WHY | body, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture(scope="module")
async def way(region: Region) -> Journey:
    """Somebody about whom three services know something."""
    way = Journey(region)
    await way.register()
    await way.case_opens()
    return way


@pytest.mark.long
async def test_an_export_stands_in_the_register_until_it_is_handed_over(region: Region, way: Journey, tmp_path: Path) -> None:
    requests = f"/v1/clients/{way.client}/rights-requests"
    long_ago = (datetime.now(UTC) - timedelta(days=90)).isoformat()
    request = (await command(region, requests, {"right": "ACCESS", "occurred_at": long_ago}, "reception", centre=CENTRE))["request_id"]
    await region.quiet()

    status, found = await told(region, "rights", "list")
    assert (status, [each["overdue"] for each in found if each["request_id"] == request]) == (4, [True])
    status, said = await gabay(region, "rights", "list")
    assert (status, "LATE" in next(line for line in said.splitlines() if request in line)) == (4, True)

    status, said = await gabay(region, "export", "subject", "--client", way.client, "--to", str(tmp_path / "out"))
    assert (status, f"gabay rights answered {way.client} {request}" in said) == (0, True), said
    assert (await gabay(region, "rights", "answered", way.client, request))[0] == 0
    await region.quiet()
    done = [each for each in (await told(region, "rights", "list", "--all"))[1] if each["request_id"] == request]
    assert [(each["state"], each["outcome"], each["overdue"]) for each in done] == [("ANSWERED", "GRANTED", False)]


async def test_a_breach_is_assessed_from_the_access_logs_of_all_services(region: Region, way: Journey, tmp_path: Path) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    async with region.client("intake", "reception", centre=CENTRE, staff="stf-leaked") as http:
        shown = await http.get(f"/v1/clients/{way.client}", headers={"Gabay-Purpose": "CASE_MANAGEMENT"})
    assert shown.status_code == 200, shown.text
    until = datetime.now(UTC) + timedelta(minutes=1)
    times = ("--from", since.isoformat(), "--to", until.isoformat(), "--by", "stf-dpo-verbs")
    folder = tmp_path / "breach"
    status, found = await told(region, "breach", "assess", "--actor", "stf-leaked", *times, "--write", str(folder))
    assert status == 3
    assert {each["subject_id"]: each["services"] for each in found["persons"]} == {way.client: ["intake"]}
    assert len(list(folder.glob("notice-*.txt"))) == 6
    for service in SERVICES:
        query = "select count(*) from read_audit where actor = 'stf-dpo-verbs' and action = 'EXPORT' and 'access_log' = any(classes)"
        assert (await region.rows(service, query))[0][0] == 1, f"{service}: the look itself is on record"

    assert (await gabay(region, "breach", "clock", str(folder)))[0] == 3
    assert (await gabay(region, "breach", "notified", str(folder), "--by", "stf-dpo-verbs"))[0] == 0
    assert (await gabay(region, "breach", "clock", str(folder)))[0] == 0
    late = (datetime.now(UTC) - timedelta(hours=73)).isoformat()
    assert (await told(region, "breach", "assess", "--actor", "stf-leaked", *times, "--known", late))[0] == 4
    assert (await told(region, "breach", "assess", "--actor", "stf-nobody", *times))[1]["persons"] == []
    status, said = await gabay(region, "breach", "assess", *times)
    assert (status, "--actor or --device" in said) == (1, True)


@pytest.mark.long
async def test_retention_says_its_rules_whom_it_would_propose_and_what_was_done(region: Region, way: Journey) -> None:
    status, rules = await told(region, "retention", "rules")
    assert (status, rules["access_log_years"], rules["on"]) == (0, 3, False)
    day = datetime.now(UTC).date()
    silent = Journey(region)
    before = [await told(region, "retention", "plan", "--on", f"{day.year + years}-12-31") for years in (0, 4)]
    await silent.register(open_case=False, case_request=None)
    await region.quiet()
    after = [await told(region, "retention", "plan", "--on", f"{day.year + years}-12-31") for years in (0, 4)]
    grown = [
        new["records"]["CLIENT"]["to_propose"] - old["records"]["CLIENT"]["to_propose"]
        for (_, old), (_, new) in zip(before, after, strict=True)
    ]
    assert grown == [0, 1], "kept for two years after the last contact, and no longer"

    ground = {"erasure_basis": "UNLAWFUL"}
    told_before = {row["basis"]: row["requested"] for row in (await told(region, "retention", "report", str(day.year)))[1]["grounds"]}
    await command(region, f"/v1/clients/{silent.client}/erasure", ground, "supervisor", centre=CENTRE)
    told_after = {row["basis"]: row["requested"] for row in (await told(region, "retention", "report", str(day.year)))[1]["grounds"]}
    assert told_after["UNLAWFUL"] == told_before.get("UNLAWFUL", 0) + 1


async def test_the_access_logs_are_whole_and_nothing_in_them_is_old(region: Region, way: Journey) -> None:
    for words in (("prune", "--yes"), ("verify",)):
        status, said = await gabay(region, "audit", *words)
        assert status == 0, said
    rows = {service: (await region.rows(service, "select count(*) from read_audit"))[0][0] for service in SERVICES}
    assert all(rows.values()), "nothing young was deleted"


async def test_who_was_forgotten_is_gone_from_every_export(region: Region) -> None:
    way = Journey(region)
    await way.register()
    await way.case_opens()
    path = f"/v1/clients/{way.client}"
    request = await command(region, f"{path}/erasure", {"erasure_basis": "SUBJECT_REQUEST"}, "supervisor", centre=CENTRE)
    await command(region, f"{path}:erase", {"request_id": request["request_id"], "force": True}, "dpo", step_up=True)
    await region.quiet()
    for service in SERVICES:
        async with region.client(service, "dpo", staff="stf-dpo-verbs", step_up=True) as http:
            answer = await http.get(f"{path}/export", headers={"Gabay-Purpose": "SUBJECT_REQUEST"})
        assert (answer.status_code, answer.json()["code"]) == (410, "client-erased"), service
        rows = await region.rows(service, "select 1 from read_audit where action = 'EXPORT' and $1 = any(subject_id)", UUID(way.client))
        assert rows == [], "nothing was shown"
    status, said = await gabay(region, "export", "subject", "--client", way.client, "--to", "/nonexistent")
    assert (status, "gabay erase proof" in said) == (1, True), said
