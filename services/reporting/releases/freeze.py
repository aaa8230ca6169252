"""Freezing a release: facts as they were known at the cut-off, through the gate, to bytes that never change (section 9).

Refused while a stream is parked, facts are behind, a rebuild runs, the chain does not verify or the audit finds a fault.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.reporting.disclosure.cells import Codes, Count, Grid, Shown, Status
from services.reporting.disclosure.derived import Valued, Values
from services.reporting.disclosure.gate import METHOD, Before
from services.reporting.disclosure.protect import Kept, stays
from services.reporting.documents.shelf import needed
from services.reporting.exports.cube import frequency
from services.reporting.indicators.public import of_frequency
from services.reporting.releases import calendar
from services.reporting.releases.calendar import Name
from services.reporting.releases.count import SQL, Counting
from services.reporting.releases.life import State
from services.reporting.releases.manifest import FIRST, Link, canonical, digest, faults, public_key
from services.reporting.releases.render import Draft, Rendered, render
from services.reporting.releases.secrets import Secret, SecretsError
from shared.codes.psgc import VINTAGE
from shared.errors import Rejected
from shared.region import Region

LAG = timedelta(minutes=5)
SETTLE = timedelta(seconds=60)
_JOIN = "\x1f"
# The worker's role has limits for short work: a year of all tables takes longer, and so does waiting for whoever freezes.
_UNHURRIED = (
    "set local statement_timeout = 0; set local transaction_timeout = 0; set local idle_in_transaction_session_timeout = 0; "
    "set local lock_timeout = 0"
)

Rendering = Callable[[Draft], Awaitable[Rendered]]


async def in_thread(draft: Draft) -> Rendered:
    """For the command line; a worker renders in a process of its own."""
    return await asyncio.to_thread(render, draft)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What freezing needs. secrets: by id, newest first. rendering: where the slow part runs."""

    pool: Any
    region: Region
    name: str
    secrets: dict[str, Secret]
    key: Ed25519PrivateKey
    rendering: Rendering = in_thread

    async def freeze(self, period: str, by: str, now: datetime, cutoff: datetime | None = None) -> str:
        """Freeze the next edition of a period; returns its id. cutoff: for facts that were handed in late; else the calendar's.

        Raises Rejected `bad-period`, `parked-streams`, `not-yet-known`, `audit-failed`, `invalid-state`.
        """
        calendar.check_period(period)
        async with self._at_the_end() as connection, connection.transaction(isolation="repeatable_read"):
            await connection.execute(_UNHURRIED)
            standing = await connection.fetchrow(SQL.standing, period)
            if standing is not None and standing["state"] == State.FROZEN:
                members = {"state": State.FROZEN.value, "release": standing["id"]}
                raise Rejected("invalid-state", "An edition of this period is frozen already: publish or discard it first.", **members)
            edition = 0 if standing is None else standing["edition"] + 1
            until = cutoff or self._cutoff(period, edition, now)
            if until < calendar.end(period, self.region.centres[0].zone):
                raise Rejected("not-yet-known", "The period is not over at that cut-off: figures of a part of it are not published.")
            await _check_ready(connection, until, now)
            previous = await _check_chain(connection)
            secret = await self._secret(connection, period)
            before = await _before(connection, period)
            counting = Counting(connection, self.region, secret, until)
            grids, valued, divisions = await counting.grids(of_frequency(frequency(period)), period)
            name = Name(self.name, period, edition)
            frozen = now.astimezone(UTC).replace(microsecond=0)
            draft = Draft(
                release=str(name), period=period, grids=grids, valued=valued, divisions=divisions, noise=secret.table, before=before,
                under=await counting.under(period),
                issued=max(calendar.publication(period), frozen.date()), frozen=frozen, previous=previous,
                region=self.region, earlier=await _earlier(connection, period),
            )  # fmt: skip
            try:
                rendered = await self.rendering(draft)
            except (ValueError, ArithmeticError) as error:
                raise Rejected("audit-failed", "Nothing was frozen; the worker's log names the table.") from error
            await self._keep(connection, draft, rendered, name, until, by, secret)
        return str(name)

    @asynccontextmanager
    async def _at_the_end(self) -> AsyncIterator[Any]:
        """A connection that alone builds upon the end of the chain: one freezes at a time, and sees what was frozen before.

        Publishing goes on meanwhile; discarding is refused.
        """
        async with self.pool.acquire() as connection:
            try:
                async with connection.transaction():
                    await connection.execute(_UNHURRIED)
                    await connection.execute(SQL.hold_end)
                yield connection
            finally:
                await connection.execute(SQL.let_end_go)

    def _cutoff(self, period: str, edition: int, now: datetime) -> datetime:
        zone = self.region.centres[0].zone
        if edition == 0:
            return calendar.cutoff(period, zone)
        # The revision round comes with the annual release: the last one that is past its cut-off.
        year = now.year - 1
        while calendar.cutoff(str(year), zone) > now:
            year -= 1
        return calendar.cutoff(str(year), zone)

    async def _secret(self, connection: Any, period: str) -> Secret:
        known = await connection.fetchval(SQL.first_secret, period)
        try:
            return self.secrets[known] if known else next(iter(self.secrets.values()))
        except (KeyError, StopIteration):
            raise SecretsError(f"The secret {known or ''} is not there any more: this release can no longer be revised.") from None

    async def _keep(self, connection: Any, draft: Draft, rendered: Rendered, name: Name, until: datetime, by: str, secret: Secret) -> None:
        files = {file: digest(content) for file, content in rendered.files.items()}
        manifest = canonical({
            "cutoff": _told(until), "edition": name.edition, "files": files, "frozen": _told(draft.frozen), "method": METHOD,
            "period": name.period, "previous": draft.previous, "psgc": VINTAGE, "release": draft.release, "secret": secret.id,
            "tables": list(rendered.tables), "withheld": list(rendered.withheld),
        })  # fmt: skip
        # A release that was discarded leaves its id behind.
        await connection.execute("delete from ledger.release where id = $1 and state = 'DISCARDED'", draft.release)
        await connection.execute(
            SQL.keep_release, draft.release, name.period, name.edition, until, draft.frozen, by, secret.id, manifest,
            self.key.sign(manifest), public_key(self.key), digest(manifest), draft.previous,
        )  # fmt: skip
        for file, content in rendered.files.items():
            await connection.execute(SQL.keep_file, draft.release, file, files[file], content)
        for (table, measure), cells in rendered.cells.items():
            columns = zip(*((_JOIN.join(codes), cell.value, cell.status.value) for codes, cell in cells.items()), strict=True)
            await connection.execute(SQL.keep_cells, draft.release, table, measure, *map(list, columns))
        counted: list[Grid | Valued] = [*draft.grids, *draft.valued]
        for grid in counted:
            if (key := (grid.table, grid.measure)) in rendered.cells:
                counts = [(_JOIN.join(codes), *_behind(grid, codes, draft.before.get(key, {}))) for codes in rendered.cells[key]]
                await connection.execute(SQL.keep_secrets, draft.release, *key, *map(list, zip(*counts, strict=True)))


