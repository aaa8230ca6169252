"""What the api reads and moves of releases: states, bytes as they were frozen. It never renders, and sees no true count."""

import json
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.reporting.releases.announce import announce_published, announce_withdrawn
from services.reporting.releases.calendar import parse
from services.reporting.releases.life import PUBLIC, State, check_signer, move
from shared.errors import Rejected
from shared.eventsourcing.sql import statements

SQL = statements(__package__)
REMEMBERED_S: Final = 2.0  # a withdrawal is seen that much later; the answers themselves may be kept for five minutes
REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True)
class Head:
    """Of one file of a release: its SHA-256, None if there is no such file. tables: those of the release."""

    state: State
    reason: str | None
    sha256: str | None
    tables: tuple[str, ...]


class Ledger:
    """One for each process. pool: as the api's role, or the worker's."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._heads: OrderedDict[tuple[str, str], tuple[float, Head]] = OrderedDict()

    async def head(self, release: str, name: str) -> Head:
        """Raises Rejected `unknown-release`, also for one that is not public yet, and `release-withdrawn`."""
        now = time.monotonic()
        found = self._heads.get((release, name))
        if found is None or now >= found[0]:
            head = await self._read_head(release, name)
            self._heads[release, name] = (now + REMEMBERED_S, head)
            self._heads.move_to_end((release, name))
            if len(self._heads) > REMEMBERED:
                self._heads.popitem(last=False)
        else:
            head = found[1]
        if head.state is State.WITHDRAWN:
            raise Rejected("release-withdrawn", "Take a later edition.", reason=head.reason)
        if head.state not in PUBLIC:
            raise _unknown()
        return head

    async def _read_head(self, release: str, name: str) -> Head:
        row = await self._pool.fetchrow(SQL.heads, release, name)
        if row is None:
            raise _unknown()
        return Head(State(row["state"]), row["reason"], row["sha256"], tuple(json.loads(bytes(row["manifest"]))["tables"]))

    async def content(self, release: str, name: str) -> bytes:
        """The bytes as they were frozen. Ask for the head first."""
        return bytes(await self._pool.fetchval(SQL.bytes_of, release, name))

    async def listed(self, states: list[str], period: str | None, before: int | None, limit: int) -> list[Any]:
        return list(await self._pool.fetch(SQL.list_releases, states, period, before, limit))

    async def one(self, release: str) -> Any:
        """The whole row. Raises Rejected `unknown-release`."""
        parse(release)
        row = await self._pool.fetchrow(SQL.one_release, release)
        if row is None:
            raise _unknown()
        return row

    async def keys(self, states: list[str]) -> list[bytes]:
        """Public keys that releases in these states were signed with, the newest first."""
        return [bytes(row["public_key"]) for row in await self._pool.fetch(SQL.keys, states)]

    async def public_on(self, period: str, at: datetime | None) -> str:
        """Id of the edition that was (at None: is) public. Raises Rejected `unknown-release`."""
        found = await self._pool.fetchval(SQL.public_on, period, at)
        if found is None:
            raise Rejected("unknown-release", "Nothing of this period was public then. GET /v1/statistics/releases lists what is.")
        return str(found)

    async def publish(self, release: str, by: str, now: datetime) -> None:
        """Raises Rejected `same-person-signoff`, `invalid-state`."""
        row = await self.one(release)
        if row["state"] == State.PUBLISHED and row["published_by"] == by:
            return
        move(State(row["state"]), State.PUBLISHED)
        check_signer(row["frozen_by"], by)
        async with self._alone() as connection:
            if await connection.fetchrow(SQL.publish, release, now, by) is None:
                raise Rejected("invalid-state", "Publish the release before it in the chain first.")
            await announce_published(connection, release, now)
        self._heads.clear()

    async def withdraw(self, release: str, by: str, now: datetime, reason: str) -> None:
        """Raises Rejected `invalid-state`."""
        row = await self.one(release)
        if row["state"] == State.WITHDRAWN and row["withdrawn_by"] == by:
            return
        move(State(row["state"]), State.WITHDRAWN)
        async with self._alone() as connection:
            if await connection.fetchval(SQL.withdraw, release, now, by, reason) is not None:
                await announce_withdrawn(connection, release, await connection.fetchval(SQL.public_on, row["period"], None), now)
        self._heads.clear()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[Any]:
        """A transaction in which nobody else moves a release: its tables go out in the order of the moves."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(hashtextextended('ledger', 0))")
            yield connection

    async def discard(self, release: str, by: str, now: datetime, reason: str) -> None:
        """Raises Rejected `invalid-state`, also while a later release names this one, or one is being frozen that may."""
        row = await self.one(release)
        move(State(row["state"]), State.DISCARDED)
        async with self._pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(SQL.keep_end):
                raise Rejected("invalid-state", "A release is being frozen, which may name this one in its chain: try again after it.")
            if await connection.fetchval(SQL.discard, release, now, by, reason) is None:
                raise Rejected("invalid-state", "A later release names this one in its chain: discard that first.")


def _unknown() -> Rejected:
    return Rejected("unknown-release", "GET /v1/statistics/releases lists them.")
