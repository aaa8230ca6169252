"""What goes out to a national stack when a release is published, revised, withdrawn: all of it with the move, or nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.reporting.releases.ledger import Ledger
from shared.contracts.reporting.rollup import stream_of
from shared.errors import Rejected
from tests.integration.reporting.test_releases import NOW, Q1, Desk, apply, clients, desk

__all__ = ["desk"]
DPO = "stf-signed"
NEWEST = "select distinct on (stream_id) stream_id, version, type, data from event order by stream_id, version desc"


@pytest.fixture
async def ledger(desk: Desk, reporting_database: Any) -> AsyncIterator[Ledger]:  # the fixture of that name
    owner = await asyncpg.connect(reporting_database.role("postgres"))
    trigger = "trigger event_is_never_truncated"
    await owner.execute(f"alter table event disable {trigger}; truncate event, stream, outbox; alter table event enable always {trigger}")
    await owner.close()
    pool = await asyncpg.create_pool(reporting_database.app, min_size=1, max_size=2)
    yield Ledger(pool)
    await pool.close()


async def newest(desk: Desk) -> dict[str, tuple[int, str, dict[str, Any]]]:
    """Table -> (version, type, data) of its stream's last fact."""
    rows = [(row["version"], row["type"], json.loads(row["data"])) for row in await desk.pool.fetch(NEWEST)]
    return {row[2]["table"]: row for row in rows}


async def test_a_release_goes_out_table_by_table_as_it_was_frozen(desk: Desk, ledger: Ledger) -> None:
    await apply(desk, clients(40))
    release = await desk.freeze()
    assert await desk.pool.fetchval("select count(*) from event") == 0, "nothing goes out before somebody publishes"
    await ledger.publish(release, DPO, NOW)
    await ledger.publish(release, DPO, NOW)
    row = await desk.pool.fetchrow("select chain, convert_from(manifest, 'utf8') as manifest from ledger.release")
    files, told = await desk.files(release), await newest(desk)
    assert set(told) == set(json.loads(row["manifest"])["tables"])
    for table, (version, kind, data) in told.items():
        assert (version, kind, data["release"], data["chain"]) == (1, "table-published", release, row["chain"])
        assert data["data"].encode() == files[f"{table}.json"]
        assert hashlib.sha256(data["manifest"].encode()).hexdigest() == row["chain"]
        assert len(base64.b64decode(data["signature"])) == 64
        assert data["ctx"] == {"centre": "TEST", "actor": "system", "role": "system", "purpose": "STATISTICS"}
    assert stream_of("TEST", "I01B", Q1) in {row["stream_id"] for row in await desk.pool.fetch("select stream_id from stream")}
    waiting = await desk.pool.fetchval("select count(*) from outbox join event using (position)")
    assert waiting == len(told), "the relay has all of them to send, once"


async def test_a_publication_that_is_refused_tells_nothing(desk: Desk, ledger: Ledger) -> None:
    await apply(desk, clients(40))
    release = await desk.freeze()
    with pytest.raises(Rejected, match="same-person-signoff"):
        await ledger.publish(release, "stf-frozen", NOW)
    # Half way through: the state has moved, the facts cannot be stored. Then neither has happened.
    stream = stream_of("TEST", "I30A", Q1)
    await desk.pool.execute("insert into stream (stream_id, kind, version) values ($1, 'case', 3)", stream)
    with pytest.raises(Exception):  # noqa: B017  # whichever: the append has lost
        await ledger.publish(release, DPO, NOW)
    assert await desk.pool.fetchval("select state from ledger.release") == "FROZEN"
    assert await desk.pool.fetchval("select count(*) from event") == 0


async def test_a_revision_replaces_and_a_withdrawal_takes_back(desk: Desk, ledger: Ledger) -> None:
    await apply(desk, clients(40))
    first = await desk.freeze()
    await ledger.publish(first, DPO, NOW)
    second = await desk.freeze(cutoff=NOW - timedelta(minutes=2))
    await ledger.publish(second, DPO, NOW)
    assert {(*row[:2], row[2]["edition"]) for row in (await newest(desk)).values()} == {(2, "table-published", 1)}
    await ledger.withdraw(second, DPO, NOW, "A centre was counted twice.")
    # The edition before it is public again, so it is what stands; in between everybody was told to drop the other.
    assert {(*row[:2], row[2]["release"]) for row in (await newest(desk)).values()} == {(4, "table-published", first)}
    await ledger.withdraw(first, DPO, NOW, "A centre was counted twice.")
    told = await newest(desk)
    assert {(*row[:2], row[2]["withdrawn"]) for row in told.values()} == {(5, "table-withdrawn", True)}
    assert "counted twice" not in json.dumps([row[2] for row in told.values()])
