"""Who read whose data, for what purpose: one row per answer, committed before the first byte of the answer.

Rows that wait together share one commit. Each process writes a chain of its own: `hash` = SHA-256 over the previous hash
and the row, so that an edited or missing row breaks the chain; every minute its head goes to the `access` database and to
the log, so that a deleted tail shows too. How rows go at the end of their term: `audit_term.py`.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import orjson
from opentelemetry.trace import SpanKind

from shared import telemetry
from shared.eventsourcing.group import Group
from shared.http import unusual
from shared.http.audit_term import Anchor
from shared.http.problems import Problem
from shared.http.volume import Volume

Action = Literal["READ", "LIST", "SEARCH", "EXPORT", "PRINT", "DENIED", "BREAK_GLASS"]
Closed = Callable[[str | None, datetime], bool]
ZERO: Final = bytes(32)
HEADS_EVERY: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One entry of the access log, without values and names."""

    at: datetime
    actor: str
    role: str
    centre: str | None = None
    device: str | None = None
    purpose: str | None = None
    subject_id: Sequence[UUID] = ()
    classes: Sequence[str] = ()
    fields: Sequence[str] = ()
    action: Action
    query_hmac: bytes | None = None
    result_count: int | None = None
    export_id: UUID | None = None
    decision: str = "ALLOWED"
    break_glass_reason: str | None = None
    trace_id: str | None = None


COLUMNS: Final = tuple(f.name for f in fields(Reading))
_INSERT: Final = (
    "insert into read_audit (chain_id, n, hash, at, actor, role, centre, device, purpose, subject_id, classes, fields, "
    "action, query_hmac, result_count, export_id, decision, break_glass_reason, trace_id) "
    "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
)


def chain_hash(previous: bytes, chain_id: UUID, n: int, row: Sequence[Any]) -> bytes:
    """Hash of a row: the previous hash, then the canonical row (JSON array of its columns, times as UTC microseconds)."""
    canonical = [str(chain_id), n, *map(_canonical, row)]
    return hashlib.sha256(previous + orjson.dumps(canonical)).digest()


def _canonical(value: Any) -> Any:
    match value:
        case datetime():
            return int(value.timestamp() * 1_000_000)
        case bytes():
            return value.hex()
        case list() | tuple():
            return [_canonical(each) for each in value]
        case UUID():
            return str(value)
        case _:
            return value


@dataclass(slots=True)
class _Chain:
    chain_id: UUID = field(default_factory=uuid4)
    n: int = 0
    head: bytes = ZERO


