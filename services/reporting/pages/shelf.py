"""What public pages read: releases that are or were public, and their frozen files. No true count is in reach from here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.reporting.pages.released import Released
from services.reporting.releases.life import State
from shared.eventsourcing.sql import statements

SQL = statements(__package__)


@dataclass(frozen=True, slots=True)
class Edition:
    """A release as readers know it. published_on, cutoff_on: days at the centres."""

    id: str
    period: str
    edition: int
    state: State
    reason: str | None
    cutoff_on: date
    published_on: date
    chain: str


class Shelf:
    """pool: as the api's role; zone: the centres' clock."""

    def __init__(self, pool: Any, zone: str) -> None:
        self._pool, self._zone = pool, ZoneInfo(zone)

    @property
    def today(self) -> date:
        return datetime.now(self._zone).date()

    async def public(self, on: date | None) -> dict[str, Edition]:
        """Period -> the edition that was public at the end of a day (None: is now)."""
        at = datetime.combine(on + timedelta(days=1), time(), self._zone) - timedelta(microseconds=1) if on else None
        return {row["period"]: self._edition(row) for row in await self._pool.fetch(SQL.public_at, at)}

    async def editions(self, period: str) -> list[Edition]:
        """Every edition of a period that was ever public, newest first."""
        return [self._edition(row) for row in await self._pool.fetch(SQL.editions_of, period)]

    async def withdrawn(self) -> list[Edition]:
        return [self._edition(row) for row in await self._pool.fetch(SQL.withdrawn)]

    async def tables(self, release: str, lang: str) -> dict[str, Released]:
        """Name -> table, all of a release. Raises nothing where there is none: an empty release has no table."""
        rows = await self._pool.fetch(SQL.tables_of, release, _suffix(lang))
        return {row["name"][:4]: Released.read(bytes(row["bytes"]), lang) for row in rows}

    async def same(self, releases: Sequence[str], names: Iterable[str], lang: str) -> dict[tuple[str, str], Released]:
        """(release, name) -> table, where a release has it."""
        files = [name + _suffix(lang) for name in names]
        rows = await self._pool.fetch(SQL.files_like, list(releases), files)
        return {(row["release"], row["name"][:4]): Released.read(bytes(row["bytes"]), lang) for row in rows}

    async def files(self, release: str) -> list[str]:
        return [row["name"] for row in await self._pool.fetch(SQL.file_names, release)]

    def _edition(self, row: Any) -> Edition:
        return Edition(
            row["id"], row["period"], row["edition"], State(row["state"]), row["reason"],
            (row["cutoff"] - timedelta(microseconds=1)).astimezone(self._zone).date(), row["published_at"].astimezone(self._zone).date(),
            row["chain"],
        )  # fmt: skip


def _suffix(lang: str) -> str:
    return ".json" if lang == "en" else f".{lang}.json"
