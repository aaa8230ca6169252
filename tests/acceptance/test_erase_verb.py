"""`gabay erase`: one asks, another approves, everybody forgets, and the proof is filed; all of it from the command line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from deploy.embedded.stack import ROOT
from tests.harness.journey import Journey
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def gabay(region: Region, *words: str, staff: str) -> tuple[int, str]:
    """Exit status and everything that was said."""
    environ = {**os.environ, "TOKEN": await region.token("dpo", staff=staff, step_up=True)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "erase", *words, "--url", region.url("intake"), cwd=ROOT, env=environ,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_one_asks_another_approves_and_the_proof_is_filed(region: Region, tmp_path: Path) -> None:
    way = Journey(region)
    await way.register()
    await way.case_opens()
    await region.quiet()
    unasked, said = await gabay(region, "approve", way.client, "--yes", staff="stf-officer-b")
    assert (unasked, "Nobody asked" in said) == (1, True), said

    asked, said = await gabay(region, "request", way.client, staff="stf-officer-a")
    assert asked == 0, said
    waits, said = await gabay(region, "status", way.client, staff="stf-officer-a")
    assert (waits, "gabay erase approve" in said) == (3, True), said

    same, said = await gabay(region, "approve", way.client, "--yes", staff="stf-officer-a")
    assert (same, "same-person-signoff" in said) == (1, True), said
    busy, said = await gabay(region, "approve", way.client, "--yes", staff="stf-officer-b")
    assert (busy, "Open: case" in said) == (1, True), said
    done, said = await gabay(region, "approve", way.client, "--yes", "--force", "--wait", "60", staff="stf-officer-b")
    assert (done, "complete" in said) == (0, True), said

    printed, said = await gabay(
        region, "proof", way.client, "--to", str(tmp_path / "proof.pdf"), "--language", "fil", staff="stf-officer-a"
    )
    assert (printed, (tmp_path / "proof.pdf").read_bytes()[:5]) == (0, b"%PDF-"), said
    printed, said = await gabay(region, "proof", way.client, "--to", str(tmp_path / "proof.json"), staff="stf-officer-a")
    told = json.loads((tmp_path / "proof.json").read_text())
    assert (printed, told["pending"], told["erased_by"]) == (0, [], "stf-officer-b"), said
