"""Releases one after the other: what each owes to those before it, who may move them, and what stands of them (section 9)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.reporting.releases.calendar import due
from services.reporting.releases.freeze import _earlier, chain
from services.reporting.releases.ledger import Ledger
from services.reporting.releases.manifest import public_key
from services.reporting.releases.render import Draft, Rendered, render
from services.reporting.releases.work import _by_calendar
from shared.errors import Rejected
from tests.harness.wait import eventually
from tests.integration.reporting.test_releases import NOW, Q1, Desk, apply, cells, clients, desk
from tests.integration.reporting.world import World, some_id

__all__ = ["desk"]


async def test_a_revision_moves_only_what_moved_by_ten(desk: Desk) -> None:
    await apply(desk, clients(100))
    first = await desk.freeze()
    await desk.publish(first)
    few = World()
    few.versions = {}
    for i in range(4):
        few.register(some_id(f"few {i}"), at=datetime(2026, 3, 3, i + 1, tzinfo=UTC), sex="F", birth_month="1990-06")
    await apply(desk, few)
    second = await desk.freeze(cutoff=NOW - timedelta(minutes=2))
    one, two = await desk.files(first), await desk.files(second)
    assert second == "TEST-2026Q1.1"
    assert one["I01B.csv"] == two["I01B.csv"]
    # Edition by edition a count that creeps is compared with the one behind the figure that stands, not with what was counted last.
    await desk.publish(second)
    for i in range(6):
        few.register(some_id(f"more {i}"), at=datetime(2026, 3, 4, i + 1, tzinfo=UTC), sex="F", birth_month="1990-06")
    await apply(desk, few)
    third = await desk.files(await desk.freeze(cutoff=NOW - timedelta(minutes=1)))
    total = "_T", "_T", "_T"
    assert abs(int(cells(third["I01B.csv"])[total]) - 110) <= 5
    rows = await desk.pool.fetch("select n from ledger.cell_secret where name = 'I01B' and codes = '{_T,_T,_T}' order by release")
    assert [row["n"] for row in rows] == [100, 100, 110]


async def test_no_zero_of_a_quarter_stands_above_a_blank_of_one_of_its_months(desk: Desk) -> None:
    await apply(desk, clients(60))
    month = await desk.freeze("2026-01")
    # As if the noise had left a few of unknown sex a blank in January, and made them none in the quarter.
    blank = "delete from ledger.cell where release = $1 and name = 'I01A' and codes = '{_T,X}'"
    assert await desk.pool.execute(blank, month) == "DELETE 1"
    await desk.pool.execute("insert into ledger.cell (release, name, measure, codes, status) values ($1, 'I01A', '', '{_T,X}', 'Q')", month)
    shown = cells((await desk.files(await desk.freeze()))["I01B.csv"])
    assert shown["_T", "X", "_T"] == "Q"
    assert shown["_T", "_U", "_T"] == "0"


async def test_a_period_is_frozen_once_until_it_is_published(desk: Desk) -> None:
    await apply(desk, clients(20))
    release = await desk.freeze()
    with pytest.raises(Rejected, match="publish or discard"):
        await desk.freeze()
    await desk.publish(release)
    assert await desk.freeze(cutoff=NOW - timedelta(minutes=2)) == "TEST-2026Q1.1"


async def test_while_one_freezes_a_second_waits_publishing_goes_on_and_discarding_is_refused(desk: Desk, reporting_database: Any) -> None:
    await apply(desk, clients(20))
    out = await desk.freeze("2026-01")
    begun, go = asyncio.Event(), asyncio.Event()

    async def slowly(draft: Draft) -> Rendered:
        begun.set()
        await go.wait()
        return render(draft)

    first = asyncio.create_task(replace(desk.office, rendering=slowly).freeze(Q1, "stf-frozen", NOW))
    await begun.wait()
    second = asyncio.create_task(desk.freeze())
    other, app = [
        await asyncpg.create_pool(dsn, min_size=1, max_size=1, server_settings={"lock_timeout": "2s"})
        for dsn in (reporting_database.worker, reporting_database.app)
    ]
    try:
        await eventually(lambda: other.fetchval("select exists (select from pg_locks where not granted)"), what="a second who waits")
        with pytest.raises(Rejected, match="is being frozen"):
            await Ledger(app).discard(out, "stf-x", NOW, "Wrong centre in the source")
        await Ledger(other).publish(out, "stf-dpo", NOW)
        go.set()
        assert await first == "TEST-2026Q1.0"
        with pytest.raises(Rejected, match="publish or discard"):
            await second
        async with other.acquire() as connection:
            assert [link.release for link in await chain(connection)] == [out, "TEST-2026Q1.0"]
        await Ledger(app).discard("TEST-2026Q1.0", "stf-x", NOW, "Wrong centre in the source")
    finally:
        go.set()
        await asyncio.gather(first, second, return_exceptions=True)
        await other.close()
        await app.close()


async def test_documents_compare_with_the_edition_that_stands_also_after_a_later_one_was_withdrawn(desk: Desk) -> None:
    await apply(desk, clients(20))
    ledger, other = Ledger(desk.pool), replace(desk.office, key=Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    first = await desk.freeze("2026-01")
    await ledger.publish(first, "stf-dpo", NOW)
    second = await other.freeze("2026-01", "stf-frozen", NOW, NOW - timedelta(minutes=2))
    await ledger.publish(second, "stf-dpo", NOW)
    async with desk.pool.acquire() as connection:
        assert {json.loads(each["I01A.json"])["extension"]["release"] for each in await _earlier(connection, "2026-02")} == {second}
        await ledger.withdraw(second, "stf-dpo", NOW, "Wrong centre in the source")
        assert {json.loads(each["I01A.json"])["extension"]["release"] for each in await _earlier(connection, "2026-02")} == {first}
    assert await ledger.keys(["PUBLISHED", "REVISED", "WITHDRAWN"]) == [public_key(other.key), public_key(desk.office.key)]


async def test_the_calendar_freezes_what_is_due_and_leaves_what_was_discarded_to_people(desk: Desk) -> None:
    tried: list[str] = []

    class Refusing:
        region = desk.office.region

        async def freeze(self, period: str, by: str, now: datetime) -> str:
            tried.append(period)
            raise Rejected("not-yet-known", "later")

    periods = due(datetime.now(ZoneInfo(desk.office.region.centres[0].zone)).date())
    await desk.pool.execute(
        "insert into ledger.release (id, period, edition, state, cutoff, frozen_at, frozen_by, secret, manifest, signature, public_key,"
        " chain, previous) values ('x', $1, 0, 'DISCARDED', now(), now(), 'stf-x', 's', '', '', '', '', '')",
        periods[0],
    )
    await _by_calendar(Refusing(), desk.pool)  # type: ignore[arg-type]
    assert tried == list(periods[1:])


async def test_a_chain_that_was_touched_stops_everything(desk: Desk, reporting_database: Any) -> None:
    await apply(desk, clients(20))
    release = await desk.freeze()
    await desk.publish(release)
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        await desk.pool.execute("update ledger.file set bytes = '' where name = 'I01B.csv'")
    superuser = await asyncpg.connect(reporting_database.role("postgres"))
    await superuser.execute("set session_replication_role = replica; update ledger.file set bytes = 'x' where name = 'I01B.csv'")
    await superuser.close()
    with pytest.raises(Rejected, match="audit-failed") as refused:
        await desk.freeze("2026-01")
    assert "I01B.csv was changed" in refused.value.members["fault"]
