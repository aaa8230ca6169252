"""S2: requests made from the published documents, right and wrong, find no 5xx and no answer that is not documented."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.embedded.stack import ROOT, Stack
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
SECONDS, LONG_SECONDS = 10, 150


@pytest.fixture(scope="session")
def region(whole_stack: Stack) -> Region:
    return Region(whole_stack)


@pytest.mark.parametrize(("service", "role"), RUNS)
async def test_generated_requests_find_nothing_undocumented(
    region: Region, service: str, role: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    seconds = LONG_SECONDS if pytestconfig.getoption("--long") else SECONDS
    seed = random.SystemRandom().randrange(2**32)
    command = [
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", f"{region.url(service)}/v1/openapi.json",
        "--header", f"Authorization: Bearer {await region.token(role)}", "--checks", ",".join(CHECKS),
        "--phases", "examples,coverage,fuzzing", "--max-time", str(seconds), "--seed", str(seed), "--generation-database", "none",
        "--continue-on-failure", "--warnings", "off", "--suppress-health-check", "all", "--no-color",
        *(("--include-tag", "service-entries") if role == "directory_steward" else ()),
    ]  # fmt: skip
    mine = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_")}
    environment = mine | {"SCHEMATHESIS_HOOKS": "tests.security.generated", "PYTHONPATH": str(ROOT), "NO_PROXY": "*", "COLUMNS": "160"}
    with (tmp_path / "said.txt").open("w+", encoding="utf-8") as said:
        run = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env=environment, stdout=said, stderr=said)
        try:
            status: int | None = await asyncio.wait_for(run.wait(), seconds * 2 + 60)
        except TimeoutError:
            run.kill()
            status = None
        said.seek(0)
        told = said.read()
    print(f"seed {seed}: {told[-1200:]}")
    assert status == 0, f"seed {seed}, exit status {status}:\n{told[-12_000:]}"


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
