"""S2: requests made from the published documents, right and wrong, find no 5xx and no answer that is not documented."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.embedded.stack import ROOT, Stack
from shared.http.bodies import EXAMPLE_CONSENT, EXAMPLE_ID
from tests.harness import journey
from tests.harness.journey import Journey
from tests.harness.people import CENTRE, a_registration, new_id
from tests.harness.region import Region
from tests.security.generated import nothing_comes_back

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance", "nothing_comes_back",
    "nothing_passes_without_its_headers",
)  # fmt: skip
RUNS = (("intake", "supervisor"), ("casework", "supervisor"), ("referrals", "supervisor"), ("referrals", "directory_steward"),
        ("reporting", "supervisor"))  # fmt: skip
SECONDS, LINKED_SECONDS, LONG_SECONDS = 10, 8, 150
LINKED = """[phases.stateful]
inference.algorithms = []
"""
"""Links that are guessed beside those of the documents make the search for a next step slow, and rarely lead anywhere."""
NONE: Mapping[str, str] = {}


@pytest.fixture(scope="session")
def region(whole_stack: Stack) -> Region:
    return Region(whole_stack)


@pytest.fixture(scope="module")
async def known(region: Region) -> dict[str, dict[str, list[str]]]:
    """Service -> what the examples of the documents name -> what there is."""
    way = Journey(region)
    await way.register()
    await way.case_opens()
    await way.listing()
    consent = way.consents["CASE_MANAGEMENT"]
    async with region.client("intake") as http:
        people = [a_registration(consent_id=consent) for _ in range(20)]
        answers = [await http.post("/v1/clients", json=each, headers={"Idempotency-Key": new_id()}) for each in people]
    await region.quiet(readers=("casework", "referrals"))
    here = {"PH-ANT-01": [CENTRE], EXAMPLE_ID: [answer.json()["id"] for answer in answers], EXAMPLE_CONSENT: [consent]}
    referral = {
        EXAMPLE_ID: [way.client],
        "0199a1f4-9000-7000-8000-000000000003": [way.consents["SHARE_FOR_SERVICE"]],
        "44194403-01e0-5491-806c-d8c3b598b2d8": [way.case],
        "0199a2c0-2222-7abc-8def-0123456789ab": [way.entry],
    }
    return {"intake": here, "casework": here, "referrals": referral}


@pytest.mark.parametrize(("service", "role"), RUNS)
async def test_generated_requests_find_nothing_undocumented(
    region: Region, service: str, role: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    seconds = LONG_SECONDS if pytestconfig.getoption("--long") else SECONDS
    token = await region.token(role)
    tag = ("--include-tag", "service-entries") if role == "directory_steward" else ()
    await judged(f"{region.url(service)}/v1/openapi.json", token, tmp_path, seconds, "--phases", "examples,coverage,fuzzing", *tag)


@pytest.mark.parametrize(("service", "centre"), [("intake", CENTRE), ("casework", CENTRE), ("referrals", journey.CENTRE)])
async def test_what_links_lead_to_finds_nothing_undocumented(
    region: Region, known: dict[str, dict[str, list[str]]], service: str, centre: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """A record is made, and what its links name is asked of it in any order, by whoever may. Reporting makes none."""
    long = pytestconfig.getoption("--long")
    agency = await region.token("agency_desk", org=journey.AGENCY)
    tokens = {"referral.answer": agency, "directory.write": await region.token("directory_steward")}
    told = {"SCHEMATHESIS_HOOKS": "tests.security.linked", "KNOWN": json.dumps(known[service]), "TOKENS": json.dumps(tokens)}
    (tmp_path / "schemathesis.toml").write_text(LINKED)
    url, token = f"{region.url(service)}/v1/openapi.json", await region.token("supervisor", centre=centre)
    seconds = LONG_SECONDS if long else LINKED_SECONDS
    said = await judged(url, token, tmp_path, seconds, "--phases", "stateful", "--mode", "positive", told=told)
    followed = re.search(r"API Links: +(\d+) covered", said)
    assert followed, said
    assert int(followed[1]) > 5 or not long, said  # in a few seconds of a busy machine it may not have come to many


async def judged(url: str, token: str, folder: Path, seconds: int, *options: str, told: Mapping[str, str] = NONE) -> str:
    """What Schemathesis says of a service, if it finds nothing. seconds: for how long it asks."""
    seed = random.SystemRandom().randrange(2**32)
    command = [
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", url,
        "--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS),
        "--max-time", str(seconds), "--seed", str(seed), "--generation-database", "none",
        "--continue-on-failure", "--warnings", "off", "--suppress-health-check", "all", "--no-color", *options,
    ]  # fmt: skip
    mine = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_")}
    environment = mine | {
        "SCHEMATHESIS_HOOKS": "tests.security.generated",
        "PYTHONPATH": str(ROOT),
        "NO_PROXY": "*",
        "COLUMNS": "160",
        **told,
    }
    with (folder / "said.txt").open("w+", encoding="utf-8") as file:
        run = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment, stdout=file, stderr=file)
        try:
            status: int | None = await asyncio.wait_for(run.wait(), seconds * 2 + 60)
        except TimeoutError:
            run.kill()
            status = None
        file.seek(0)
        said = file.read()
    print(f"seed {seed}: {said[-1200:]}")
    assert status == 0, f"seed {seed}, exit status {status}:\n{said[-12_000:]}"
    return said


@pytest.mark.parametrize(
    ("status", "text", "repeats"),
    [(422, '{"title": "no"}', False), (422, '{"title": "Maria Élan"}', True), (200, '{"name": "Maria Élan"}', False)],
)
def test_a_problem_that_repeats_the_request_is_found(status: int, text: str, repeats: bool) -> None:
    case = SimpleNamespace(body={"names": [{"given": "Maria Élan"}], "purpose": "CASE_MANAGEMENT"}, query=None)
    found = False
    try:
        nothing_comes_back(None, SimpleNamespace(status_code=status, text=text), case)
    except AssertionError:
        found = True
    assert found == repeats
