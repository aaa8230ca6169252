"""The access log: committed before the answer, chained, and telling when somebody was at it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.eventsourcing.database import open_pool
from shared.http.audit import ReadAudit, Reading, now, verify
from shared.http.problems import Problem


def reading(**changes: Any) -> Reading:
    said: dict[str, Any] = {
        "at": now(), "actor": "stf-1", "role": "reception", "centre": "PH-ANT-01", "purpose": "OVERSIGHT", "subject_id": [uuid4()],
        "classes": ["identity"], "fields": ["names"], "action": "READ", "query_hmac": b"\1\2", "result_count": 3, "trace_id": "ab",
    }  # fmt: skip
    return Reading(**{**said, **changes})


class World:
    def __init__(self, pool: Any, owner: Any, database: Any) -> None:
        self.pool, self.owner, self.database = pool, owner, database
        self.audit = ReadAudit(pool, service="intake")

    async def tamper(self, statement: str) -> None:
        """As somebody with the keys to the server would: past the trigger."""
        superuser = await asyncpg.connect(self.database.role("postgres"))
        await superuser.execute("alter table read_audit disable trigger all")
        await superuser.execute(statement)
        await superuser.execute("alter table read_audit enable always trigger read_audit_is_history")
        await superuser.close()


@pytest.fixture
async def world(fresh_database: Callable[[str], Any]) -> AsyncIterator[World]:
    database = fresh_database("intake")
    pool = await open_pool(database.app, minimum=1, maximum=2)
    owner = await asyncpg.connect(database.owner)
    yield World(pool, owner, database)
    await owner.close()
    await pool.close()
    database.drop()


async def test_rows_that_wait_together_share_one_commit_and_one_chain(world: World) -> None:
    await asyncio.gather(*(world.audit.write(reading(result_count=n)) for n in range(200)))
    rows = await world.owner.fetch("select chain_id, n, xmin::text as transaction from read_audit order by n")
    assert [row["n"] for row in rows] == list(range(1, 201))
    assert len({row["chain_id"] for row in rows}) == 1
    assert len({row["transaction"] for row in rows}) <= 6
    assert await verify(world.pool) == []


async def test_the_row_is_committed_when_write_returns(world: World) -> None:
    await world.audit.write(reading())
    assert await world.owner.fetchval("select count(*) from read_audit") == 1


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update read_audit set actor = 'stf-2' where n = 5", "row 5 was changed"),
        ("update read_audit set subject_id = '{}' where n = 5", "row 5 was changed"),
        ("update read_audit set at = at + interval '1 second' where n = 5", "row 5 was changed"),
        ("delete from read_audit where n = 5", "rows 5 to 5 are missing"),
        ("update read_audit set n = 100 where n = 5", "rows 5 to 5 are missing"),
    ],
)
async def test_an_edited_or_missing_row_shows(world: World, statement: str, said: str) -> None:
    for _ in range(8):
        await world.audit.write(reading())
    await world.tamper(statement)
    assert any(said in line for line in await verify(world.pool))


async def test_a_deleted_tail_shows_by_the_head_kept_elsewhere(world: World, fresh_access: str) -> None:
    access = await asyncpg.connect(fresh_access)
    for _ in range(4):
        await world.audit.write(reading())
    await world.audit.tell_head(access)
    await world.audit.tell_head(access)
    heads = [tuple(row) for row in await access.fetch("select chain_id, n, hash from audit_head")]
    assert len(heads) == 1
    assert await verify(world.pool, heads) == []
    await world.tamper("delete from read_audit where n >= 3")
    assert await verify(world.pool) == []
    assert "tail was deleted" in (await verify(world.pool, heads))[0]
    await access.close()


async def test_the_service_itself_cannot_change_its_access_log(world: World) -> None:
    await world.audit.write(reading())
    for statement in ("update read_audit set actor = 'x'", "delete from read_audit", "truncate read_audit"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await world.pool.execute(statement)
    for statement in ("update read_audit set actor = 'x'", "truncate read_audit"):
        with pytest.raises(asyncpg.RaiseError):
            await world.owner.execute(statement)


async def test_a_failed_write_shows_nothing_and_the_next_begins_a_new_chain(world: World) -> None:
    await world.audit.write(reading())
    with pytest.raises(Problem) as refusal:
        await world.audit.write(reading(actor=None))
    assert refusal.value.code == "audit-unavailable"
    await world.audit.write(reading())
    assert await world.owner.fetchval("select count(distinct chain_id) from read_audit") == 2
    assert await verify(world.pool) == []


async def test_without_the_database_nothing_may_be_shown(world: World) -> None:
    await world.pool.close()
    with pytest.raises(Problem) as refusal:
        await world.audit.write(reading())
    assert refusal.value.code == "audit-unavailable"
