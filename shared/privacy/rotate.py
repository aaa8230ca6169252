"""A newer key-encryption key for a class: every subject's key is wrapped anew, and nothing else changes.

No event is touched, and nobody waits: a process that holds both versions opens what either has wrapped. Whoever is stopped
goes on where it was, since a row says by which version it is wrapped. An erased key is never brought back.
"""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from shared.eventsourcing.sql import statements
from shared.privacy.classes import FieldClass
from shared.privacy.kek import Keks

SQL = statements(__package__)
PAGE: Final = 5_000
FIRST: Final = UUID(int=0)


async def versions(pool: Any, classes: frozenset[FieldClass]) -> dict[FieldClass, dict[int, int]]:
    """How many keys each version has wrapped: class -> version -> keys."""
    found: dict[FieldClass, dict[int, int]] = {which: {} for which in sorted(classes)}
    for which, version, keys in await pool.fetch(SQL.count_versions, sorted(classes)):
        found[FieldClass(which)][version] = keys
    return found


async def rotate(pool: Any, keks: Keks, which: FieldClass, *, told: Callable[[int], Any] = lambda _: None, page: int = PAGE) -> int:
    """Wrap every key of a class by the newest version that this process holds; returns how many were wrapped anew.

    told: called with the number so far. Raises Unavailable if a version is met that this process does not hold.
    """
    done = 0
    while True:
        # Asked for each pass: a key service may rotate by itself, and a version that is newest no more would never be reached.
        newest = await keks.newest(which)
        before, after = done, FIRST
        while rows := await pool.fetch(SQL.stale_keys, which, newest, after, page):
            wrapped = await keks.rewrap([(which, row["key_id"], row["kek_version"], row["wrapped_key"]) for row in rows])
            await pool.execute(
                SQL.rewrap_keys,
                [row["subject_id"] for row in rows],
                [row["key_id"] for row in rows],
                [blob for _, blob in wrapped],
                [row["kek_version"] for row in rows],
                [version for version, _ in wrapped],
                which,
            )
            after, done = rows[-1]["subject_id"], done + len(rows)
            told(done)
        # Once more until nothing is left: a process with yesterday's settings may have wrapped some behind us.
        if done == before:
            return done