def _behind(grid: Grid | Valued, codes: Codes, before: Mapping[Codes, Sequence[Kept]]) -> Count:
    """The count that a cell was made of: where it stands as in an edition before, the count of then."""
    found = grid[codes]
    count = found.units if isinstance(found, Values) else found
    old = stays(count, before.get(codes, ()))
    return old.behind if old else count


async def _check_ready(connection: Any, until: datetime, now: datetime) -> None:
    row = await connection.fetchrow(SQL.readiness)
    if row is None or row["building"]:
        raise Rejected("invalid-state", "A rebuild of reporting.facts is under way, or nothing is there: try again after it.")
    if row["parked_streams"]:
        raise Rejected("parked-streams", "Release or discard them first: ./gabay parked list", parked_streams=row["parked_streams"])
    watermark = row["read_until"] - SETTLE if row["read_until"] else None
    if watermark is None or now - watermark > LAG + SETTLE:
        raise Rejected("not-yet-known", "Reporting's worker is more than five minutes behind: try again when it has caught up.")
    if until > watermark:
        raise Rejected(
            "not-yet-known", "Freeze once the watermark has passed the cut-off.", watermark=_told(watermark), cutoff=_told(until)
        )


async def _check_chain(connection: Any) -> str:
    links = await chain(connection)
    if wrong := faults(links):
        raise Rejected("audit-failed", "The chain does not verify: see what is wrong with ./gabay releases verify", fault=wrong[0])
    return digest(links[-1].manifest) if links else FIRST


async def chain(connection: Any) -> list[Link]:
    """The whole chain with its files, from the first release on."""
    found = []
    for row in await connection.fetch(SQL.chain):
        files = {file["name"]: bytes(file["bytes"]) for file in await connection.fetch(SQL.files_of, row["id"])}
        found.append(Link(row["id"], bytes(row["manifest"]), bytes(row["signature"]), bytes(row["public_key"]), files))
    return found


async def _earlier(connection: Any, period: str) -> list[dict[str, bytes]]:
    """The tables of public releases that documents of a period look at beside its own."""
    found: dict[str, dict[str, bytes]] = {}
    for row in await connection.fetch(SQL.earlier, list(needed(period))):
        found.setdefault(row["release"], {})[row["name"]] = bytes(row["bytes"])
    return list(found.values())


async def _before(connection: Any, period: str) -> Before:
    found: dict[tuple[str, str], dict[Codes, list[Kept]]] = {}
    for row in await connection.fetch(SQL.editions, period):
        kept = Kept(Count(row["n"], row["contributors"], row["ksum"]), Shown(row["value"], Status(row["status"])))
        found.setdefault((row["name"], row["measure"]), {}).setdefault(tuple(row["codes"]), []).append(kept)
    return found


def _told(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def files_of(manifest: bytes) -> dict[str, str]:
    """Name -> SHA-256 of the files that a manifest binds."""
    files: dict[str, str] = json.loads(manifest)["files"]
    return files
