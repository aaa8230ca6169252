"""`gabay migrate`: bring one database to this release's schema. Alembic keeps the books; each revision runs the .sql file
beside it, forward only, linear, under an advisory lock, with `lock_timeout` 5 s and 20 tries (operations, section 4).

The four services' stores share their revisions (this folder's `migrations/`); keyring and access have their own, and so has
reporting's ledger, in the same database under a version table of its own.
Read models have none: a changed projection gets a new generation and is rebuilt beside the old one.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import stamina

from shared.eventsourcing.locks import locks_of
from shared.settings import SERVICES

if TYPE_CHECKING:
    from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = {"keyring": ROOT / "shared/privacy/migrations", "access": ROOT / "shared/http/migrations"}
STORE = ROOT / "shared/eventsourcing/migrations"
REPEATED = ROOT / "shared/eventsourcing/append.sql"
BESIDE = {"reporting": (ROOT / "services/reporting/releases/migrations", "ledger_version")}
"""What a service keeps beside its store: folder of the revisions, table of the version."""
LOCK = 0x67616261  # "gaba"


def beside(revision_file: str) -> Callable[[], None]:
    """The `upgrade` of a revision: run the .sql file of the same name, as it stands."""

    def upgrade() -> None:
        from alembic import op

        # The driver's own simple protocol: a prepared statement takes one command only, a revision has many.
        adapted = op.get_bind().connection.dbapi_connection
        script = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
        adapted.run_async(lambda connection: connection.execute(script))  # type: ignore[union-attr]

    return upgrade


def run_in_alembic() -> None:
    """Called by each `env.py`: run the pending revisions on the connection that `migrate` opened."""
    from alembic import context

    context.configure(
        connection=context.config.attributes["connection"], transaction_per_migration=True, **context.config.attributes["options"]
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate(dsn: str, target: str, *, check: bool = False) -> list[str]:
    """Bring a database to the newest revision; returns the revisions that were (check: would be) run.

    dsn: of the owner role. target: a service, `keyring` or `access`. Safe to repeat and to run twice at once.
    """
    async for attempt in stamina.retry_context(on=(asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError), attempts=20, timeout=120):
        with attempt:
            return await _migrate(dsn, target, check=check)
    raise AssertionError("unreachable: the last attempt raises")


async def _migrate(dsn: str, target: str, *, check: bool) -> list[str]:
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    async def connect() -> Any:
        settings = {"lock_timeout": "5s", "gabay.service": target}
        return await asyncpg.connect(dsn, server_settings=settings)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            await raw.execute(f"select pg_advisory_lock({LOCK})")
            try:
                ran: list[str] = await connection.run_sync(_upgrade, SCRIPTS.get(target, STORE), {}, check)
                await connection.commit()
                if target in BESIDE:
                    scripts, table = BESIDE[target]
                    more: list[str] = await connection.run_sync(_upgrade, scripts, {"version_table": table}, check)
                    await connection.commit()
                    ran += [f"{table} {each}" for each in more]
                if not check:
                    if target not in SCRIPTS:
                        # Functions are replaced, not migrated: the text beside the store is the one in force.
                        await raw.execute(REPEATED.read_text(encoding="utf-8"))
                    # So that a process can tell at its start whether it fits the schema (rule P06).
                    for (role,) in await raw.fetch("select rolname from pg_roles where rolname = any ($1)", _readers(target)):
                        await raw.execute(f"grant select on alembic_version to {role}")
            finally:
                await raw.execute(f"select pg_advisory_unlock({LOCK})")
    finally:
        await engine.dispose()
    return ran


def _readers(target: str) -> list[str]:
    """The roles that processes take in a database. A national stack has those of reporting alone."""
    return [f"{service}_{target}" for service in SERVICES] if target in SCRIPTS else [f"{target}_app", f"{target}_worker"]


def _upgrade(connection: Any, scripts: Path, options: dict[str, Any], check: bool) -> list[str]:
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.attributes["connection"], config.attributes["options"] = connection, options
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection, opts=options).get_current_revision()
    pending = [r.revision for r in script.iterate_revisions("heads", current or "base")][::-1]
    if pending and not check:
        command.upgrade(config, "heads")
    return pending


def main(settings: "Settings", check: bool = False) -> None:
    """Blocking entry of `gabay migrate SERVICE`."""
    dsn = settings.database_owner_url
    if not dsn:
        raise SystemExit("GABAY_DATABASE_OWNER_URL is not set: migrate runs as the owner role.")
    target = settings.service or ""
    ran = asyncio.run(migrate(str(dsn), target, check=check))
    verb = "would run" if check else "ran"
    print(f"{target}: {verb} {', '.join(ran)}" if ran else f"{target}: up to date")
    for table, lock in (row for revision in ran if check for row in locks_of(script_of(target, revision))):
        print(f"  {table:<24} {lock}")


def script_of(target: str, revision: str) -> str:
    """The text of a revision as `migrate` names it: `0003`, or `ledger_version 0001` for what is kept beside a store."""
    table, _, number = revision.rpartition(" ")
    folder = BESIDE[target][0] if table else SCRIPTS.get(target, STORE)
    return next((folder / "versions").glob(f"{number}_*.sql")).read_text(encoding="utf-8")
