"""Production asks the database and the brokers themselves: rules P04, P05, P06, P08, P10 on real parts."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded.stack import ROOT, Stack
from shared.errors import Unavailable
from shared.eventsourcing.migrate import SCRIPTS, STORE
from shared.production import SCHEMA, SHARED, of_brokers, of_database, of_shared, refuse
from shared.settings import Misconfigured, Reason, Settings
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


@pytest.mark.parametrize("target", SHARED)
async def test_a_shared_database_of_another_release_is_refused(fresh_database: Callable[[str], Database], target: str) -> None:
    database = fresh_database(target)
    dsn = database.role(f"intake_{target}")
    assert await of_shared(target, dsn) == []
    await _as_owner(database, "update alembic_version set version_num = '0099'")
    [newer] = await of_shared(target, dsn)
    assert str(newer).startswith(f"P06  the schema of {target} is at 99")
    await _as_owner(database, f"revoke select on alembic_version from intake_{target}")  # as a release before this one left it
    [older] = await of_shared(target, dsn)
    assert older.remedy == f"run: gabay migrate {target}"
    settings = Settings(service="intake", process="api", database_url=database.owner, **{f"{target}_url": dsn})
    with pytest.raises(Misconfigured, match=f"P06 .* {target}"):
        await refuse(settings)


@pytest.mark.parametrize(("folder", "supported"), [(STORE, SCHEMA), *((SCRIPTS[target], known) for target, known in SHARED.items())])
def test_the_release_knows_its_own_schema(folder: Path, supported: tuple[int, int]) -> None:
    newest = max(int(file.name[:4]) for file in (folder / "versions").glob("[0-9]*.sql"))
    assert supported[0] <= newest == supported[1]


async def test_one_broker_needs_written_consent(stack: Stack, store_database: Database) -> None:
    from shared.messaging.topics import ensure

    await ensure(stack.bootstrap)
    alone = Settings(service="intake", process="worker", kafka_bootstrap=stack.bootstrap, database_url=store_database.worker)
    assert [reason.rule for reason in await of_brokers(alone)] == ["P08"]
    with pytest.raises(Misconfigured, match=r"P08 .* replication 1"):
        await refuse(alone)
    await refuse(alone.model_copy(update={"accept_single_node": True}))


def _production(stack: Stack, process: str, databases: dict[str, str]) -> dict[str, str]:
    """The environment of a laptop with the mode of production, and nothing of ours beside it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GABAY_", "OTEL_"))}
    return kept | stack.env("intake", process, databases=databases) | {"GABAY_MODE": "production"}


def _started(verb: str, environ: dict[str, str]) -> tuple[int, str]:
    """How `gabay serve intake` or `gabay work intake` ends: exit status, and what it says."""
    ended = subprocess.run([sys.executable, "-m", "cli", verb, "intake"], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=90)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize(("verb", "process", "rules"), [("serve", "api", ""), ("work", "worker", "P08")])
async def test_a_process_with_a_laptops_settings_says_every_rule_at_once(
    stack: Stack, store_database: Database, verb: str, process: str, rules: str
) -> None:
    from shared.messaging.topics import ensure

    await ensure(stack.bootstrap)
    await _as_owner(store_database, "update alembic_version set version_num = '0001'")
    environ = _production(stack, process, {"intake": store_database.name}) | {
        "GABAY_DATABASE_URL": store_database.owner, "GABAY_CORS_ORIGINS": "*", "GABAY_LOG_LEVEL": "debug",
        "GABAY_ACCESS_URL": "postgresql://intake_access:a@127.0.0.1/access",
    }  # fmt: skip
    status, told = _started(verb, environ)
    assert status == 78, told
    found = {line.split()[0] for line in told.splitlines() if line.startswith("P")}
    expected = {"P01", "P03", "P04", "P06", "P07", "P09"} | ({"P02"} if process == "api" else set()) | set(rules.split())
    assert found == expected, told
    assert all(": " in line for line in told.splitlines() if line.startswith("P")), "each with its remedy"
    for name in ("cursor-key", "kek-identity", "postgres-password"):
        assert stack.home.secret(name) not in told


async def test_a_process_whose_settings_suit_production_is_not_refused(stack: Stack, store_database: Database) -> None:
    """It goes on to the issuer, the keyring and its port; here it is only asked whether it may."""
    settings = Settings(service="intake", process="api", mode="production", database_url=store_database.app)
    await refuse(settings)


async def test_a_database_that_is_away_hides_no_reason_that_is_known() -> None:
    away = Settings(service="intake", process="api", database_url="postgresql://intake_app@/intake?host=/nowhere")
    with pytest.raises(Unavailable):
        await refuse(away)
    with pytest.raises(Misconfigured, match="P02  this"):
        await refuse(away, [Reason("P02", "this", "mend it")])


async def _as_owner(database: Database, statement: str) -> None:
    connection = await asyncpg.connect(database.owner)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
