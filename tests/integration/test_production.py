"""Production asks the database and the brokers themselves: rules P04, P05, P06, P08, P10 on real parts."""

import asyncpg
import pytest

from deploy.embedded.stack import Stack
from shared.production import SCHEMA, of_brokers, of_database, refuse
from shared.settings import Misconfigured, Settings
from tests.conftest import Database


async def test_an_ordinary_database_and_role_are_accepted(store_database: Database) -> None:
    assert await of_database(store_database.app) == []
    assert await of_database(store_database.worker) == []


async def test_the_owner_is_no_role_for_a_process(store_database: Database) -> None:
    assert {reason.rule for reason in await of_database(store_database.owner)} == {"P04"}


async def test_a_role_that_may_change_facts_is_refused(store_database: Database) -> None:
    await _as_owner(store_database, "grant update on event to intake_app")
    assert [reason.rule for reason in await of_database(store_database.app)] == ["P04"]


async def test_a_missing_trigger_is_noticed(store_database: Database) -> None:
    await _as_owner(store_database, "drop trigger event_is_history on event; drop trigger event_is_never_truncated on event")
    assert [reason.rule for reason in await of_database(store_database.app)] == ["P04"]


async def test_a_schema_of_another_release_is_refused(store_database: Database) -> None:
    await _as_owner(store_database, "update alembic_version set version_num = '0001'")
    assert [reason.rule for reason in await of_database(store_database.app)] == ["P06"]


async def test_the_release_knows_its_own_schema(project: object) -> None:
    from shared.eventsourcing.migrate import STORE

    newest = max(int(file.name[:4]) for file in (STORE / "versions").glob("[0-9]*.sql"))
    assert SCHEMA[0] <= newest == SCHEMA[1]


async def test_one_broker_needs_written_consent(stack: Stack, store_database: Database) -> None:
    from shared.messaging.topics import ensure

    await ensure(stack.bootstrap)
    alone = Settings(service="intake", process="worker", kafka_bootstrap=stack.bootstrap, database_url=store_database.worker)
    assert [reason.rule for reason in await of_brokers(alone)] == ["P08"]
    with pytest.raises(Misconfigured, match=r"P08 .* replication 1"):
        await refuse(alone)
    await refuse(alone.model_copy(update={"accept_single_node": True}))


async def _as_owner(database: Database, statement: str) -> None:
    connection = await asyncpg.connect(database.owner)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
