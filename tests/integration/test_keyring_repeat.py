"""A command that died between its key and its facts is repeated, and what it seals opens for everybody."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from shared.eventsourcing.database import open_pool
from shared.privacy.classes import PROFILE
from shared.privacy.kek import FileKeks
from shared.privacy.keyring import Keyring, Wanted
from shared.privacy.sealed import SealedItem, Sealer, seal


async def test_a_registration_repeated_after_a_crash_keeps_its_profile_readable(fresh_database: Callable[[str], Any]) -> None:
    database = fresh_database("keyring")
    subject, named, event = uuid4(), uuid4(), uuid4()
    async with AsyncExitStack() as stack:
        keyrings = []
        for role in ("intake_keyring", "intake_keyring", "reporting_keyring"):  # the api that died, the next one, a reader
            pool = await open_pool(database.role(role), minimum=1, maximum=1)
            stack.push_async_callback(pool.close)
            keyrings.append(Keyring(pool, FileKeks({PROFILE: [(1, b"p" * 32)]})))
        died, repeats, reads = keyrings
        await died.for_sealing([Wanted(subject, PROFILE, named)], fresh=True)
        keys = await repeats.for_sealing([Wanted(subject, PROFILE, named)], fresh=True)
        blob = seal(keys[subject, PROFILE], b"{}", subject, subject, event, "client-registered", PROFILE)
        opened = await Sealer(reads).open_many([SealedItem(subject, subject, event, "client-registered", PROFILE, blob)])
    assert opened == [b"{}"]
