"""A throw-away stack for measurements: the shipped parts with the shipped settings, below a temporary folder.

Only the parts that a pair needs run while its cells do: a worker that drains the outbox would be measured with the API.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from bench.box import Meter
from deploy.embedded.stack import APIS, CORE, LIVE, PREPARED, SERVICES, WORKERS
from deploy.embedded.stack import Stack as Embedded

REGION = "route-example"
# Raised, not switched off: a cell must never measure a 429, and must pay for the counting.
NO_LIMITS = "read=6000000/minute,write=6000000/minute,batch=600000/minute,search=600000/minute,export=1000/hour"
ALL_PARTS = (*PREPARED, "issuer", *APIS, *WORKERS, LIVE)
PROCESSES = (*APIS, *WORKERS, LIVE)
"""What Gabay itself runs for a region."""


class Stack:
    """The embedded stack as a bench uses it. parts: those that may be needed; made with `opened`."""

    def __init__(self, embedded: Embedded, parts: tuple[str, ...]) -> None:
        self.embedded, self.parts = embedded, parts
        self._running = set(parts)
        self._count = 0
        self._made: list[str] = []

    @property
    def home(self) -> Path:
        return self.embedded.home.path

    @property
    def bootstrap(self) -> str:
        return self.embedded.bootstrap

    def pid(self, part: str) -> int:
        pid = self.embedded.pid(part)
        if pid is None:
            raise RuntimeError(f"{part} does not run in this bench: name it in the pair's `needs`")
        return pid

    def meter(self, **parties: Iterable[int]) -> Meter:
        """A meter of these parties, of Postgres (`pg`) and of the broker (`kafka`, where one runs)."""
        parties["pg"] = [self.pid("postgres")]
        if "kafka" in self._running:
            parties["kafka"] = [self.pid("kafka")]
        # What runs beside the cell on purpose (the issuer, idle workers) is ours, not foreign.
        named = {pid for pids in parties.values() for pid in pids}
        others = [pid for part in self._running if (pid := self.embedded.pid(part)) and pid not in named]
        return Meter(**parties, **({"other": others} if others else {}))

    async def only(self, needs: Iterable[str]) -> None:
        """Have exactly these parts run (Postgres, migrations and topics always)."""
        wanted = {*PREPARED, *needs} & set(self.parts)
        for part in sorted(self._running - wanted):
            await self.embedded.stop_part(part)
        for part in [part for part in self.parts if part in wanted - self._running]:
            await self.embedded.start_part(part, 120)
        self._running = wanted

    async def restart(self, *parts: str) -> None:
        for part in parts:
            await self.embedded.restart(part, 120)

    async def token(self, role: str, centre: str | None = None, *, staff: str | None = None, step_up: bool = False) -> str:
        """A development token for a member of staff with this role (of the centre, or of the region).

        staff: their id, where two of a role are needed; step_up: as after a strong login.
        """
        from shared.http.development import development_token

        return await development_token(
            home=self.home, issuer=self.embedded.issuer_url, access_dsn=self.dsn("access_owner", "access"), region=REGION,
            role=role, centre=centre, staff=staff, step_up=step_up,
        )  # fmt: skip

    # Databases

    def dsn(self, role: str, database: str) -> str:
        return self.embedded.dsn(role, database)

    @asynccontextmanager
    async def superuser(self, database: str = "postgres") -> AsyncIterator[asyncpg.Connection[Any]]:
        connection = await asyncpg.connect(self.dsn("postgres", database), timeout=30)
        try:
            yield connection
        finally:
            await connection.close()

    async def fresh(self, service: str = "intake") -> str:
        """A new database like the service's, empty. Its name; dropped at the end or by `drop`."""
        template = f"bench_{service}"
        async with self.superuser() as connection:
            if not await connection.fetchval("select true from pg_database where datname = $1", template):
                await self._make_template(connection, service, template)
            self._count += 1
            name = f"bench_{service}_{self._count}"
            await connection.execute(f"create database {name} template {template} owner {service}_owner")
            # The copy of the template would else be flushed while the cell runs.
            await connection.execute("checkpoint")
        self._made.append(name)
        return name

    async def _make_template(self, connection: Any, service: str, template: str) -> None:
        from shared.eventsourcing.migrate import migrate

        await connection.execute(f"create database {template} owner {service}_owner")
        async with self.superuser(template) as inside:
            await inside.execute(f"alter schema public owner to {service}_owner")
        await migrate(self.dsn(f"{service}_owner", template), service)

    async def drop(self, name: str) -> None:
        async with self.superuser() as connection:
            await connection.execute(f"drop database if exists {name} with (force)")
        self._made.remove(name)

    async def close(self) -> None:
        for name in list(self._made):
            with contextlib.suppress(Exception):
                await self.drop(name)


@asynccontextmanager
async def opened(needs: Iterable[str], *, commands: Mapping[str, Sequence[str]] | None = None) -> AsyncIterator[Stack]:
    """Start a stack with these parts and what they stand on; nothing of it is left afterwards.

    commands: other commands for some parts (a sampler around them).
    """
    wanted = {*CORE[:1], *needs}
    if any(part.endswith(("-api", "-worker", "-live")) for part in wanted):
        wanted |= {*PREPARED, "issuer"}
    parts = tuple(part for part in ALL_PARTS if part in wanted)
    home = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="gabay-bench-"))
    try:
        quiet = {"GABAY_LOG_LEVEL": "warning", "GABAY_REGION": REGION, "GABAY_RATE_LIMITS": NO_LIMITS}
        async with Embedded(home, ports="free", parts=parts, settings=quiet, commands=commands) as embedded:
            stack = Stack(embedded, parts)
            try:
                yield stack
            finally:
                await stack.close()
    finally:
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)


__all__ = ["ALL_PARTS", "APIS", "PROCESSES", "SERVICES", "WORKERS", "Stack", "opened"]
