"""What every keeper of key-encryption keys promises. Subclass it, provide `made`, add nothing.

There is one so far: files. A client of a key service belongs here first.
"""

from __future__ import annotations

import os
from uuid import uuid4

import pytest

from shared.errors import Unavailable
from shared.privacy.classes import IDENTITY, PROFILE
from shared.privacy.kek import FileKeks, Keks

OLD, NEW = os.urandom(32), os.urandom(32)


class KeksContract:
    """made(*versions): a keeper of IDENTITY with these versions, the first of which wraps."""

    def made(self, *versions: int) -> Keks:
        raise NotImplementedError

    async def test_what_was_wrapped_is_unwrapped(self) -> None:
        keks = self.made(1)
        keys = [(IDENTITY, uuid4(), os.urandom(32)) for _ in range(50)]
        wrapped = await keks.wrap(keys)
        assert [version for version, _ in wrapped] == [1] * 50
        rows = [(which, key_id, version, blob) for (which, key_id, _), (version, blob) in zip(keys, wrapped, strict=True)]
        assert await keks.unwrap(rows) == [key for _, _, key in keys]

    async def test_a_wrapped_key_does_not_show_the_key(self) -> None:
        key = os.urandom(32)
        [(_, first), (_, second)] = await self.made(1).wrap([(IDENTITY, uuid4(), key)] * 2)
        assert key not in first
        assert first != second

    async def test_the_first_version_wraps_and_all_unwrap(self) -> None:
        key_id, key = uuid4(), os.urandom(32)
        [(_, before)] = await self.made(1).wrap([(IDENTITY, key_id, key)])
        handed_out, in_use = self.made(1, 2), self.made(2, 1)
        assert (handed_out.newest(IDENTITY), in_use.newest(IDENTITY)) == (1, 2)
        [(version, after)] = await in_use.wrap([(IDENTITY, key_id, key)])
        assert version == 2
        for keks in (handed_out, in_use):
            assert await keks.unwrap([(IDENTITY, key_id, 1, before), (IDENTITY, key_id, 2, after)]) == [key, key]

    async def test_a_key_of_another_id_does_not_open(self) -> None:
        keks = self.made(1)
        [(version, wrapped)] = await keks.wrap([(IDENTITY, uuid4(), os.urandom(32))])
        with pytest.raises(Unavailable):
            await keks.unwrap([(IDENTITY, uuid4(), version, wrapped)])

    async def test_a_version_or_class_that_is_not_held_is_away_and_never_erased(self) -> None:
        key_id = uuid4()
        [(version, wrapped)] = await self.made(2).wrap([(IDENTITY, key_id, os.urandom(32))])
        with pytest.raises(Unavailable):
            await self.made(1).unwrap([(IDENTITY, key_id, version, wrapped)])
        with pytest.raises(Unavailable):
            await self.made(2).unwrap([(PROFILE, key_id, version, wrapped)])
        assert self.made(1).classes() == {IDENTITY}


class TestFiles(KeksContract):
    def made(self, *versions: int) -> Keks:
        return FileKeks({IDENTITY: [(version, {1: OLD, 2: NEW}[version]) for version in versions]})
