"""What every keeper of key-encryption keys promises. Subclass it, provide `keeper`, add nothing.

Two there are, files, and OpenBao's transit engine, which runs here for real; and both at once, while a region's keys move.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Protocol
from uuid import uuid4

import pytest

from shared.errors import Unavailable
from shared.privacy.classes import IDENTITY, NARRATIVE, PROFILE
from shared.privacy.kek import FileKeks, Keks
from shared.privacy.transit import open_transit
from shared.privacy.two_keepers import TwoKeepers
from tests.harness.openbao import OpenBao


class Keeper(Protocol):
    """Who holds the keys of IDENTITY and PROFILE, first at version 1."""

    @property
    def keks(self) -> Keks:
        """What a process that starts now holds."""
        ...

    def rotate(self) -> None:
        """The key of IDENTITY goes on to its next version: that one wraps, all unwrap."""
        ...

    def retire(self) -> None:
        """Only the newest version of IDENTITY unwraps."""
        ...


class KeksContract:
    async def test_what_was_wrapped_is_unwrapped_in_its_order(self, keeper: Keeper) -> None:
        keys = [((IDENTITY, PROFILE)[number % 3 == 0], uuid4(), os.urandom(32)) for number in range(500)]
        wrapped = await keeper.keks.wrap(keys)
        assert {version for version, _ in wrapped} == {1}
        rows = [(which, key_id, version, blob) for (which, key_id, _), (version, blob) in zip(keys, wrapped, strict=True)]
        assert await keeper.keks.unwrap(rows) == [key for _, _, key in keys]

    async def test_nothing_asked_is_nothing_answered(self, keeper: Keeper) -> None:
        assert await keeper.keks.wrap([]) == await keeper.keks.unwrap([]) == await keeper.keks.rewrap([]) == []

    async def test_a_wrapped_key_does_not_show_the_key(self, keeper: Keeper) -> None:
        key = os.urandom(32)
        [(_, first), (_, second)] = await keeper.keks.wrap([(IDENTITY, uuid4(), key)] * 2)
        assert key not in first
        assert first != second

    async def test_after_a_rotation_the_newest_version_wraps_and_all_unwrap(self, keeper: Keeper) -> None:
        key_id, key = uuid4(), os.urandom(32)
        [(_, before)] = await keeper.keks.wrap([(IDENTITY, key_id, key)])
        assert await keeper.keks.newest(IDENTITY) == 1
        keeper.rotate()
        assert (await keeper.keks.newest(IDENTITY), await keeper.keks.newest(PROFILE)) == (2, 1)
        [(version, after)] = await keeper.keks.wrap([(IDENTITY, key_id, key)])
        assert version == 2
        assert await keeper.keks.unwrap([(IDENTITY, key_id, 1, before), (IDENTITY, key_id, 2, after)]) == [key, key]

    async def test_what_was_wrapped_anew_outlives_the_old_version(self, keeper: Keeper) -> None:
        keys = [(IDENTITY, uuid4(), os.urandom(32)) for _ in range(300)]
        rows = [(which, key_id, *row) for (which, key_id, _), row in zip(keys, await keeper.keks.wrap(keys), strict=True)]
        keeper.rotate()
        anew = await keeper.keks.rewrap(rows)
        assert {version for version, _ in anew} == {2}
        keeper.retire()
        assert await keeper.keks.unwrap([(*row[:2], *now) for row, now in zip(rows, anew, strict=True)]) == [key for _, _, key in keys]
        for refused in (keeper.keks.unwrap, keeper.keks.rewrap):
            with pytest.raises(Unavailable):
                await refused(rows[:1])

    async def test_a_key_of_another_id_does_not_open(self, keeper: Keeper) -> None:
        [(version, wrapped)] = await keeper.keks.wrap([(IDENTITY, uuid4(), os.urandom(32))])
        for refused in (keeper.keks.unwrap, keeper.keks.rewrap):
            with pytest.raises(Unavailable):
                await refused([(IDENTITY, uuid4(), version, wrapped)])

    async def test_a_version_or_class_that_is_not_held_is_away_and_never_erased(self, keeper: Keeper) -> None:
        key_id = uuid4()
        [(version, wrapped)] = await keeper.keks.wrap([(IDENTITY, key_id, os.urandom(32))])
        for which, at in ((IDENTITY, version + 1), (PROFILE, version), (NARRATIVE, version)):
            with pytest.raises(Unavailable):
                await keeper.keks.unwrap([(which, key_id, at, wrapped)])
        assert keeper.keks.classes() == {IDENTITY, PROFILE}


class Files:
    def __init__(self) -> None:
        self._versions, self._profile = [(1, os.urandom(32))], os.urandom(32)

    @property
    def keks(self) -> Keks:
        return FileKeks({IDENTITY: self._versions, PROFILE: [(1, self._profile)]})

    def rotate(self) -> None:
        self._versions.insert(0, (self._versions[0][0] + 1, os.urandom(32)))

    def retire(self) -> None:
        del self._versions[1:]


class TestFiles(KeksContract):
    @pytest.fixture
    def keeper(self) -> Keeper:
        return Files()


class Transit:
    def __init__(self, server: OpenBao, key: str, keks: Keks) -> None:
        self._server, self._key, self.keks = server, key, keks

    def rotate(self) -> None:
        self._server.call("POST", f"transit/keys/{self._key}/rotate").raise_for_status()

    def retire(self) -> None:
        found = self._server.call("GET", f"transit/keys/{self._key}").json()["data"]
        self._server.call(
            "POST", f"transit/keys/{self._key}/config", {"min_decryption_version": found["latest_version"]}
        ).raise_for_status()


class TestOpenBao(KeksContract):
    @pytest.fixture
    async def keeper(self, openbao: OpenBao) -> AsyncIterator[Keeper]:
        names = {IDENTITY: openbao.new_key(), PROFILE: openbao.new_key()}
        token = openbao.token_file(openbao.new_token(*names.values()))
        async with open_transit(openbao.address, "transit", token, names, ca_file=openbao.ca_file) as keks:
            yield Transit(openbao, names[IDENTITY], keks)


class TestWhileKeysMove(KeksContract):
    """OpenBao behind files that hold an older version: it wraps, and whatever it has wrapped is as without them."""

    @pytest.fixture
    async def keeper(self, openbao: OpenBao) -> AsyncIterator[Keeper]:
        names = {IDENTITY: openbao.new_key(), PROFILE: openbao.new_key()}
        token = openbao.token_file(openbao.new_token(*names.values()))
        async with open_transit(openbao.address, "transit", token, names, ca_file=openbao.ca_file) as transit:
            files = FileKeks({IDENTITY: [(1000, os.urandom(32))]})
            yield Transit(openbao, names[IDENTITY], TwoKeepers(files, transit, dict.fromkeys(names, transit)))


async def test_a_version_that_is_of_both_keepers_wraps_nothing(openbao: OpenBao) -> None:
    names, key_id = {IDENTITY: openbao.new_key()}, uuid4()
    token = openbao.token_file(openbao.new_token(*names.values()))
    async with open_transit(openbao.address, "transit", token, names, ca_file=openbao.ca_file) as transit:
        files = FileKeks({IDENTITY: [(1, os.urandom(32))]})
        keks = TwoKeepers(files, transit, {IDENTITY: transit})
        for refused in (keks.check(), keks.newest(IDENTITY), keks.wrap([(IDENTITY, key_id, os.urandom(32))])):
            with pytest.raises(Unavailable, match="GABAY_KEK_IDENTITY is a file's too"):
                await refused
        openbao.call("POST", f"transit/keys/{names[IDENTITY]}/rotate").raise_for_status()
        await keks.check()
        assert (await keks.wrap([(IDENTITY, key_id, os.urandom(32))]))[0][0] == 2


async def test_a_version_that_is_handed_out_and_not_yet_in_use_opens_what_others_wrap() -> None:
    old, new, key_id, key = os.urandom(32), os.urandom(32), uuid4(), os.urandom(32)
    handed_out, in_use = FileKeks({IDENTITY: [(1, old), (2, new)]}), FileKeks({IDENTITY: [(2, new), (1, old)]})
    assert (await handed_out.newest(IDENTITY), await in_use.newest(IDENTITY)) == (1, 2)
    [(version, wrapped)] = await in_use.wrap([(IDENTITY, key_id, key)])
    assert await handed_out.unwrap([(IDENTITY, key_id, version, wrapped)]) == [key]
