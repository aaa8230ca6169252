"""Where a reader remembers how far it is: beside your own rows, in the same transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Ledger(Protocol):
    """What a reader needs of your database. Everything inside `transaction` is written together or not at all."""

    def transaction(self) -> AbstractContextManager[None]:
        """Commit at its end; undo everything when it ends with an exception."""

    def offset(self, topic: str, partition: int) -> int | None:
        """The next offset to read; None at the first time."""

    def go_on_from(self, topic: str, partition: int, offset: int) -> None:
        """Remember the next offset."""

    def versions(self, streams: Iterable[str]) -> dict[str, int]:
        """Stream -> last version seen; those never seen may be left out."""

    def seen(self, versions: dict[str, int]) -> None:
        """Remember the last versions seen."""


class SQLite:
    """A ledger in two tables of your SQLite database. connection: made with `isolation_level=None`; write your rows with it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        if connection.isolation_level is not None:
            raise ValueError("open the database with sqlite3.connect(path, isolation_level=None): the reader begins and commits")
        self._db = connection
        connection.execute("create table if not exists gabay_offset (topic text, part int, next int, primary key (topic, part))")
        connection.execute("create table if not exists gabay_seen (stream text primary key, version int) without rowid")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def offset(self, topic: str, partition: int) -> int | None:
        row = self._db.execute("select next from gabay_offset where topic = ? and part = ?", (topic, partition)).fetchone()
        return row[0] if row else None

    def go_on_from(self, topic: str, partition: int, offset: int) -> None:
        self._db.execute(
            "insert into gabay_offset values (?, ?, ?) on conflict (topic, part) do update set next = excluded.next",
            (topic, partition, offset),
        )

    def versions(self, streams: Iterable[str]) -> dict[str, int]:
        found = {}
        for stream in set(streams):
            row = self._db.execute("select version from gabay_seen where stream = ?", (stream,)).fetchone()
            if row:
                found[stream] = row[0]
        return found

    def seen(self, versions: dict[str, int]) -> None:
        self._db.executemany(
            "insert into gabay_seen values (?, ?) on conflict (stream) do update set version = excluded.version", versions.items()
        )
