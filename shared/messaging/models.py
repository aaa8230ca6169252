"""Read models live in generations: schemas `<model>_v<n>` beside each other, the live one behind the views of `<model>`.

Made, swapped and dropped by the owner role; filled by the worker role; read by the app role, through the views alone.
Tables with policies (`tables_reach.sql`) are read under them.
`tables.sql` (and `tables_<idea>.sql`) beside a projection makes the tables of a generation, with its schema as search path.
"""

import asyncio
import copy
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

from shared.eventsourcing.projection import Projection
from shared.messaging.write import folder

if TYPE_CHECKING:
    from shared.settings import Settings

Connection = Any


def model_of(projection: Projection) -> str:
    """The schema that readers name: `referrals.board` -> `board`."""
    return projection.name.partition(".")[2].replace("-", "_")


def at_generation(projection: Projection, version: int) -> Projection:
    """The same projection, writing another generation: its consumer name and schema follow."""
    other = copy.copy(projection)
    other.version = version
    return other


async def ensure_generation(owner: Connection, projection: Projection, *, tables: str | None = None) -> bool:
    """Make the generation that today's code writes, if there is none; returns whether its tables were made now.

    The first generation of a model is live at once. One for changed code (a raised `version`) is left BUILDING: readers
    keep the old one until `gabay rebuild` has filled it. owner: connection of the owner role. Safe to repeat.
    """
    async with owner.transaction():
        await _lock(owner, projection)
        model = model_of(projection)
        if await owner.fetchval("select true from generation where model = $1 and code = $2 limit 1", model, projection.version):
            return False
        newest = await owner.fetchval("select max(version) from generation where model = $1", model)
        version = max(projection.version, (newest or 0) + 1)
        await _make(owner, projection, version, tables)
        if newest is None:
            await _show(owner, projection, version)
        return True


async def next_generation(owner: Connection, projection: Projection, *, tables: str | None = None) -> int:
    """The generation that a rebuild fills: the one being built by this code if there is one (it is resumed), else a new one."""
    async with owner.transaction():
        await _lock(owner, projection)
        model = model_of(projection)
        building = await owner.fetchval(
            "select max(version) from generation where model = $1 and state = 'BUILDING' and code = $2", model, projection.version
        )
        if building is not None:
            return int(building)
        newest = await owner.fetchval("select max(version) from generation where model = $1", model)
        version = max(projection.version, (newest or 0) + 1)
        await _make(owner, projection, version, tables)
        return version


async def swap(owner: Connection, projection: Projection, version: int) -> None:
    """Show a generation to the readers, in one transaction: they see the old model or the new one, never half of one."""
    async with owner.transaction():
        await _lock(owner, projection)
        await _show(owner, projection, version)


async def live_generation(connection: Connection, projection: Projection) -> int | None:
    """The generation that a worker with today's code writes; None while the only live one is of other code."""
    found: int | None = await connection.fetchval(
        "select version from generation where model = $1 and code = $2 and state = 'LIVE'", model_of(projection), projection.version
    )
    return found


async def live_version(connection: Connection, projection: Projection) -> int | None:
    """The generation that readers see, of whichever code."""
    found: int | None = await connection.fetchval(
        "select version from generation where model = $1 and state = 'LIVE'", model_of(projection)
    )
    return found


async def drop_retired(owner: Connection, projection: Projection, *, older_than_hours: float = 24) -> list[int]:
    """Drop generations that were retired long enough ago, with what their consumers remember."""
    model = model_of(projection)
    dropped = []
    async with owner.transaction():
        await _lock(owner, projection)
        rows = await owner.fetch(
            "select version from generation where model = $1 and state = 'RETIRED' "
            "and retired_at < clock_timestamp() - make_interval(secs => $2)",
            model,
            older_than_hours * 3600,
        )
        for (version,) in rows:
            consumer = at_generation(projection, version).consumer
            await owner.execute(f'drop schema if exists "{model}_v{version}" cascade')
            for table in ("consumed", "applied", "parked"):
                await owner.execute(f"delete from {table} where consumer = $1", consumer)  # noqa: S608  # one of three words
            await owner.execute("delete from generation where model = $1 and version = $2", model, version)
            dropped.append(version)
    return dropped


