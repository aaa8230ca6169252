"""Connections of the loops: one each, theirs alone, with a plan for every execution."""

from typing import Any

import asyncpg
import orjson

from shared.eventsourcing.database import PlainConnection


async def connect(
    dsn: str, name: str, *, search_path: str = "public", statement_timeout_s: float = 60, lock_timeout_s: float = 5
) -> "asyncpg.Connection[Any]":
    """A connection for one loop. name: shown in pg_stat_activity; search_path: where unqualified names are found."""
    return await asyncpg.connect(
        dsn,
        timeout=10,
        command_timeout=statement_timeout_s + 5,
        connection_class=PlainConnection,
        server_settings={
            "application_name": name,
            "search_path": search_path,
            # A generic plan made while a table was empty lives on when it has millions of rows (performance chapter,
            # trap 20). A plan costs 0.2 ms, a batch some 20.
            "plan_cache_mode": "force_custom_plan",
            "statement_timeout": str(int(statement_timeout_s * 1000)),
            "lock_timeout": str(int(lock_timeout_s * 1000)),
            "idle_in_transaction_session_timeout": "60000",
            "jit": "off",
        },
    )


async def speak_wire(connection: "asyncpg.Connection[Any]") -> None:
    """Let a connection take values as they travel: times and dates as text, JSON as dicts and lists (or as text)."""
    for name in ("timestamptz", "timestamp", "date"):
        # A datetime between the wire's text and the row would be the dearest part of a projection.
        await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=str, format="text")
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=_json, decoder=orjson.loads, format="text")


def _json(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
