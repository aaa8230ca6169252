"""What a person is handed out who asks: every service answers for itself, on record, and the command line makes one file of it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.embedded.stack import ROOT
from tests.harness.journey import AGENCY, Journey
from tests.harness.people import new_id
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def asked(region: Region, service: str, client: str, *, step_up: bool = True, role: str = "dpo", **query: str) -> httpx.Response:
    async with region.client(service, role, staff=f"stf-{role}-export", step_up=step_up) as http:
        return await http.get(f"/v1/clients/{client}/export", params=query, headers={"Gabay-Purpose": "SUBJECT_REQUEST"})


def titles(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    """Type of a fact -> the fact, of all streams."""
    assert answer.status_code == 200, answer.text
    return {fact["type"]: fact for stream in answer.json()["streams"] for fact in stream["facts"]}


@pytest.fixture(scope="module")
async def way(region: Region) -> Journey:
    """Somebody about whom three services know something."""
    way = Journey(region)
    await way.register()
    await way.case_opens()
    await way.needs()
    await way.listing()
    await way.refer()
    return way


async def test_intake_tells_the_record_in_the_persons_language(region: Region, way: Journey) -> None:
    facts = titles(await asked(region, "intake", way.client, lang="fil"))
    assert {"client-registered", "consent-given"} <= facts.keys()
    registered = facts["client-registered"]
    assert registered["title"] == "Nirehistro ka"
    assert ["Mga pangalan: Pangalan", way.texts.given] in registered["lines"]
    assert registered["data"]["identity"]["documents"][0]["number"] == way.texts.document


async def test_casework_tells_the_case_with_what_is_told_in_it(region: Region, way: Journey) -> None:
    facts = titles(await asked(region, "casework", way.client))
    assert way.case in {stream["id"] for stream in (await asked(region, "casework", way.client)).json()["streams"]}
    assert facts["needs-assessed"]["classes"] == ["profile", "narrative", "protected"]
    assert facts["needs-assessed"]["data"]["narrative"]["assessment"] == way.texts.assessment


async def test_referrals_tells_what_was_passed_on_to_whom(region: Region, way: Journey) -> None:
    sent = titles(await asked(region, "referrals", way.client, lang="fr"))["referral-sent"]
    assert (sent["title"], sent["data"]["to_org"]) == ("Un référencement a été envoyé", AGENCY)
    assert sent["data"]["packet"]["reason"] == way.texts.packet_reason


@pytest.mark.parametrize("service", ["intake", "casework", "referrals"])
async def test_each_service_puts_it_on_record_for_the_officer_alone(region: Region, way: Journey, service: str) -> None:
    export = new_id()
    assert (await asked(region, service, way.client, role="caseworker")).status_code == 403
    weak = await asked(region, service, way.client, step_up=False)
    assert (weak.status_code, weak.json()["code"]) == (401, "step-up-needed")
    assert (await asked(region, service, way.client, export_id=export)).json()["export_id"] == export
    rows = await region.rows(service, "select action, subject_id, classes from read_audit where export_id = $1", export)
    assert [(row["action"], [str(each) for each in row["subject_id"]]) for row in rows] == [("EXPORT", [way.client])]
    assert rows[0]["classes"]


async def test_nobody_is_not_found(region: Region) -> None:
    assert (await asked(region, "intake", new_id())).status_code == 404


async def test_the_command_line_makes_one_file_of_it(region: Region, way: Journey, tmp_path: Path) -> None:
    environ = {**os.environ, "STEP_UP_TOKEN": await region.token("dpo", staff="stf-dpo-export", step_up=True)}
    where = [word for name in ("intake", "casework", "referrals") for word in (f"--{name}", region.url(name))]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "export", "subject", "--client", way.client, "--lang", "fil", "--to", str(tmp_path / "out"), *where,
        cwd=ROOT, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    told = json.loads((tmp_path / "out" / f"{way.client}.json").read_text())
    assert [service["service"] for service in told["services"]] == ["intake", "casework", "referrals"]
    assert {service["export_id"] for service in told["services"]} == {told["export_id"]}
    page = tmp_path / "out" / f"{way.client}.pdf"
    assert (page.read_bytes()[:5], page.stat().st_mode & 0o777) == (b"%PDF-", 0o600)
