"""The limits that Postgres sets: P (an append by pgbench), J and JS (COPY with and without indexes), R (outbox read)."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg

from bench.pair import Sample, VoidRun
from bench.stack import Stack
from deploy.embedded.postgres import program
from shared.eventsourcing.store import NewEvent

COLUMNS = ("event_id", "stream_id", "version", "kind", "type", "schema", "data", "meta", "occurred_at", "recorded_at")
A_TRANSACTION = 1000

# One creation with one event, ids drawn by the server: what `PostgresStore.append` asks for, without any of our Python.
APPEND = """
select a.outcome
  from (select uuidv7() as stream, gen_random_uuid() as event offset 0) as i,
       append_events(array[i.stream], array['client'], array[0], array[1], array[1], array[1], array[i.event],
                     array['client-registered'], array[1::smallint], array[:data::jsonb], array[:meta::jsonb],
                     array[now()]) as a;
"""

Stored = tuple[Any, ...]
"""One row of `event` without its position, in the order of COLUMNS."""


async def append(stack: Stack, concurrency: int, seconds: float, event: NewEvent) -> Sample:
    """P: pgbench with `concurrency` clients, in a fresh database."""
    database = await stack.fresh()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "append.sql"
        script.write_text(APPEND)
        common = [program("pgbench"), "-n", "-M", "prepared", "-j", "2", "-c", str(concurrency), "-f", str(script)]
        common += ["-D", f"data={event.data}", "-D", f"meta={event.meta}", stack.dsn("intake_app", database)]
        await _pgbench(common, ["-t", str(max(2000 // concurrency, 50))])
        meter = stack.meter(gen=[os.getpid()])
        meter.start()
        said = await _pgbench(common, ["-T", str(max(1, round(seconds)))])
        use = meter.stop()
    done = int(_number(r"number of transactions actually processed: (\d+)", said))
    failed = int(_number(r"number of failed transactions: (\d+)", said))
    rate = _number(r"tps = ([\d.]+)", said)
    sample = Sample.of(done, use, errors=failed)
    sample.seconds = done / rate  # pgbench's own clock, without the time to connect
    await stack.drop(database)
    return sample


async def _pgbench(common: Sequence[str], how_long: Sequence[str]) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
    process = await asyncio.create_subprocess_exec(
        common[0], *how_long, *common[1:],
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment,
    )  # fmt: skip
    out, error = await process.communicate()
    if process.returncode:
        raise VoidRun(f"pgbench failed: {error.decode().strip()[-400:]}")
    return out.decode()


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if not found:
        raise VoidRun(f"pgbench said nothing of {pattern!r}")
    return float(found[1])


def rows(events: Sequence[tuple[Any, str, int, NewEvent]]) -> list[Stored]:
    return [
        (e.event_id, stream, version, kind, e.type, e.schema, e.data, e.meta, e.occurred_at, e.occurred_at)
        for stream, kind, version, e in events
    ]


async def copy(stack: Stack, stored: Sequence[Stored], seconds: float, *, indexed: bool = True) -> Sample:
    """J (indexed) or JS: COPY the rows into a copy of `event`, 1,000 a transaction, again and again for `seconds`."""
    database = await stack.fresh()
    connection = await asyncpg.connect(stack.dsn("intake_owner", database))
    try:
        like = "like event including all" if indexed else "like event including identity"
        done, table = 0, 0
        meter = stack.meter(py=[os.getpid()])
        loop = asyncio.get_running_loop()
        await connection.execute(f"create table copy_{table} ({like})")
        meter.start()
        end = loop.time() + seconds
        at = 0
        while loop.time() < end:
            chunk = stored[at : at + A_TRANSACTION]
            await connection.copy_records_to_table(f"copy_{table}", records=chunk, columns=COLUMNS)
            done += len(chunk)
            at += len(chunk)
            if at >= len(stored):
                # The same rows again need a table of their own: their ids are unique in each.
                at, table = 0, table + 1
                await connection.execute(f"create table copy_{table} ({like})")
        use = meter.stop()
    finally:
        await connection.close()
    await stack.drop(database)
    return Sample.of(done, use)


OUTBOX = """
with gone as (
    delete from outbox where position = any (array(select position from outbox order by position limit $1))
    returning position
)
select e.position, e.event_id, e.stream_id, e.version, e.kind, e.type, e.schema, e.data, e.meta->>'correlation_id',
       e.meta->>'causation_id', e.meta->>'traceparent', e.occurred_at, e.recorded_at
  from gone join event e using (position) order by e.position
"""


async def fill(stack: Stack, database: str, stored: Sequence[Stored], service: str = "intake") -> None:
    """Put rows into `event` and `outbox`, as if they had just been appended."""
    connection = await asyncpg.connect(stack.dsn(f"{service}_owner", database))
    try:
        async with connection.transaction():
            await connection.copy_records_to_table("event", records=stored, columns=COLUMNS)
            await connection.execute("insert into outbox select position from event")
        await connection.execute("analyze event; analyze outbox")
    finally:
        await connection.close()


async def outbox(stack: Stack, stored: Sequence[Stored], *, batch: int = A_TRANSACTION) -> Sample:
    """R: read the outbox empty as a relay does, and do nothing with the rows."""
    database = await stack.fresh()
    await fill(stack, database, stored)
    connection = await asyncpg.connect(stack.dsn("intake_worker", database))
    try:
        meter = stack.meter(py=[os.getpid()])
        meter.start()
        done = 0
        while True:
            async with connection.transaction():
                found = await connection.fetch(OUTBOX, batch)
            if not found:
                break
            done += len(found)
        use = meter.stop()
    finally:
        await connection.close()
    await stack.drop(database)
    if done != len(stored):
        raise VoidRun(f"the outbox held {done} rows, not {len(stored)}")
    return Sample.of(done, use)
