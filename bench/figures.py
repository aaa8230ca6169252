"""Facts and releases for what is measured of reporting: made where they are counted, without the way through intake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench import centre_app
from bench.stack import Stack
from services.reporting.facts.projection import facts

if TYPE_CHECKING:
    from services.reporting.releases.freeze import Office

MONTHS, CENTRES = 24, 41
A_STATEMENT = 20_000

# Straight into the facts; the roll-ups follow by their trigger, as in the product. Of nobody, so that each describes itself: a
# release describes clients by what is known of them.
INSERT = """
insert into fact (kind, stream, event_id, part, seq, centre, date, precision, recorded_at, counted, sex, age, nat, c1)
select 'transit', s.id, s.id, 0, 1,
       case n % {centres} when 0 then '{centre}' else 'HN-X' || n % {centres} end,
       date '2022-01-01' + ((n * 7919) % (730))::integer, 'D', now() - interval '1 day', true,
       (array['M', 'F', 'X'])[1 + (n / 7) % 3],
       (array['Y0T4', 'Y5T11', 'Y12T14', 'Y15T17', 'Y18T24', 'Y25T29', 'Y30T34', 'Y35T39', 'Y40T44', 'Y45T59', 'Y_GE60'])[1 + n % 11],
       (array['VEN', 'CUB', 'HTI', 'ECU', 'COL', 'CHN', 'GIN', 'SEN'])[1 + n % 8], 'Las Manos'
  from generate_series($1::bigint, $2::bigint) as n, lateral (select uuidv7() as id where n > 0) as s
"""


async def fill(stack: Stack, wanted: int) -> None:
    """Have at least so many arrivals of 2022 and 2023 in the facts, one in 41 of them at `centre_app.CENTRE`."""
    async with stack.superuser("reporting") as connection:
        await connection.execute(f'set search_path = "{facts.schema}", public')
        have = await connection.fetchval("select count(*) from fact_transit")
        statement = INSERT.format(centres=CENTRES, centre=centre_app.CENTRE)
        for first in range(have, wanted, A_STATEMENT):
            await connection.execute(statement, first + 1, min(first + A_STATEMENT, wanted))
        await connection.execute("vacuum analyze")


@asynccontextmanager
async def office(stack: Stack) -> AsyncIterator[Office]:
    """What reporting's worker freezes with, with a secret of this run; all facts count as known."""
    from services.reporting.releases.secrets import draw, dump
    from services.reporting.releases.work import open_office
    from shared.settings import Settings

    async with stack.superuser("reporting") as connection:
        await connection.execute(
            f"insert into \"{facts.schema}\".watermark (topic, partition, at) values ('bench', 0, $1)"
            " on conflict (topic, partition) do update set at = excluded.at", datetime.now(UTC)
        )  # fmt: skip
    variables = stack.embedded.env("reporting", "worker") | {"GABAY_STATISTICS_SECRETS": dump([draw(2026, ())])}
    async with open_office(Settings.load("reporting", "worker", variables)) as opened:
        yield opened


async def publish(stack: Stack, period: str) -> str:
    """Freeze a period as the facts are now, and publish it. Its id."""
    from services.reporting.releases.ledger import Ledger

    async with office(stack) as opened:
        now = datetime.now(UTC)
        release = await opened.freeze(period, "stf-bench", now, now - timedelta(minutes=2))
        await Ledger(opened.pool).publish(release, "stf-bench-dpo", now)
    return release
