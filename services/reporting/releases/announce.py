"""Tables of a release as facts, in the transaction that publishes or withdraws it: for the relay, and a national stack.

Only files of the ledger go out, which passed the gate when they were frozen. No actor is named: who signed stays in the region.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from services.reporting.releases.calendar import parse
from services.reporting.rollup.decisions import TABLE, Command, PublishTable, WithdrawTable
from services.reporting.rollup.state import State
from shared.codes import Purpose
from shared.contracts.reporting.rollup import ROLLUP, TablePublished, TableWithdrawn, stream_of
from shared.errors import Conflict
from shared.eventsourcing.event import Context, Event
from shared.eventsourcing.ids import derived
from shared.eventsourcing.sql import statements
from shared.eventsourcing.store import NewEvent, Part, append_within

SQL = statements(__package__)
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class _Standing:
    version: int
    state: State


async def announce_published(connection: Any, release: str, now: datetime) -> int:
    """Tell of every table of a release that has just become public, and of those that it lacks; returns how many facts.

    connection: in the transaction that publishes, under the ledger's lock.
    """
    tables = await _tables(connection, release)
    row = await connection.fetchrow(SQL.chained, release)
    standing = await _standing(connection, release, [*tables, *await _once_told(connection, release)])
    name = parse(release)
    ended = (
        WithdrawTable(
            table=TableWithdrawn(
                release=release, table=table, period=name.period, edition=name.edition, chain=row["chain"], withdrawn=False
            )
        )
        for table in standing
        if table not in tables
    )
    commands: list[Command] = [PublishTable(table=told) for told in tables.values()]
    return await _append(connection, release, [*commands, *ended], standing, now, "publish")


async def announce_withdrawn(connection: Any, release: str, stands: str | None, now: datetime) -> int:
    """Tell that the tables of a withdrawn release stand no more, and which edition stands again.

    stands: the release that is public now for this period, if there is one.
    """
    row = await connection.fetchrow(SQL.chained, release)
    name = parse(release)
    standing = await _standing(connection, release, await _once_told(connection, release))
    ended = [
        WithdrawTable(
            table=TableWithdrawn(release=release, table=table, period=name.period, edition=name.edition, chain=row["chain"], withdrawn=True)
        )
        for table in standing
    ]
    told = await _append(connection, release, ended, standing, now, "withdraw")
    return told + (await announce_published_again(connection, stands, now, release) if told and stands else 0)


async def announce_published_again(connection: Any, release: str, now: datetime, cause: str) -> int:
    """Tell of an earlier edition that stands again because a later one was withdrawn."""
    tables = await _tables(connection, release)
    standing = await _standing(connection, release, tables)
    return await _append(connection, cause, [PublishTable(table=told) for told in tables.values()], standing, now, "stands-again")


async def _tables(connection: Any, release: str) -> dict[str, TablePublished]:
    name = parse(release)
    return {
        row["name"]: TablePublished(
            release=release, table=row["name"], period=name.period, edition=name.edition, chain=row["chain"],
            manifest=bytes(row["manifest"]).decode(), signature=base64.b64encode(bytes(row["signature"])).decode(),
            data=bytes(row["bytes"]).decode(),
        )
        for row in await connection.fetch(SQL.released, release)
    }  # fmt: skip


async def _once_told(connection: Any, release: str) -> list[str]:
    """Names of all tables that any release of the period had."""
    return [row["name"] for row in await connection.fetch(SQL.tables_of_period, parse(release).period)]


async def _standing(connection: Any, release: str, tables: Iterable[str]) -> dict[str, _Standing]:
    name = parse(release)
    streams = {stream_of(name.region, table, name.period): table for table in tables}
    found = {
        streams[row["stream_id"]]: _Standing(row["version"], State(row["release"], row["edition"]) if row["stands"] else State())
        for row in await connection.fetch(SQL.told_standing, list(streams), TablePublished.event_type)
    }
    return found | {table: _Standing(0, TABLE.initial) for table in streams.values() if table not in found}


async def _append(
    connection: Any, release: str, commands: Iterable[Command], standing: dict[str, _Standing], now: datetime, verb: str
) -> int:
    command_id = uuid5(NAMESPACE_URL, f"urn:gabay:release:{release}:{verb}")
    parts: list[Part] = []
    for command in commands:
        known, table = standing[command.table.table], command.table
        if events := TABLE.decide(command, known.state):
            stream = stream_of(parse(table.release).region, table.table, table.period)
            new = [_new(event, command_id, f"{table.table}/{n}", table.release, now) for n, event in enumerate(events)]
            parts.append(Part(stream, ROLLUP.name, known.version, new))
    if parts and not await append_within(connection, parts):
        raise Conflict(parts[0].stream_id, parts[0].expected)
    return sum(len(part.events) for part in parts)


def _new(event: Event, command_id: UUID, place: str, release: str, now: datetime) -> NewEvent:
    ctx = Context(centre=parse(release).region, actor=SYSTEM, role=SYSTEM, purpose=Purpose.STATISTICS)
    data = orjson.dumps({"ctx": ctx.wire(), **event.model_dump(mode="json")}).decode()
    meta = orjson.dumps({name: str(command_id) for name in ("command_id", "correlation_id", "causation_id")}).decode()
    return NewEvent(derived(command_id, place), event.event_type, ROLLUP.schema(event.event_type), data, meta, now)
