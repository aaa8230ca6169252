"""Many people in a moment: the rows that a few real ones have left in every store are copied under other ids.

A million people by way of HTTP and Kafka would take a quarter of an hour and more. What a copy lacks is on no topic, and its blobs
open for nobody; its rows stand in the same tables, behind the same indexes, as many a person as real ones have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.stack import SERVICES, Stack

# Tables with ids of their own in every key: what is one row of several people (a roll-up, a place on a topic) grows by itself or stays.
TABLES = """
select c.oid, quote_ident(n.nspname) as schema, quote_ident(c.relname) as name
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and not c.relispartition
   and (n.nspname ~ '_v[0-9]+$' or c.relname in ('stream', 'event', 'search', 'applied', 'subject_key'))
   and exists (select from pg_attribute a where a.attrelid = c.oid and a.atttypid = 'uuid'::regtype and not a.attisdropped)
   and not exists (
       select from pg_index i
        where i.indrelid = c.oid and i.indisunique
          and not exists (select from pg_attribute a
                           where a.attrelid = c.oid and a.attnum = any (i.indkey)
                             and (a.atttypid = 'uuid'::regtype or a.attidentity <> '')))
 order by 2, 3
"""
COLUMNS = """
select quote_ident(attname) as name, atttypid = 'uuid'::regtype as id
  from pg_attribute
 where attrelid = $1 and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''
 order by attnum
"""


async def multiply(stack: Stack, times: int, told: Callable[[str], Any]) -> None:
    """Beside everybody who is there, `times - 1` others like them. told: called with each table."""
    for database in (*SERVICES, "keyring"):
        async with stack.superuser(database) as connection:
            await connection.execute("set synchronous_commit = off")
            for row in await connection.fetch(TABLES):
                told(f"{database}: {row['name']}")
                await connection.execute(f"set search_path = {row['schema']}, public")  # for triggers, which name no schema
                await connection.execute(await _copy(connection, row["oid"], row["name"]), times - 1)
            await connection.execute("vacuum analyze")


async def _copy(connection: Any, table: int, name: str) -> str:
    columns = await connection.fetch(COLUMNS, table)
    into = ", ".join(row["name"] for row in columns)
    values = ", ".join(_of_copy(row["name"], row["id"]) for row in columns)
    return f"insert into {name} ({into}) select {values} from {name} t, generate_series(1, $1) as n"  # names of the catalogue


def _of_copy(column: str, is_id: bool) -> str:
    if is_id:
        return f"md5(t.{column}::text || n)::uuid"
    # A search that meets a copy would open it, and nothing opens.
    return f"hashint8extended(t.{column}, n)" if column == "term" else f"t.{column}"
