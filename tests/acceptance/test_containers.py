"""docker-compose.yml by a real engine: it comes up healthy, does its work, heals from a kill, and keeps its data."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.compose.target import lay_out
from deploy.embedded.stack import Stack
from shared.settings import ROOT
from tests.harness.engine import Engine, why_not
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1_200)]
JOURNEY = "tests/acceptance/test_journey.py"
INSIDE = "id -u; grep CapEff /proc/self/status | cut -f2; touch /opt/gabay/x 2>/dev/null && echo written || echo read-only"


@pytest.fixture
def engine(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Engine]:
    if pytestconfig.getoption("--target"):
        pytest.skip("it starts one of its own")
    if why := why_not():
        pytest.skip(f"{why}: no container was started")
    made = Engine(tmp_path)
    made.images()
    yield made
    made("down", "--volumes", "--timeout", "20", check=False)


def worked(engine: Engine, *tests: str) -> str:
    """The words of the tests that ran against it. They share nothing with this process but the file."""
    command = [sys.executable, "-m", "cli", "test", *tests, "--target", str(engine.file), "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4_000:]
    return done.stdout


async def test_a_region_in_containers_works_heals_and_keeps_what_it_knows(engine: Engine) -> None:
    engine("run", "--rm", "secrets")
    engine("up", "--wait")
    assert "skipped" not in worked(engine, JOURNEY)
    user, capabilities, root = engine("exec", "intake-api", "sh", "-c", INSIDE).split()
    assert user == engine.inspect("intake-api", ".Config.User").partition(":")[0]
    assert int(capabilities, 16) == 0
    assert root == "read-only"
    assert engine("run", "--rm", "cli", "parked", "list").strip() == "no stream is parked"

    # Everything but its init, from inside: what an engine is told to kill it does not start again.
    for name in ("intake-worker", "reporting-api", "kafka", "postgres"):
        engine("exec", name, "sh", "-c", "kill -9 -1", check=False)

        async def healed(name: str = name) -> str:
            return f"{engine.inspect(name, '.RestartCount')} {engine.inspect(name, '.State.Health.Status')}"

        await eventually(
            healed, lambda told: not told.startswith("0") and told.endswith(" healthy"), what=f"{name} healed", seconds=120, pause=1
        )
    assert "1 passed" in worked(engine, f"{JOURNEY}::test_a_registration_leads_over_case_and_referral_to_figures")

    def known() -> str:
        return Stack.attach(lay_out(engine.folder / "home", [engine.file])).postgres.sql(
            "intake", "select count(*), sum(version) from event"
        )

    before = known()
    engine("down")
    engine("up", "--wait")
    assert known() == before
    assert "1 passed" in worked(engine, f"{JOURNEY}::test_a_registration_leads_over_case_and_referral_to_figures")
