"""When a loop counts as stuck, and what the health endpoint says of it."""

import asyncio
import time
from typing import Any

import pytest

from shared.messaging import watchdog
from shared.messaging.failures import Restart
from shared.messaging.health import Health
from shared.messaging.progress import Progress

LIMITS: Any = {"poll_s": 60, "commit_s": 120, "assignment_s": 120}


def a_loop(**ages: float) -> Progress:
    """A loop whose times lie so many seconds back."""
    now = time.monotonic()
    loop = Progress("casework.ledger.v1", "ok")
    for name, age in ages.items():
        setattr(loop, name, now - age)
    return loop


def test_a_quiet_topic_is_normal() -> None:
    assert watchdog.stuck(a_loop(passed=1, committed=86_400), **LIMITS) is None


def test_the_test_of_quiet_topics_sees_a_watchdog_that_judges_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.planted import watchdog_judges_offsets

    monkeypatch.setattr(watchdog, "stuck", watchdog.stuck)
    watchdog_judges_offsets.plant()
    assert watchdog.stuck(a_loop(passed=1, committed=86_400), **LIMITS) is not None


def test_polls_that_end_stop_the_process() -> None:
    assert watchdog.stuck(a_loop(passed=61), **LIMITS) == "no completed poll for 60 s"


def test_records_without_a_commit_stop_it() -> None:
    assert "nothing was committed" in str(watchdog.stuck(a_loop(passed=1, waiting_since=121, committed=500), **LIMITS))
    assert watchdog.stuck(a_loop(passed=100, waiting_since=119, committed=500), **LIMITS) is None
    assert watchdog.stuck(a_loop(passed=1, waiting_since=500, committed=3), **LIMITS) is None


def test_a_member_without_assignment_stops_it() -> None:
    assert watchdog.stuck(a_loop(passed=121, unassigned_since=121), **LIMITS) == "no assignment for 120 s"
    assert watchdog.stuck(a_loop(passed=119, unassigned_since=119), **LIMITS) is None


def test_an_outage_is_not_a_fault_of_the_loop() -> None:
    loop = a_loop(passed=10_000, waiting_since=10_000, committed=10_000)
    loop.state = "retrying"
    assert watchdog.stuck(loop, **LIMITS) is None


async def test_the_watch_ends_with_a_sentence() -> None:
    with pytest.raises(Restart, match=r"casework\.ledger\.v1: no completed poll"):
        await asyncio.wait_for(watchdog.watch([a_loop(passed=61)], every_s=0.01), 5)


async def test_the_probes_answer_as_the_operations_chapter_says() -> None:
    loop = a_loop(passed=1)
    health = Health(lambda: [loop])
    port = await health.start("127.0.0.1", 0)
    assert await ask(port, "/health/live") == 200
    assert await ask(port, "/health/ready") == 503
    health.ready = True
    assert await ask(port, "/health/ready") == 200
    assert await ask(port, "/health/progress") == 200
    loop.passed -= 200
    assert await ask(port, "/health/progress") == 503
    assert await ask(port, "/health/live") == 200, "a stuck loop is for the watchdog, not for the liveness probe"
    loop.state = "retrying"
    assert await ask(port, "/health/progress?x=1") == 200
    assert await ask(port, "/secrets") == 404
    assert health.answer("/health/progress")[1] == {
        "loops": {"casework.ledger.v1": {"state": "retrying", "seconds": pytest.approx(201, abs=1), "records": 0}}
    }
    await health.stop()


async def ask(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ")[1])
