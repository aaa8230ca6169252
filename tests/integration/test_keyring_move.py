"""Keys that files have wrapped move into a real OpenBao while people are read and registered; who is stopped goes on.

Planted bug: keys that move are left as they are, and their rows say that they have moved.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.embedded.stack import ROOT
from shared.errors import Unavailable
from shared.eventsourcing.database import open_pool
from shared.privacy.classes import ERASED, IDENTITY, PROFILE
from shared.privacy.kek import FileKeks, Keks
from shared.privacy.keyring import Keyring, Wanted
from shared.privacy.rotate import rotate, versions
from shared.privacy.sealed import SealedItem, Sealer, seal
from shared.privacy.transit import TransitKeks, open_transit
from shared.privacy.two_keepers import TwoKeepers
from tests.harness.openbao import OpenBao
from tests.harness.wait import eventually

FILE = os.urandom(32)
FILES = FileKeks({IDENTITY: [(1, FILE)]})


@pytest.fixture
async def pool(fresh_keyring: str) -> AsyncIterator[Any]:
    pool = await open_pool(fresh_keyring, minimum=1, maximum=4)
    yield pool
    await pool.close()


@pytest.fixture
def name(openbao: OpenBao) -> str:
    """A key at its second version: the first is a file's number."""
    name = openbao.new_key()
    openbao.call("POST", f"transit/keys/{name}/rotate").raise_for_status()
    return name


@pytest.fixture
async def transit(openbao: OpenBao, name: str) -> AsyncIterator[TransitKeks]:
    token = openbao.token_file(openbao.new_token(name))
    async with open_transit(openbao.address, "transit", token, {IDENTITY: name}, ca_file=openbao.ca_file) as keks:
        yield keks


async def registered(pool: Any, keks: Keks, count: int) -> list[SealedItem]:
    people = [uuid4() for _ in range(count)]
    keys = await Keyring(pool, keks, cached=20_000).for_sealing([Wanted(person, IDENTITY) for person in people], fresh=True)
    return [
        SealedItem(p, p, p, "client-registered", IDENTITY, seal(keys[p, IDENTITY], b"{}", p, p, p, "client-registered", IDENTITY))
        for p in people
    ]


async def opened(pool: Any, keks: Keks, items: list[SealedItem]) -> bool:
    """Whether somebody with these keys and nothing cached reads them all."""
    return await Sealer(Keyring(pool, keks)).open_many(items) == [b"{}"] * len(items)


async def test_keys_move_without_a_pause_and_openbao_alone_opens_them(pool: Any, transit: TransitKeks) -> None:
    behind, before = TwoKeepers(FILES, transit, {IDENTITY: FILES}), TwoKeepers(FILES, transit, {IDENTITY: transit})
    items = await registered(pool, FILES, 200)
    gone = items.pop()
    running = asyncio.create_task(rotate(pool, before, IDENTITY, page=20))
    while not running.done():
        for keks in (behind, before):  # processes of either step of the roll-out read what both have wrapped, and go on wrapping
            assert await opened(pool, keks, items)
            items += await registered(pool, keks, 1)
        await Keyring(pool, behind).bar(gone.subject)
    await running
    await rotate(pool, before, IDENTITY)
    assert await versions(pool, frozenset({IDENTITY})) == {IDENTITY: {2: len(items)}}
    assert await opened(pool, transit, items)
    assert await Sealer(Keyring(pool, transit)).open_many([gone]) == [ERASED]
    with pytest.raises(Unavailable):
        await opened(pool, FILES, items[:1])


async def test_keys_move_back_to_a_file_whose_number_is_far_above(pool: Any, transit: TransitKeks) -> None:
    items, files = await registered(pool, transit, 30), FileKeks({IDENTITY: [(1000, os.urandom(32))]})
    assert await rotate(pool, TwoKeepers(files, transit, {IDENTITY: files}), IDENTITY) == 30
    assert await versions(pool, frozenset({IDENTITY})) == {IDENTITY: {1000: 30}}
    assert await opened(pool, files, items)


async def test_a_file_that_is_taken_away_too_early_is_away_and_never_erased(pool: Any, transit: TransitKeks) -> None:
    items = await registered(pool, FILES, 1)
    other = TwoKeepers(FileKeks({PROFILE: [(7, os.urandom(32))]}), transit, {IDENTITY: transit})
    for keks in (transit, other):
        with pytest.raises(Unavailable):
            await opened(pool, keks, items)


@pytest.mark.timeout(180)
async def test_the_verb_is_killed_and_goes_on_where_it_was(
    pool: Any, transit: TransitKeks, openbao: OpenBao, name: str, fresh_keyring: str, tmp_path: Path
) -> None:
    items = await registered(pool, FILES, 11_000)  # three pages of the verb
    variables = {
        "GABAY_SERVICE": "intake", "GABAY_PROCESS": "worker", "GABAY_DATABASE_URL": fresh_keyring, "GABAY_KEYRING_URL": fresh_keyring,
        "GABAY_KEK_SOURCE": "openbao", "GABAY_OPENBAO_ADDR": openbao.address, "GABAY_OPENBAO_CA_FILE": str(openbao.ca_file),
        "GABAY_OPENBAO_TOKEN_FILE": str(openbao.token_file(openbao.new_token(name))),
        "GABAY_KEK_IDENTITY": f"{name},1:{base64.b64encode(FILE).decode()}",
        "GABAY_KEK_PROFILE": f"1:{base64.b64encode(os.urandom(32)).decode()}",
        "GABAY_BLIND_INDEX_KEY": base64.b64encode(os.urandom(32)).decode(), "GABAY_HOME": str(tmp_path),
    }  # fmt: skip

    async def verb(*words: str) -> asyncio.subprocess.Process:
        command = [sys.executable, "-m", "cli", "keyring", *words]
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=os.environ | variables, stdout=pipe, stderr=pipe)

    async def found() -> dict[int, int]:
        return (await versions(pool, frozenset({IDENTITY})))[IDENTITY]

    async with pool.acquire() as other, other.transaction():
        # Held in the second page of three: a database finishes the page that the killed one asked for, so the third is left for sure.
        held = await other.fetchval("select subject_id from subject_key where class = 'identity' order by subject_id offset 7500 limit 1")
        assert await other.fetchval("select 1 from subject_key where class = 'identity' and subject_id = $1 for update", held)
        first = await verb("rotate", "--class", "identity")
        half = await eventually(found, lambda told: 2 in told, what="a page has moved")
        first.send_signal(signal.SIGKILL)
        await first.communicate()
    assert set(half) == {1, 2}
    assert await opened(pool, TwoKeepers(FILES, transit, {IDENTITY: FILES}), items[::100])
    second = await verb("rotate", "--class", "identity")
    out, err = await second.communicate()
    assert second.returncode == 0, err.decode()
    told = re.search(r"identity: (\d+) keys wrapped anew", out.decode())
    assert told
    assert 1_000 <= int(told[1]) <= half[1]  # the third page, and the second unless the database finished it
    assert await found() == {2: 11_000}
    assert await opened(pool, transit, items[::100])
