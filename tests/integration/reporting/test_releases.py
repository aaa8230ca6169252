"""From facts to frozen bytes on a real database: what is in a release, what never changes, what is refused (section 9)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.reporting.disclosure.ptable import make
from services.reporting.facts.projection import facts
from services.reporting.releases.freeze import Office, chain
from services.reporting.releases.manifest import FIRST, faults
from services.reporting.releases.secrets import Secret
from shared.errors import Rejected
from tests.integration.reporting.conftest import REGION, Model
from tests.integration.reporting.world import World, some_id

NOW = datetime(2026, 5, 2, 3, tzinfo=UTC)
Q1 = "2026-Q1"


class Desk:
    """office: freezes; connection: as the worker."""

    def __init__(self, pool: Any, model: Model) -> None:
        secret = Secret("s-2026-1", bytes(range(32)), make(5, 3.0))
        key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        self.office = Office(pool=pool, region=REGION, name="TEST", secrets={secret.id: secret}, key=key)
        self.pool, self.model = pool, model

    async def freeze(self, period: str = Q1, **more: Any) -> str:
        return await self.office.freeze(period, "stf-frozen", more.pop("now", NOW), **more)

    async def publish(self, release: str) -> None:
        await self.pool.execute(
            "update ledger.release set state = 'PUBLISHED', published_at = now(), published_by = 'x' where id = $1", release
        )

    async def files(self, release: str) -> dict[str, bytes]:
        return {
            row["name"]: row["bytes"] for row in await self.pool.fetch("select name, bytes from ledger.file where release = $1", release)
        }

    async def read_until(self, at: datetime) -> None:
        await self.pool.execute(f"delete from {facts.schema}.watermark")
        await self.pool.execute(f"insert into {facts.schema}.watermark (topic, partition, at) values ('t', 0, $1)", at)


@pytest.fixture
async def desk(model: Model, reporting_database: Any) -> AsyncIterator[Desk]:
    owner = await asyncpg.connect(reporting_database.owner)
    await owner.execute("truncate ledger.release, ledger.file, ledger.cell, ledger.cell_secret, ledger.country_list cascade")
    await owner.close()
    pool = await asyncpg.create_pool(reporting_database.worker, min_size=1, max_size=2)
    desk = Desk(pool, model)
    await desk.read_until(NOW)
    yield desk
    await pool.close()


def clients(number: int, world: World | None = None) -> World:
    """People of two sexes, registered in the first quarter, one in three with a departure."""
    world = world or World()
    draw = Random(number)
    for i in range(number):
        client = some_id(f"client {number} {i}")
        at = datetime(2026, draw.randint(1, 3), draw.randint(1, 28), 3, tzinfo=UTC)
        world.register(client, at=at, sex=draw.choice("FFM"), birth_month=f"{draw.randint(1950, 2015)}-06")
        if draw.random() < 0.3:
            day, papers = at.date().isoformat(), {"documented": "YES", "channel": "U"}
            world.tell(
                "intake.departure-recorded", client, {"episode_id": some_id(f"e{i}")},
                sealed={"date": day, "destination": "SAU", "land_sea": "LAND", "hire_type": "NEW_HIRE", **papers},
            )  # fmt: skip
    return world


def cells(told: bytes) -> dict[tuple[str, ...], str]:
    rows = list(csv.reader(io.StringIO(told.decode(), newline="")))[1:]
    return {tuple(row[1:-3]): row[-2] or row[-1] for row in rows}


async def apply(desk: Desk, world: World) -> None:
    await desk.model.apply([told.fact() for told in world.told])


async def test_a_release_holds_what_was_counted_within_the_noise(desk: Desk) -> None:
    await apply(desk, clients(400))
    release = await desk.freeze()
    assert release == "TEST-2026Q1.0"
    files = await desk.files(release)
    shown = cells(files["I01B.csv"])
    live = {c["SEX"]: c["n"] for c in await desk.model.ask("01", Q1, ("SEX",))}
    for sex, n in live.items():
        assert abs(int(shown["_T", sex, "_T"]) - n) <= 5
    assert abs(int(shown["_T", "_T", "_T"]) - 400) <= 5
    secret = {
        tuple(row["codes"]): (row["n"], row["contributors"])
        for row in await desk.pool.fetch("select * from ledger.cell_secret where name = 'I01B'")
    }
    for sex, n in live.items():
        assert secret["_T", sex, "_T"] == (n, n)
    manifest = json.loads(await desk.pool.fetchval("select convert_from(manifest, 'utf8') from ledger.release"))
    assert manifest["previous"] == FIRST
    assert {"I01B", "I09A", "I02A", "I03A", "I30A"} <= {*manifest["tables"], *manifest["withheld"]}
    assert set(manifest["files"]) == set(files)


async def test_the_key_sums_of_the_database_are_those_of_the_gate(desk: Desk) -> None:
    from uuid import UUID

    from services.reporting.disclosure.keys import record_key

    world = clients(30)
    await apply(desk, world)
    await desk.freeze()
    seed = bytes(range(32))
    people = {told.stream for told in world.told}
    expected = sum(record_key(seed, "person", UUID(client)) for client in people)
    found = await desk.pool.fetchval("select ksum from ledger.cell_secret where name = 'I01B' and codes = '{_T,_T,_T}'")
    assert found == expected
    departures = [UUID(told.event_id) for told in world.told if "departure" in told.type]
    found = await desk.pool.fetchval("select ksum from ledger.cell_secret where name = 'I09A' and codes = '{_T,_T}'")
    assert found == sum(record_key(seed, "fact", event) for event in departures)


async def test_the_same_facts_freeze_to_the_same_bytes_also_after_a_rebuild(desk: Desk) -> None:
    world = clients(120)
    await apply(desk, world)
    first = await desk.freeze()
    before = await desk.files(first)
    await desk.pool.execute("update ledger.release set state = 'DISCARDED' where id = $1", first)
    await desk.model.clear()
    await desk.read_until(NOW)
    await desk.model.apply([told.fact() for told in world.told], batch=7)
    assert await desk.freeze() == first
    assert await desk.files(first) == before


async def test_what_is_recorded_after_the_cut_off_is_not_in_it(desk: Desk) -> None:
    world = clients(60)
    await apply(desk, world)
    late = World()
    late.register(some_id("late"), at=datetime(2026, 4, 20, tzinfo=UTC))
    late.told[0].data["registered_on"] = "2026-03-30"
    await apply(desk, late)
    await desk.freeze()
    assert await desk.pool.fetchval("select n from ledger.cell_secret where name = 'I01B' and codes = '{_T,_T,_T}'") == 60


async def test_an_erasure_leaves_frozen_bytes_as_they_are(desk: Desk) -> None:
    world = clients(80)
    await apply(desk, world)
    release = await desk.freeze()
    await desk.publish(release)
    before = await desk.files(release)
    gone = World()
    gone.versions = dict(world.versions)
    for told in world.told[:20]:
        if told.type.endswith("client-registered.v1"):
            gone.tell("intake.client-erased", told.stream, {}, at=NOW)
    await apply(desk, gone)
    assert (await desk.model.ask("01", Q1))[0]["n"] < 80
    assert await desk.files(release) == before
    async with desk.pool.acquire() as connection:
        assert faults(await chain(connection)) == []


async def test_freezing_waits_for_what_is_not_known_yet(desk: Desk) -> None:
    await desk.read_until(NOW - timedelta(minutes=10))
    with pytest.raises(Rejected, match="five minutes behind"):
        await desk.freeze()
    await desk.read_until(NOW)
    with pytest.raises(Rejected, match="passed the cut-off"):
        await desk.freeze("2026-Q2")
    with pytest.raises(Rejected, match="not over at that cut-off"):
        await desk.freeze("2026-Q2", cutoff=NOW - timedelta(hours=1))
    with pytest.raises(Rejected, match="bad-period"):
        await desk.freeze("2026-13")


async def test_nobody_who_serves_the_public_can_read_a_true_count(desk: Desk, reporting_database: Any) -> None:
    app = await asyncpg.connect(reporting_database.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.fetch("select * from ledger.cell_secret")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("update ledger.release set manifest = ''")
        await app.fetch("select * from ledger.cell")
    finally:
        await app.close()


async def test_two_merged_records_are_one_person(desk: Desk) -> None:
    world = clients(40)
    one, other = [told.stream for told in world.told if told.type.endswith("client-registered.v1")][:2]
    world.merge(one, other, at=datetime(2026, 4, 2, tzinfo=UTC))
    await apply(desk, world)
    await desk.freeze()
    assert await desk.pool.fetchval("select n from ledger.cell_secret where name = 'I01B' and codes = '{_T,_T,_T}'") == 39


async def secrets_of(desk: Desk, table: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """Measure and codes -> true count and contributors, of cells that are not empty."""
    rows = await desk.pool.fetch("select measure, codes, n, contributors from ledger.cell_secret where name = $1 and n > 0", table)
    return {(row["measure"], *row["codes"]): (row["n"], row["contributors"]) for row in rows}
