"""Accidents aimed at the moment where a promise could break, each with the bug that would break it.

Clean, the check finds nothing; with the bug planted in the part, it must find something, or it would protect nobody.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Awaitable, Callable

import pytest

from tests.chaos.conftest import Ground
from tests.chaos.load import Load
from tests.chaos.truth import findings, new_clients, stored_once
from tests.harness.people import new_id
from tests.harness.region import Region
from tests.harness.topics import Record, read_topics, send_again, send_as
from tests.harness.verdict import Tell
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
Accident = Callable[[Ground, str], Awaitable[list[str]]]


async def the_worker_dies_while_the_broker_is_silent(ground: Ground, month: str) -> list[str]:
    """R1, R3: the broker hangs with records in flight, the relay dies, then the broker dies too."""
    region, stack = ground.region, ground.region.stack
    load = Load(region, month=month, seed=1)
    async with load:
        await _answered(load, 20)
        stack.kill("kafka", signal.SIGSTOP)
        await _answered(load, 60)
        await _forgotten(region)
        for part in ("intake-worker", "kafka"):
            stack.kill(part)
        for part in ("kafka", "intake-worker"):
            await stack.wait_ready(part)
    return await findings(region, month, load.done, readers=("casework", "reporting"))


async def postgres_dies_under_load(ground: Ground, month: str) -> list[str]:
    """R2: what was answered before the death is there after it."""
    region, stack = ground.region, ground.region.stack
    load = Load(region, month=month, seed=2, rate=80)
    async with load:
        for _ in range(2):
            await _answered(load, 20)
            stack.kill("postgres")
            await stack.wait_ready("postgres")
    return await stored_once(region, load.done)


async def a_record_is_not_readable(ground: Ground, month: str) -> list[str]:
    """R8: a stream whose record does not decode is set aside, and the others flow."""
    region = ground.region
    load = Load(region, month=month, seed=4)
    async with load:
        await _answered(load, 5)
        pattern = (await eventually(lambda: _sent(region, load), what="registrations on the topic"))[0]
        stream = new_id()
        await send_as(region.bootstrap, pattern, stream, 1, b'{"ctx": ')
        await _answered(load, 5)
    found = await findings(region, month, load.done, readers=("reporting",))
    rows = await region.rows("reporting", "select version, reason from parked where stream_id::text = $1", stream)
    aside = [(row[0], row[1]) for row in rows]
    return found if (1, "bad-json") in aside else [*found, f"set aside of the unreadable stream: {aside}"]


async def every_record_comes_again(ground: Ground, month: str) -> list[str]:
    """R1: a relay that died before its commit sends again what it had sent; no figure changes."""
    region = ground.region
    load = Load(region, month=month, seed=3)
    async with load:
        await _answered(load, 20)
    await region.quiet(readers=("reporting",))
    before = await new_clients(region, month)
    await send_again(region.bootstrap, await _sent(region, load))
    await region.quiet(readers=("reporting",))
    after = await new_clients(region, month)
    return [] if before == after == load.done.cells() else [f"{before.total()} before the repeats, {after.total()} after them"]


@pytest.mark.parametrize(
    ("accident", "month", "bug", "part"),
    [
        (the_worker_dies_while_the_broker_is_silent, "2023-01", None, "intake-worker"),
        (the_worker_dies_while_the_broker_is_silent, "2023-02", "relay_commits_before_the_acknowledgement", "intake-worker"),
        (the_worker_dies_while_the_broker_is_silent, "2023-03", "timed_out_send_counts_as_sent", "intake-worker"),
        (postgres_dies_under_load, "2023-04", None, "intake-api"),
        (postgres_dies_under_load, "2023-05", "answer_before_commit", "intake-api"),
        (a_record_is_not_readable, "2023-06", None, "reporting-worker"),
        (a_record_is_not_readable, "2023-07", "exception_swallowed", "reporting-worker"),
        # The figures would survive a broken guard, since a fact is a row by its event's id: test_r14_guard.py looks at the guard.
        (every_record_comes_again, "2023-08", None, "reporting-worker"),
    ],
)
async def test_an_aimed_accident_is_survived_and_found_out_when_it_is_not(
    ground: Ground, tell: Tell, accident: Accident, month: str, bug: str | None, part: str
) -> None:
    async with ground.plantable.planted(bug, part):
        found = await accident(ground, month)
    ids, _, what = (accident.__doc__ or "").partition(": ")
    tell(ids, what=what.rstrip("."), counts={}, wrong=found, bug=bug)


async def _sent(region: Region, load: Load) -> list[Record]:
    """The records of this load's registrations."""
    mine = load.done.streams()
    return [each for each in await read_topics(region.bootstrap, ["intake.client.v1"]) if each.stream in mine]


async def _answered(load: Load, more: int) -> None:
    begun = load.answered

    async def since() -> int:
        return load.answered - begun

    await eventually(since, lambda n: n >= more, what=f"{more} more registrations answered", seconds=60)


async def _forgotten(region: Region) -> None:
    """Give a relay that forgets too early the time to do so: until its outbox is empty, or 4 s."""

    async def pending() -> int:
        return int((await region.rows("intake", "select count(*) from outbox"))[0][0])

    with contextlib.suppress(AssertionError):
        await eventually(pending, lambda n: n == 0, what="an empty outbox", seconds=4)
