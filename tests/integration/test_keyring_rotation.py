"""A new key-encryption key: every key is wrapped anew while people are read and registered, and what was destroyed stays so."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.errors import Unavailable
from shared.eventsourcing.database import open_pool
from shared.privacy.classes import IDENTITY, PROFILE
from shared.privacy.kek import FileKeks, Keks
from shared.privacy.keyring import Keyring, Wanted
from shared.privacy.rotate import rotate, versions
from shared.privacy.sealed import SealedItem, Sealer, seal
from shared.privacy.transit import open_transit
from tests.harness.openbao import OpenBao

OLD, NEW, PROFILES = os.urandom(32), os.urandom(32), os.urandom(32)
BEFORE = FileKeks({IDENTITY: [(1, OLD), (2, NEW)], PROFILE: [(1, PROFILES)]})
AFTER = FileKeks({IDENTITY: [(2, NEW), (1, OLD)], PROFILE: [(1, PROFILES)]})
ALONE = FileKeks({IDENTITY: [(2, NEW)], PROFILE: [(1, PROFILES)]})


@pytest.fixture
async def pool(fresh_keyring: str) -> AsyncIterator[Any]:
    pool = await open_pool(fresh_keyring, minimum=1, maximum=4)
    yield pool
    await pool.close()


async def registered(pool: Any, count: int, keks: Keks = BEFORE) -> list[SealedItem]:
    keyring, people = Keyring(pool, keks), [uuid4() for _ in range(count)]
    keys = await keyring.for_sealing([Wanted(person, IDENTITY) for person in people], fresh=True)
    return [
        SealedItem(p, p, p, "client-registered", IDENTITY, seal(keys[p, IDENTITY], b"{}", p, p, p, "client-registered", IDENTITY))
        for p in people
    ]


async def test_afterwards_the_old_version_opens_nothing_and_the_new_one_all(pool: Any) -> None:
    items = await registered(pool, 300)
    told: list[int] = []
    assert await rotate(pool, AFTER, IDENTITY, told=told.append, page=100) == 300
    assert told == [100, 200, 300]
    assert await versions(pool, frozenset({IDENTITY})) == {IDENTITY: {2: 300}}
    assert await Sealer(Keyring(pool, ALONE)).open_many(items) == [b"{}"] * 300
    with pytest.raises(Unavailable):
        await Sealer(Keyring(pool, FileKeks({IDENTITY: [(1, OLD)]}))).open_many(items[:1])
    assert await rotate(pool, AFTER, IDENTITY) == 0


async def test_it_goes_on_where_it_was_stopped(pool: Any) -> None:
    await registered(pool, 250)

    class Stopped(Exception):
        pass

    def stop(done: int) -> None:
        if done >= 100:
            raise Stopped

    with pytest.raises(Stopped):
        await rotate(pool, AFTER, IDENTITY, told=stop, page=50)
    assert await versions(pool, frozenset({IDENTITY})) == {IDENTITY: {1: 150, 2: 100}}
    assert await rotate(pool, AFTER, IDENTITY, page=50) == 150


async def test_readers_and_writers_go_on_meanwhile(pool: Any) -> None:
    items = await registered(pool, 400)
    running = asyncio.create_task(rotate(pool, AFTER, IDENTITY, page=20))
    while not running.done():
        # Processes with yesterday's settings and with today's, and nothing cached: all of them open, and all of them make keys.
        for keks in (BEFORE, AFTER):
            assert await Sealer(Keyring(pool, keks)).open_many(items) == [b"{}"] * len(items)
            items += await registered(pool, 1, keks)
    await running
    await rotate(pool, AFTER, IDENTITY)
    assert await Sealer(Keyring(pool, ALONE)).open_many(items) == [b"{}"] * len(items)


async def test_a_key_that_is_destroyed_meanwhile_is_not_brought_back(pool: Any, fresh_keyring: str) -> None:
    items = await registered(pool, 3)
    gone = items[0].subject

    class Slow(FileKeks):
        async def wrap(self, keys: Any) -> Any:
            await Keyring(pool, BEFORE).bar(gone)
            return await super().wrap(keys)

    await rotate(pool, Slow({IDENTITY: [(2, NEW), (1, OLD)]}), IDENTITY)
    connection = await asyncpg.connect(fresh_keyring)
    left = {row[0] for row in await connection.fetch("select subject_id from subject_key")}
    await connection.close()
    assert left == {item.subject for item in items[1:]}


async def test_it_ends_though_a_key_service_rotates_by_itself_meanwhile(pool: Any, openbao: OpenBao) -> None:
    name = openbao.new_key()
    token = openbao.token_file(openbao.new_token(name))

    def turn(_: int = 0) -> None:
        openbao.call("POST", f"transit/keys/{name}/rotate").raise_for_status()

    async with open_transit(openbao.address, "transit", token, {IDENTITY: name}, ca_file=openbao.ca_file) as keks:
        items = await registered(pool, 30, keks)
        turn()
        once = iter((turn,))
        await rotate(pool, keks, IDENTITY, told=lambda done: next(once, int)(done), page=10)
        assert await versions(pool, frozenset({IDENTITY})) == {IDENTITY: {3: 30}}
        assert await Sealer(Keyring(pool, keks)).open_many(items) == [b"{}"] * 30


async def test_other_classes_are_left_alone(pool: Any) -> None:
    keyring = Keyring(pool, BEFORE)
    person: UUID = uuid4()
    await keyring.for_sealing([Wanted(person, IDENTITY), Wanted(person, PROFILE, uuid4())], fresh=True)
    assert await rotate(pool, AFTER, IDENTITY) == 1
    assert await versions(pool, frozenset({IDENTITY, PROFILE})) == {IDENTITY: {2: 1}, PROFILE: {1: 1}}


@pytest.mark.long
async def test_twenty_thousand_keys_a_second(pool: Any, fresh_database: Callable[[str], Any]) -> None:
    """The bar of the design on a machine of one's own, without the bench's stack."""
    for _ in range(20):
        await registered(pool, 5_000)
    began = time.perf_counter()
    done = await rotate(pool, AFTER, IDENTITY)
    rate = done / (time.perf_counter() - began)
    print(f"{rate:,.0f} keys a second")
    assert rate > 20_000
