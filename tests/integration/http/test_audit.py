"""The access log: committed before the answer, chained, and telling when somebody was at it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.eventsourcing.database import open_pool
from shared.http.audit import ReadAudit, Reading, now, verify
from shared.http.audit_end import end
from shared.http.audit_term import SQL, anchors_of, prune
from shared.http.problems import Problem
from shared.settings import Settings


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
    for statement in ("update read_audit set actor = 'x'", "delete from read_audit", "truncate read_audit"):
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


LONG_AGO = now() - timedelta(days=4 * 365)
TERM = now() - timedelta(days=3 * 365)


@pytest.fixture
async def anchored(fresh_database: Callable[[str], Any]) -> Any:
    """The database of heads and anchors."""
    return fresh_database("access")


@pytest.fixture
async def access(anchored: Any) -> AsyncIterator[Any]:
    """The same, as its owner."""
    connection = await asyncpg.connect(anchored.owner)
    yield connection
    await connection.close()
    anchored.drop()


@pytest.fixture
async def pruned(world: World, access: Any) -> Any:
    """A log whose first five of nine rows were read four years ago and are gone: a check of it, with what it goes by."""
    for n in range(1, 10):
        await world.audit.write(reading(at=LONG_AGO if n <= 5 else now()))
        if n in (3, 9):
            await world.audit.tell_head(access)
    gone = await prune(world.owner, access, "intake", TERM)

    async def check() -> list[str]:
        heads = await access.fetch("select chain_id, n, hash from audit_head")
        return await verify(world.pool, [(row[0], row[1], row[2]) for row in heads], await anchors_of(access, "intake"))

    check.gone, check.access = gone, access  # type: ignore[attr-defined]
    return check


async def test_rows_whose_time_is_over_go_and_the_rest_is_whole_from_its_anchor_on(world: World, pruned: Any) -> None:
    assert pruned.gone == 5
    assert [row[0] for row in await world.owner.fetch("select n from read_audit order by n")] == [6, 7, 8, 9]
    assert await pruned() == []
    assert any("rows 1 to 5 are missing" in line for line in await verify(world.pool)), "without its anchor it is not whole"
    await world.audit.write(reading())
    assert await prune(world.owner, pruned.access, "intake", TERM) == 0
    assert await pruned() == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update read_audit set actor = 'stf-2' where n = 6", "row 6 was changed"),
        ("delete from read_audit where n = 8", "rows 8 to 8 are missing"),
        ("delete from read_audit where n <= 6", "rows 6 to 6 are missing"),
        ("delete from read_audit where n >= 8", "tail was deleted"),
        ("delete from read_audit", "tail was deleted"),
    ],
)
async def test_a_log_that_lost_its_old_rows_still_shows_every_touch(world: World, pruned: Any, statement: str, said: str) -> None:
    await world.tamper(statement)
    assert any(said in line for line in await pruned())


async def test_an_anchor_that_was_moved_hides_nothing(world: World, pruned: Any) -> None:
    await world.tamper("delete from read_audit where n <= 7")
    await pruned.access.execute("update audit_anchor set n = 7")
    assert any("row 8 was changed" in line for line in await pruned())
    row = await world.owner.fetchrow("select hash, at from read_audit where n = 8")
    await world.tamper("delete from read_audit where n = 8")
    await pruned.access.execute("update audit_anchor set n = 8, hash = $1, read_at = $2", *row)
    assert any("before their time" in line for line in await pruned())


async def test_a_prune_that_died_before_it_deleted_is_finished_by_the_next(world: World, access: Any) -> None:
    for at in (LONG_AGO, LONG_AGO, now()):
        await world.audit.write(reading(at=at))
    row = await world.owner.fetchrow("select chain_id, n, hash, at from read_audit where n = 2")
    await access.execute("insert into audit_anchor (chain_id, n, service, hash, read_at) values ($1, $2, 'intake', $3, $4)", *row)
    assert await verify(world.pool, (), await anchors_of(access, "intake")) == []
    assert await prune(world.owner, access, "intake", TERM) == 2
    assert await verify(world.pool, (), await anchors_of(access, "intake")) == []


def of_the_worker(world: World, anchored: Any) -> Settings:
    """With no more rights than intake's worker has."""
    return Settings.load("intake", "cli", {
        "GABAY_MODE": "test", "GABAY_REGION": "route-example", "GABAY_DATABASE_URL": world.database.worker,
        "GABAY_ACCESS_URL": anchored.role("intake_access"),
    })  # fmt: skip


async def test_the_worker_ends_the_term_and_the_year_tells_of_it(world: World, anchored: Any, access: Any) -> None:
    for n in range(1, 10):
        await world.audit.write(reading(at=LONG_AGO if n <= 5 else now()))
    await world.audit.tell_head(access)
    settings = of_the_worker(world, anchored)
    assert await end(settings) == 5
    assert await end(settings) == 0
    assert [row[0] for row in await world.owner.fetch("select n from read_audit order by n")] == [6, 7, 8, 9]
    assert await verify(world.pool, (), await anchors_of(access, "intake")) == []
    begin = now() - timedelta(days=1)
    told = [tuple(row) for row in await access.fetch(SQL.log_gone, begin, begin + timedelta(days=365))]
    assert [row[:2] for row in told] == [("intake", 5)]
    assert told[0][2] == LONG_AGO
    assert await access.fetch(SQL.log_gone, begin - timedelta(days=365), begin) == []


async def test_the_worker_leaves_a_log_with_faults_as_it_is(world: World, anchored: Any, access: Any) -> None:
    for n in range(1, 4):
        await world.audit.write(reading(at=LONG_AGO if n == 1 else now()))
    await world.tamper("update read_audit set actor = 'stf-2' where n = 3")
    assert await end(of_the_worker(world, anchored)) == 0
    assert await world.owner.fetchval("select count(*) from read_audit") == 3
    assert await access.fetchval("select count(*) from audit_anchor") == 0


async def test_of_two_workers_one_ends_the_term(world: World, anchored: Any) -> None:
    await world.audit.write(reading(at=LONG_AGO))
    other = await asyncpg.connect(world.database.worker)
    await other.execute("select pg_advisory_lock(hashtextextended('access-log', 0))")
    assert await end(of_the_worker(world, anchored)) == 0
    await other.close()
    assert await world.owner.fetchval("select count(*) from read_audit") == 1
    anchored.drop()


async def test_a_worker_deletes_nothing_of_the_log_by_itself_and_nothing_young(world: World) -> None:
    await world.audit.write(reading())
    worker = await asyncpg.connect(world.database.worker)
    chain = await world.owner.fetchval("select chain_id from read_audit")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await worker.execute("delete from read_audit")
    with pytest.raises(asyncpg.RaiseError, match="rows of the access log are kept"):
        await worker.execute("select prune_access_log($1, $2)", [chain], [1])
    await worker.close()
