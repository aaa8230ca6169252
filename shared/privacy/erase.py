"""Destroying what opens a person's data, and until when a backup could still open them (operations chapter, section 5).

The order of an erasure (events chapter, section 6): `ClientErased` is appended, with which intake's search rows go; then
`destroy`; then every service purges its read models (`shared/messaging/forgetting.py`) and acknowledges. Each step may be
done twice, and intake's worker repeats all of them on the fact, so it does not matter where a process died.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from shared.privacy.keyring import MAX_AGE_S, Keyring

MARGIN: Final = timedelta(days=1)
"""A backup is deleted on the day after its last."""


async def destroy(keyring: Keyring, subjects: Iterable[UUID]) -> None:
    """Delete all keys of these subjects and bar new ones, in one transaction each. Raises Unavailable: then do it again."""
    for subject_id in subjects:
        await keyring.bar(subject_id)


@dataclass(frozen=True, slots=True)
class Finality:
    """When an erasure is final. memory: no process holds a key any more; sealed: no backup of the keyring opens anything;
    rows: no backup of a database holds a purged row. None while nobody has acknowledged it.
    """

    memory: datetime | None
    sealed: datetime | None
    rows: datetime | None


def finality(keys_gone: datetime | None, purged: datetime | None, *, keyring_days: int, backup_days: int) -> Finality:
    """keys_gone: when the keys were destroyed; purged: when the last service acknowledged; days: how long backups are kept."""
    return Finality(
        memory=keys_gone + timedelta(seconds=MAX_AGE_S) if keys_gone else None,
        sealed=keys_gone + timedelta(days=keyring_days) + MARGIN if keys_gone else None,
        rows=purged + timedelta(days=backup_days) + MARGIN if purged else None,
    )
