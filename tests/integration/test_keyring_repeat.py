"""A command that died between its key and its facts is repeated, and what it seals opens for everybody."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

from shared.eventsourcing.database import open_pool
from shared.privacy.classes import ERASED, PROFILE
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


async def test_who_still_holds_the_key_of_an_ended_consent_reads_what_the_next_one_sealed(fresh_database: Callable[[str], Any]) -> None:
    database = fresh_database("keyring")
    subject, first, second = uuid4(), uuid4(), uuid4()
    async with AsyncExitStack() as stack:
        keyrings = []
        for role in ("intake_keyring", "casework_keyring", "reporting_keyring"):
            pool = await open_pool(database.role(role), minimum=1, maximum=1)
            stack.push_async_callback(pool.close)
            keyrings.append(Keyring(pool, FileKeks({PROFILE: [(1, b"p" * 32)]})))
        seals, writes, reads = keyrings
        items = []
        for named in (first, second):
            keys = await seals.for_sealing([Wanted(subject, PROFILE, named)], fresh=False)
            event = uuid4()
            blob = seal(keys[subject, PROFILE], b"{}", subject, subject, event, "client-profile-amended", PROFILE)
            items.append(SealedItem(subject, subject, event, "client-profile-amended", PROFILE, blob))
            # Who remembers the older one neither seals under it any more, nor takes what the newer one sealed for erased.
            assert (await writes.for_sealing([Wanted(subject, PROFILE)], fresh=False))[subject, PROFILE].key_id == named
            assert await Sealer(reads).open_many([items[-1]]) == [b"{}"]
        assert await Sealer(reads).open_many(items) == [ERASED, b"{}"]
