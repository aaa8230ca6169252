"""R7: a reader or a relay is frozen for longer than its session, another takes over, and the frozen one wakes up.

Its planted bug (offsets_row_not_locked) is found by tests/integration/messaging/test_consume.py, which puts both into one moment.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from deploy.embedded.child import spawn
from deploy.embedded.stack import ROOT
from tests.chaos.conftest import Ground
from tests.chaos.load import Load
from tests.chaos.truth import findings, new_clients
from tests.harness.verdict import Tell
from tests.harness.wait import eventually


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("service", "month"), [("reporting", "2016-01"), ("intake", "2016-02")])
async def test_a_frozen_worker_that_wakes_up_applies_and_marks_nothing_twice(ground: Ground, tell: Tell, service: str, month: str) -> None:
    """Of reporting it is the reader that matters, of intake the relay: what it had in hand another has sent and marked."""
    region, stack, worker = ground.region, ground.region.stack, f"{service}-worker"
    load = Load(region, month=month, seed=17)
    second: subprocess.Popen[bytes] | None = None
    async with load:
        await eventually(lambda: _answered(load), lambda n: n >= 60, what="60 answers", seconds=60)
        began = time.monotonic()
        stack.kill(worker, signal.SIGSTOP)
        try:
            variables = stack.env(service, "worker") | {"GABAY_HEALTH_PORT": "0", "PYTHONPATH": str(ROOT)}
            command = [sys.executable, "-m", "tests.harness", "work", service]
            second = spawn(command, env=variables, log=stack.log(f"{worker}-2"), cwd=ROOT)
            before = load.answered

            async def taken_over() -> bool:
                return time.monotonic() - began >= 60 and (await new_clients(region, month)).total() >= before

            await eventually(taken_over, what="figures by way of the second worker", seconds=150)
        finally:
            stack.kill(worker, signal.SIGCONT)
        frozen, awake = time.monotonic() - began, load.answered
        await eventually(lambda: _answered(load), lambda n: n >= awake + 60, what="60 more answers", seconds=60)
    wrong = await findings(region, month, load.done, seconds=120)
    second.terminate()
    second.wait(30)
    counts = {"answered": load.answered, "frozen": f"{frozen:.0f} s"}
    tell("R7", what=f"{worker} stopped and woken after another took over", seed=17, counts=counts, wrong=wrong)


async def _answered(load: Load) -> int:
    return load.answered
