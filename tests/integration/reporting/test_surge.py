"""The surge watch on a real Postgres: counts by hour, each fact once, and the alerts that follow from them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid5

import asyncpg
import pytest

from services.reporting.live.projection import rollup
from services.reporting.live.surge import SurgeWatch
from services.reporting.live.watch import Level
from services.reporting.live.windows import SIZE, STEP
from shared.eventsourcing.event import instant
from shared.eventsourcing.projection import Fact, Op
from shared.messaging.models import ensure_generation
from shared.messaging.session import connect
from shared.messaging.write import Writer
from tests.integration.reporting.conftest import REGION
from tests.integration.reporting.world import SPACE

CENTRE, METRIC = "HN-EP-01", "registrations"
NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def pool(reporting_database: Any) -> AsyncIterator[Any]:
    owner = await asyncpg.connect(reporting_database.owner)
    await ensure_generation(owner, rollup)
    await owner.execute(f"truncate {rollup.schema}.counted, {rollup.schema}.hourly, live.surge_alert, live.judged")
    await owner.close()
    made = await asyncpg.create_pool(reporting_database.worker, min_size=1, max_size=1)
    yield made
    await made.close()


def registered(number: int, at: datetime) -> Fact:
    stream = str(uuid5(SPACE, f"surge {number}"))
    return Fact(
        "intake.client.v1", 0, number, stream, 1, "gabay.intake.client-registered.v1", stream, instant(at), instant(at), "/gabay/test",
        {"ctx": {"centre": CENTRE}},
    )  # fmt: skip


async def test_a_fact_that_comes_twice_is_counted_once(pool: Any, reporting_database: Any) -> None:
    facts = [registered(number, NOW - timedelta(minutes=20 * number)) for number in range(6)]
    connection = await connect(reporting_database.worker, "test", search_path=f"{rollup.schema}, public")
    for name in ("timestamptz", "uuid"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=str, format="text")
    for batch in (facts, facts, facts[3:]):
        found = [(fact.stream, rollup.handlers[fact.type](fact)) for fact in batch]
        async with connection.transaction():
            await Writer(rollup).write(connection, [(stream, op) for stream, op in found if isinstance(op, Op)])
    await connection.close()
    rows = await pool.fetch("select hour, n from rollup.hourly order by hour")
    assert [(row["hour"], row["n"]) for row in rows] == [
        (NOW - timedelta(hours=2), 2), (NOW - timedelta(hours=1), 3), (NOW, 1)
    ]  # fmt: skip


async def past(pool: Any, a_day: int, days: int = 60, until: datetime = NOW - DAY) -> None:
    """So many a day, at noon, up to the window that is judged."""
    hours = [until - timedelta(hours=12) - day * DAY for day in range(days)]
    await pool.executemany(
        f'insert into "{rollup.schema}".hourly (centre, metric, hour, n) values ($1, $2, $3, $4)',
        [(CENTRE, METRIC, hour, a_day) for hour in hours],
    )


def window(end: datetime, n: int) -> dict[Any, Any]:
    start = (end - DAY).timestamp()
    return {
        (f"{partition}/{METRIC}/{CENTRE}", (start, start + SIZE - 0.1)): [part, 1] for partition, part in ((0, n // 2), (3, n - n // 2))
    }


async def look(pool: Any, counts: dict[Any, Any], now: datetime, *, caught_up: bool = True) -> list[tuple[Any, ...]]:
    await SurgeWatch(pool, REGION.centres, season=False).look(counts, now, caught_up=caught_up)
    rows = await pool.fetch("select centre, metric, span, x, level, cleared_at is null as open from live.surge_alert order by first_seen")
    return [tuple(row) for row in rows]


async def test_a_surge_is_watched_confirmed_and_cleared(pool: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    await past(pool, 20)
    await pool.execute("insert into live.judged values ('24h', $1)", NOW - timedelta(seconds=STEP))
    assert await look(pool, window(NOW, 50), NOW) == [(CENTRE, METRIC, "24h", 50, "WATCH", True)]
    end = NOW + timedelta(seconds=STEP)
    assert await look(pool, window(end, 51), end) == [(CENTRE, METRIC, "24h", 51, "CONFIRMED", True)]
    assert await pool.fetchval("select count(*) from live.surge_alert where noticed_at is not null") == 1
    for number in (2, 3):
        found = await look(pool, window(NOW + number * timedelta(seconds=STEP), 20), NOW + number * timedelta(seconds=STEP))
    assert found == [(CENTRE, METRIC, "24h", 20, "CONFIRMED", False)]


async def test_a_surge_shows_before_its_window_is_over_and_a_process_that_dies_says_it_once(pool: Any) -> None:
    await past(pool, 20, until=NOW - timedelta(hours=18))
    now = NOW + timedelta(minutes=5)
    end = NOW + timedelta(seconds=STEP)
    for _ in range(2):  # a new watch each time, as after a restart
        assert await look(pool, window(end, 70), now, caught_up=False) == [(CENTRE, METRIC, "24h", 70, Level.CRITICAL, True)]


async def test_a_centre_without_four_weeks_of_its_own_has_no_surge(pool: Any) -> None:
    await past(pool, 20, days=20)
    await pool.execute("insert into live.judged values ('24h', $1)", NOW - timedelta(seconds=STEP))
    assert await look(pool, window(NOW, 500), NOW) == []


async def test_at_two_a_day_a_doubling_shows_in_seven_days(pool: Any) -> None:
    await past(pool, 2, until=NOW - 7 * DAY)
    await pool.execute("insert into live.judged values ('24h', $1)", NOW - timedelta(seconds=STEP))
    counts: dict[Any, Any] = {}
    for day in range(7):
        counts |= window(NOW - day * DAY, 5)
    assert await look(pool, counts, NOW) == [(CENTRE, METRIC, "7d", 35, "WATCH", True)]


async def test_silence_where_something_was_due_is_told_until_somebody_comes(pool: Any) -> None:
    await past(pool, 20, until=NOW - 3 * DAY)
    await pool.execute("insert into live.judged values ('24h', $1)", NOW - timedelta(seconds=STEP))
    assert await look(pool, {}, NOW) == [(CENTRE, METRIC, "48h", 0, "SILENCE", True)]
    end = NOW + timedelta(seconds=STEP)
    assert await look(pool, window(end, 1), end) == [(CENTRE, METRIC, "48h", 1, "SILENCE", False)]


async def test_what_lacks_records_is_not_judged(pool: Any) -> None:
    await past(pool, 20)
    await pool.execute("insert into live.judged values ('24h', $1)", NOW - timedelta(seconds=STEP))
    assert await look(pool, window(NOW, 50), NOW, caught_up=False) == []
