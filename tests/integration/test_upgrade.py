"""A store of the first schema becomes one of today with every fact in it, and code of the release before works on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from deploy.embedded.stack import Stack
from shared.eventsourcing.migrate import STORE, migrate, script_of
from tests.conftest import Database

# How the release before called it: without the places of units, which have defaults since.
CALL_BEFORE = "select part, outcome, version from append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
FIRST = sorted((STORE / "versions").glob("0001_*.sql"))[0]


@pytest.fixture
def old(stack: Stack) -> Iterator[Database]:
    """A database as the first release left it: its schema, and facts in it."""
    name = "intake_of_old"
    stack.postgres.sql("postgres", f"drop database if exists {name} with (force)")
    stack.postgres.create(name, "intake")
    script = f"set role intake_owner; set gabay.service = 'intake';\n{FIRST.read_text()}\n"
    script += "create table alembic_version (version_num varchar(32) primary key); insert into alembic_version values ('0001');"
    stack.postgres.sql(name, script)
    stack.postgres.sql(
        name,
        "insert into stream select gen_random_uuid(), 'client', 1 from generate_series(1, 500);"
        "insert into event (event_id, stream_id, version, kind, type, schema, data, meta, occurred_at, recorded_at) "
        "select gen_random_uuid(), stream_id, 1, kind, 'client-registered', 1, '{\"ctx\": {}}', '{}', now(), now() from stream",
    )
    database = Database(stack, "intake", name)
    yield database
    database.drop()


async def facts(database: Database) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(database.owner)
    try:
        return [tuple(row) for row in await connection.fetch("select * from event order by position")]
    finally:
        await connection.close()


async def test_every_fact_of_the_first_release_is_there_after_the_last_migration(old: Database) -> None:
    before = await facts(old)
    planned = await migrate(old.owner, "intake", check=True)
    assert planned == [file.name[:4] for file in sorted((STORE / "versions").glob("*.sql"))][1:]
    assert await facts(old) == before, "a look changes nothing"
    assert await migrate(old.owner, "intake") == planned
    assert await facts(old) == before
    assert len(before) == 500
    assert await migrate(old.owner, "intake") == [], "it may be repeated"
    assert all(script_of("intake", each) for each in planned)


async def test_the_release_before_appends_to_the_schema_of_this_one(old: Database) -> None:
    await migrate(old.owner, "intake")
    stream, event = uuid4(), uuid4()
    connection = await asyncpg.connect(old.app)
    try:
        rows = await connection.fetch(
            CALL_BEFORE,
            [stream], ["client"], [0], [1], [1], [1], [event], ["client-registered"], [1],
            [json.dumps({"ctx": {}})], [json.dumps({})], [datetime.now(UTC)],
        )  # fmt: skip
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [(1, "appended", 1)]