class ReadAudit:
    """Writes the access log of one process into its service's own database.

    closed: whether a centre (None: the region) is closed at a moment; an export out of hours says so in its row.
    """

    def __init__(self, pool: Any, *, service: str, limit: int = 64, closed: Closed = lambda centre, at: False) -> None:
        self._pool, self._service, self._closed = pool, service, closed
        self._chain = _Chain()
        self._told = -1
        # One flight only: the rows of a chain follow each other.
        self._group: Group[Reading, None] = Group(self._flush, limit=limit, flights=1, alive=getattr(pool, "answers", None))
        self._volume = Volume()

    async def write(self, reading: Reading) -> None:
        """Commit one row. Raises Problem `audit-unavailable`: then nothing may be shown."""
        if reading.action == "EXPORT" and reading.decision == "ALLOWED" and self._closed(reading.centre, reading.at):
            reading = replace(reading, decision=unusual.OFF_HOURS)
        try:
            with telemetry.span("audit write", SpanKind.CLIENT, db_system_name="postgresql", db_operation_name="insert"):
                await self._group.submit(reading)
        except Exception as error:
            telemetry.AUDIT_FAILURES.add(1, {"service": self._service})
            telemetry.logger().error("sec_audit_write_failed", exc_info=error)
            raise Problem("audit-unavailable", {"Retry-After": "2"}) from error
        if reading.decision == unusual.OFF_HOURS:
            unusual.tell("export", reading.actor, len(reading.subject_id))
        if reading.decision == unusual.NO_RELATION:
            unusual.tell("relation", reading.actor, len(reading.subject_id))
        if reading.action != "DENIED":
            self._volume.saw(reading.actor, reading.subject_id)

    async def _flush(self, readings: Sequence[Reading]) -> Sequence[None]:
        chain = self._chain
        rows, n, head = [], chain.n, chain.head
        for reading in readings:
            n += 1
            row = [_column(getattr(reading, name)) for name in COLUMNS]
            head = chain_hash(head, chain.chain_id, n, row)
            rows.append((chain.chain_id, n, head, *row))
        try:
            async with self._pool.acquire() as connection:
                # One statement's worth of rows in one implicit transaction: all are committed when it returns.
                await connection.executemany(_INSERT, rows)
        except BaseException:
            # Whether the rows are there is not known, so this chain ends here and the next row begins another.
            self._chain = _Chain()
            raise
        chain.n, chain.head = n, head
        return [None] * len(readings)

    async def tell_heads(self, access: Any, every: float = HEADS_EVERY) -> None:
        """Copy the head of the chain to the `access` database and the log, for ever."""
        while True:
            await asyncio.sleep(every)
            await self.tell_head(access)

    async def tell_head(self, access: Any) -> None:
        chain = self._chain
        if chain.n == 0 or chain.n == self._told:
            return
        telemetry.logger().info("sec_audit_head", chain=str(chain.chain_id), n=chain.n, head=chain.head.hex())
        try:
            await access.execute(
                "insert into audit_head (chain_id, n, service, hash) values ($1, $2, $3, $4) on conflict do nothing",
                chain.chain_id, chain.n, self._service, chain.head,
            )  # fmt: skip
            self._told = chain.n
        except Exception as error:
            telemetry.logger().warning("audit_head_not_stored", exc_info=error)


def _column(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | frozenset | set) else value


async def verify(
    pool: Any, heads: Sequence[tuple[UUID, int, bytes]] = (), anchors: Mapping[UUID, Anchor] = MappingProxyType({})
) -> list[str]:
    """Check every chain of a service's access log; returns what is wrong, one line each (chain ids and numbers only).

    heads: last rows as they were told elsewhere. anchors: of chains whose beginning was deleted at the end of its term.
    """
    wrong = [f"chain {each.chain_id}: rows to {each.n} were deleted before their time" for each in anchors.values() if each.early]
    seen: dict[tuple[UUID, int], bytes | None] = {(each, n): None for each, n, _ in heads}
    chain_id, n, head = None, 0, ZERO
    query = f"select chain_id, n, hash, {', '.join(COLUMNS)} from read_audit order by chain_id, n"  # noqa: S608
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local transaction_timeout = 0")  # of the roles of processes, which have to be done within 30 s
        async for row in connection.cursor(query):
            if row["chain_id"] != chain_id:
                chain_id, n, head = row["chain_id"], 0, ZERO
                if (anchor := anchors.get(chain_id)) and row["n"] > anchor.n:
                    n, head = anchor.n, anchor.hash
            if row["n"] != n + 1:
                wrong.append(f"chain {chain_id}: rows {n + 1} to {row['n'] - 1} are missing")
            elif chain_hash(head, row["chain_id"], row["n"], row[3:]) != row["hash"]:
                wrong.append(f"chain {chain_id}: row {row['n']} was changed")
            n, head = row["n"], row["hash"]
            if (row["chain_id"], n) in seen:
                seen[(row["chain_id"], n)] = head
    for head_chain, head_n, head_hash in heads:
        anchor = anchors.get(head_chain)
        if anchor and head_n < anchor.n and seen[(head_chain, head_n)] is None:
            continue  # it went with the rows before the anchor
        told = anchor.hash if anchor and head_n == anchor.n else None
        if (seen[(head_chain, head_n)] or told) != head_hash:
            wrong.append(f"chain {head_chain}: its head {head_n} is missing or differs: the tail was deleted")
    return wrong


def now() -> datetime:
    return datetime.now(UTC)
