"""Operations of a projection -> one statement for each name and batch.

The statement `<name>` is the file `<name>.sql` in the projection's folder; its parameters are the columns of the
operation's rows, as arrays, and the search path is the generation's schema. Texts of the wire may be passed as they are:
uuid[], timestamptz[], date[] and numeric[] take strings.

Order. A stream's operations take effect as if each had been a statement of its own, in the order of its facts. So one
call holds at most one row of a stream; further ones follow in a later call. A statement for which the number of rows of a
stream does not matter (it only inserts, or adds up and groups) says so in a line of its own, and gets them all at once:

    -- repeats: every service is a row of its own

Between streams there is no order, as there is none on the topics; a statement whose rows of *different* streams can meet
in one row of the read model has to aggregate them itself (`group by`), live as in a rebuild.
"""

import re
import sys
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import asyncpg

from shared.eventsourcing.projection import Op, Projection

_REPEATS = re.compile(r"^--\s*repeats:", re.MULTILINE)
_WIDTH = 1024  # more names than a projection will ever have


def folder(projection: Projection) -> Path:
    """Where the .sql files of a projection are: beside the module of its handlers, or in the package that it names."""
    if projection.statements:
        return Path(str(files(projection.statements)))
    folders = {Path(file).parent for handler in projection.handlers.values() if (file := sys.modules[handler.__module__].__file__)}
    if len(folders) != 1:
        raise TypeError(f"{projection.name}: its handlers live in {len(folders)} folders, its statements in one")
    return folders.pop()


class Writer:
    """The statements of one projection. at: their folder, if it is not that of the handlers."""

    def __init__(self, projection: Projection, at: Path | Traversable | None = None) -> None:
        self.projection = projection
        self._texts: dict[str, str] = {}
        self._repeats: set[str] = set()
        for file in (at or folder(projection)).iterdir():
            if file.name.endswith(".sql"):
                name = file.name.removesuffix(".sql")
                self._texts[name] = file.read_text(encoding="utf-8")
                if _REPEATS.search(self._texts[name]):
                    self._repeats.add(name)

    def arrange(self, operations: Iterable[tuple[str, Op]]) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """(stream, operation) in the order of the facts -> (name, rows) in the order of the calls."""
        ranks: dict[str, int] = {}
        last: dict[str, int] = {}
        calls: dict[int, list[tuple[Any, ...]]] = {}
        repeats = self._repeats
        for stream, (name, row) in operations:
            rank = ranks.get(name)
            if rank is None:
                rank = ranks[name] = len(ranks)
            # A place is (round, rank) in one number; the first one behind the stream's last operation is taken.
            before = last.get(stream, -1)
            place = before // _WIDTH * _WIDTH + rank if before >= 0 else rank
            if place < before or (place == before and name not in repeats):
                place += _WIDTH
            last[stream] = place
            rows = calls.get(place)
            if rows is None:
                calls[place] = [row]
            else:
                rows.append(row)
        names = list(ranks)
        return [(names[place % _WIDTH], calls[place]) for place in sorted(calls)]

    async def write(self, connection: "asyncpg.Connection[Any]", operations: Iterable[tuple[str, Op]]) -> None:
        """Execute operations inside the caller's transaction."""
        for name, rows in self.arrange(operations):
            try:
                text = self._texts[name]
            except KeyError:
                raise LookupError(f"{self.projection.name} has no statement {name}.sql") from None
            await connection.execute(text, *zip(*rows, strict=True))