def main(settings: "Settings", projections: Iterable[Projection]) -> None:
    """Blocking: make the generations of a service, as the owner role, after the migrations of its store."""

    async def run() -> None:
        owner = await asyncpg.connect(settings.database_owner_url, server_settings={"lock_timeout": "5s"})
        try:
            for projection in projections:
                if await ensure_generation(owner, projection):
                    print(f"{projection.name}: tables made")
        finally:
            await owner.close()

    asyncio.run(run())


async def _lock(owner: Connection, projection: Projection) -> None:
    await owner.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"generation:{projection.name}")


async def _make(owner: Connection, projection: Projection, version: int, tables: str | None) -> None:
    model, service = model_of(projection), projection.name.partition(".")[0]
    schema = f"{model}_v{version}"
    script = tables if tables is not None else await asyncio.to_thread(_tables, folder(projection))
    # Left behind by an attempt that was killed after its commit of nothing: without a row, nobody reads it.
    await owner.execute(f'drop schema if exists "{schema}" cascade')
    await owner.execute(f'create schema "{schema}"; create schema if not exists "{model}"')
    await owner.execute(f'set local search_path = "{schema}", public')
    await owner.execute(script)
    await owner.execute("set local search_path = public")
    await _fence(owner, schema, service)
    await owner.execute(
        f'grant usage on schema "{schema}" to {service}_worker;'
        f'grant all on all tables in schema "{schema}" to {service}_worker;'
        f'grant all on all sequences in schema "{schema}" to {service}_worker;'
        f'grant execute on all functions in schema "{schema}" to {service}_worker;'
        f'grant usage on schema "{model}" to {service}_app, {service}_worker'
    )
    await owner.execute(
        "insert into generation (model, version, code, state) values ($1, $2, $3, 'BUILDING')", model, version, projection.version
    )


async def _fence(owner: Connection, schema: str, service: str) -> None:
    """Row-level security for tables that declare a policy (`tables_reach.sql`): forced, so that the owner has no way around.

    The worker passes; a rule that must see rows of everybody says so (`gabay.whole`). Declared policies are added to these.
    """
    declared = "select distinct tablename from pg_policies where schemaname = $1 order by 1"
    for (name,) in await owner.fetch(declared, schema):
        table = f'"{schema}"."{name}"'
        await owner.execute(
            f"alter table {table} enable row level security, force row level security;"
            f"create policy whole on {table} using ((select public.reach_whole()));"
            f"create policy worker on {table} to {service}_worker using (true) with check (true)"
        )


def _tables(at: Path) -> str:
    """`tables.sql`, and what stands beside it as `tables_<idea>.sql`, in the order of their names."""
    return "\n".join(file.read_text(encoding="utf-8") for file in (at / "tables.sql", *sorted(at.glob("tables_*.sql"))))


async def _show(owner: Connection, projection: Projection, version: int) -> None:
    model, service = model_of(projection), projection.name.partition(".")[0]
    schema = f"{model}_v{version}"
    old = await owner.fetch("select table_name from information_schema.views where table_schema = $1", model)
    tables = await owner.fetch(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm') order by 1",
        schema,
    )
    # Dropped and made, not replaced: `create or replace view` refuses other columns, which is what a new shape has.
    for (name,) in old:
        await owner.execute(f'drop view "{model}"."{name}"')
    fenced = {name for (name,) in await owner.fetch("select distinct tablename from pg_policies where schemaname = $1", schema)}
    for (name,) in tables:
        # With policies: as who reads, not as the owner. Then that role needs the table's own right too.
        how = " with (security_invoker = true)" if name in fenced else ""
        await owner.execute(f'create view "{model}"."{name}"{how} as select * from "{schema}"."{name}"')  # noqa: S608  # names of our own
        if name in fenced:
            await owner.execute(f'grant usage on schema "{schema}" to {service}_app; grant select on "{schema}"."{name}" to {service}_app')
    shown = ", ".join(f'"{model}"."{name}"' for name in projection.shown) or f'all tables in schema "{model}"'
    await owner.execute(f'grant select on all tables in schema "{model}" to {service}_worker; grant select on {shown} to {service}_app')
    await owner.execute(
        "update generation set state = 'RETIRED', retired_at = clock_timestamp() where model = $1 and state = 'LIVE'", model
    )
    await owner.execute(
        "update generation set state = 'LIVE', live_at = clock_timestamp() where model = $1 and version = $2", model, version
    )
