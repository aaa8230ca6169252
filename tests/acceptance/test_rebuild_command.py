"""`gabay rebuild` as an operator types it, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from deploy.embedded.stack import ROOT
from tests.harness.journey import CENTRE, whole
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def test_a_rebuild_from_the_command_line_gives_the_same_figures_and_parks_nothing(region: Region) -> None:
    way = await whole(region)
    await region.quiet()
    asked = ("30a", way.day[:7], ["SERVICE", "VIA"])
    before = await region.live(*asked, where={"CENTRE": [CENTRE]})
    parked = await _parked(region)

    environ = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_")}
    environ |= {"GABAY_HOME": str(region.stack.home.path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "cli", "rebuild", "reporting.facts"]
    done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is live" in done.stdout

    await region.quiet()
    after = await region.live(*asked, where={"CENTRE": [CENTRE]})
    assert after["generation"] > before["generation"]
    assert after["cells"] == before["cells"]
    assert await _parked(region) == parked


async def _parked(region: Region) -> int:
    return int((await region.rows("reporting", "select count(distinct stream_id) from parked where state = 'PARKED'"))[0][0])
