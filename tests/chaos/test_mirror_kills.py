"""The national roll-up for real: two regions, one national stack, MirrorMaker 2 between them, killed while releases come out.

Nothing is lost, nothing doubled: cell for cell the national side has what the regions have. And nothing else crosses, which is
also seen to be found: with a wider allow-list the same scan does find it, unless the region's access control holds.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.embedded.mirror import Mirror, client_of
from deploy.embedded.stack import NATIONAL, PREPARED, ROOT, Stack
from services.reporting.disclosure.ptable import make
from services.reporting.facts.projection import facts
from services.reporting.figures.read import Reader
from services.reporting.releases.freeze import Office
from services.reporting.releases.ledger import Ledger
from services.reporting.releases.secrets import Secret
from shared.contracts.reporting.rollup import ROLLUP
from shared.messaging.session import connect
from shared.messaging.topics import mirrored
from shared.region import load_region
from tests.harness.scan import Words, in_files
from tests.harness.topics import read_topics
from tests.harness.wait import eventually
from tests.integration.reporting.conftest import Model
from tests.integration.reporting.test_releases import clients

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1200)]
HOME = ROOT / ".gabay" / "test-national"
REGIONS = ("antique", "route-example")  # the first with access control on its broker, the second without
CANARY = "Marisol-Canary-Dimagiba"
SIGNER = "stf-signer-canary"
PERIODS = ("2026-01", "2026-02", "2026-Q1")


class Region:
    """A region's broker and reporting, and a desk that freezes and publishes there."""

    def __init__(self, stack: Stack, name: str, pool: Any, office: Office) -> None:
        self.stack, self.name, self.pool, self.office, self.ledger = stack, name, pool, office, Ledger(pool)

    async def freeze(self, period: str, cutoff: datetime | None = None) -> str:
        async def ready() -> bool:
            rows = await self.pool.fetch(f"select min(at) from {facts.schema}.watermark")
            return rows[0][0] is not None and (datetime.now(UTC) - rows[0][0]).total_seconds() < 200

        await eventually(ready, what=f"{self.name} knows until when it has read", seconds=180, pause=0.5)
        return await self.office.freeze(period, "stf-frozen", datetime.now(UTC), cutoff)

    async def publish(self, release: str) -> None:
        await self.ledger.publish(release, SIGNER, datetime.now(UTC))

    async def standing(self) -> dict[tuple[str, str, str], str]:
        """(region, table, period) -> the released file, of what is public now, by the region's own ledger."""
        found: dict[tuple[str, str, str], str] = {}
        for period in PERIODS:
            release = await self.pool.fetchval(
                "select id from ledger.release where period = $1 and state in ('PUBLISHED', 'REVISED') order by edition desc limit 1",
                period,
            )
            rows = await self.pool.fetch("select name, bytes from ledger.file where release = $1 and name ~ '^I[0-9A-Z]+[.]json$'", release)
            found |= {(self.name, row["name"].removesuffix(".json"), period): bytes(row["bytes"]).decode() for row in rows}
        return found

    async def told(self) -> int:
        return int(await self.pool.fetchval("select count(*) from event where kind = 'rollup'"))


def key_of(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"\0")[:32])


@contextlib.asynccontextmanager
async def running(name: str, people: int, *, secure: bool) -> AsyncIterator[Region]:
    settings = {"GABAY_MODE": "test", "GABAY_REGION": name}
    async with Stack(HOME / name, ports="free", parts=(*PREPARED, "reporting-worker"), settings=settings, secure=secure) as stack:
        dsn, region = stack.dsn("reporting_worker", "reporting"), load_region(ROOT / "deploy" / "regions" / f"{name}.toml")
        pool = await asyncpg.create_pool(dsn, min_size=1, max_size=3)
        connection = await connect(dsn, "test", search_path=f"{facts.schema}, public")
        for each in ("timestamptz", "timestamp", "date"):
            await connection.set_type_codec(each, schema="pg_catalog", encoder=str, decoder=str, format="text")
        await Model(connection, Reader(pool)).apply([told.fact() for told in clients(people).told])
        secret = Secret("s-2026-1", bytes(range(32)), make(5, 3.0))
        office = Office(pool=pool, region=region, name=name, secrets={secret.id: secret}, key=key_of(name))
        yield Region(stack, name, pool, office)
        await connection.close()
        await pool.close()


def national_file() -> Path:
    """The region file of the national stack of this test: three regions, one of which never sends anything."""
    text = (ROOT / "deploy" / "regions" / "national.toml").read_text(encoding="utf-8").partition("[[regions]]")[0]
    for name in (*REGIONS, "masbate"):
        key = key_of(name).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        names = ", ".join(f'{lang} = "{name}"' for lang in ("en", "fr", "fil"))
        text += f'[[regions]]\nregion = "{name}"\nnames = {{ {names} }}\nkafka = "127.0.0.1:9092"\nsince = "2026-01"\n'
        text += f'release_key = "{base64.b64encode(key).decode()}"\n\n'
    file = HOME / "national.toml"
    file.write_text(text, encoding="utf-8")
    return file


async def plant(region: Region) -> None:
    """A word that stands for a person, where facts of people travel."""
    producer = region.stack.administrator().producer()
    await producer.start()
    try:
        for topic in ("casework.stay.v1", "referrals.service-entry.v1"):
            await producer.send_and_wait(topic, key=b"00000000-0000-5000-8000-000000000001", value=json.dumps({"name": CANARY}).encode())
    finally:
        await producer.stop()


async def shown(stack: Stack) -> dict[tuple[str, str, str], str]:
    connection = await asyncpg.connect(stack.dsn("reporting_worker", "reporting"))
    try:
        rows = await connection.fetch("select region, name, period, data from rollups.told where state = 'PUBLISHED'")
    finally:
        await connection.close()
    return {(row["region"], row["name"], row["period"]): row["data"] for row in rows}


async def found_on(stack: Stack) -> list[str]:
    """Planted words on the national side: raw files of databases, topics and logs, and what a consumer reads."""
    connection = await asyncpg.connect(stack.dsn("postgres", "postgres"))
    await connection.execute("checkpoint")
    await connection.close()
    words = Words([CANARY, SIGNER])
    topics = {name: count for name, count in (await stack.administrator().partitions()).items() if not name.startswith("__")}
    read = await read_topics(stack.bootstrap, topics, partitions=topics)
    return in_files(stack.home.path, words) + [each.topic for each in read if words.within((each.key or b"") + (each.value or b""))]


def cells(files: Mapping[tuple[str, str, str], str]) -> dict[tuple[str, str, str, int], float | None]:
    return {(*key, place): value for key, text in files.items() for place, value in enumerate(json.loads(text)["value"])}


async def test_releases_cross_and_nothing_else_does() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    try:
        async with running(REGIONS[0], 90, secure=True) as one, running(REGIONS[1], 130, secure=False) as other:
            await _prove(one, other)
    finally:
        shutil.rmtree(HOME, ignore_errors=True)


async def _prove(one: Region, other: Region) -> None:
    await plant(one)
    await plant(other)
    ready = {region.name: [await region.freeze(PERIODS[0])] for region in (one, other)}
    settings = {"GABAY_MODE": "test", "GABAY_REGION_FILE": str(national_file())}
    sources = {region.name: client_of(region.stack) for region in (one, other)}
    async with Stack(HOME / "national", ports="free", parts=NATIONAL, settings=settings, regions=sources) as national:
        for region in (one, other):
            await region.publish(ready[region.name][0])
        await same(national, one, other, "the first releases have come")
        # Killed while the next releases come out, twice, and once stopped for a while.
        for period in PERIODS[1:]:
            for region in (one, other):
                release = await region.freeze(period)
                publishing = asyncio.ensure_future(region.publish(release))
                national.kill("mirror", signal.SIGKILL)
                await publishing
        await national.stop_part("mirror")
        revised = await one.freeze("2026-Q1", datetime.fromtimestamp(datetime.now(UTC).timestamp() - 300, UTC))
        await one.publish(revised)
        await other.ledger.withdraw(ready[other.name][0], SIGNER, datetime.now(UTC), "A centre was counted twice.")
        await national.start_part("mirror")
        await same(national, one, other, "what came out while the mirror was away")
        await _counted(national, one, other)
        await _on_the_page(national)
        assert await found_on(national) == []
        topics = {name for name in await national.administrator().partitions() if not name.startswith(("__", "mm2-"))}
        assert topics == {mirrored(name).name for name in (*REGIONS, "masbate")}
        await national.stop_part("mirror")
        await _with_a_wider_list(national, one, other)


async def same(national: Stack, one: Region, other: Region, what: str) -> None:
    expected = await one.standing() | await other.standing()
    await eventually(lambda: shown(national), lambda found: found == expected, what=what, seconds=240, pause=0.5)
    assert cells(await shown(national)) == cells(expected)
    assert expected


async def _counted(national: Stack, one: Region, other: Region) -> None:
    """On the topics each fact at least once; in the read model each stream once."""
    for region in (one, other):
        read = await read_topics(national.bootstrap, [mirrored(region.name).name], partitions={mirrored(region.name).name: 1})
        ids = {each.headers["ce_id"] for each in read}
        told = await region.told()
        print(f"{region.name}: {told} facts told, {len(read)} records here, {len(ids)} different")
        assert len(ids) == told
    connection = await asyncpg.connect(national.dsn("reporting_worker", "reporting"))
    streams = await connection.fetchval("select count(*) from rollups.told")
    aside = await connection.fetchval("select count(*) from parked")
    await connection.close()
    told = sum([await each.pool.fetchval("select count(*) from stream where kind = $1", ROLLUP.name) for each in (one, other)])
    assert (streams, aside) == (told, 0)


async def _on_the_page(national: Stack) -> None:
    async with httpx.AsyncClient(base_url=national.api_url("reporting"), timeout=60) as client:
        answer = await client.get("/statistics/national", params={"table": "I01B", "period": "2026-Q1", "lang": "en"})
        assert answer.status_code == 200, answer.text
        for name, standing in (("antique", "here"), ("route-example", "here"), ("masbate", "late")):
            assert f'data-region="{name}" data-standing="{standing}"' in answer.text
        assert "antique-2026Q1.1" in answer.text, "the revision replaced the first edition"
        gone = await client.get("/statistics/national", params={"table": "I01A", "period": "2026-01", "lang": "en"})
        assert 'data-region="route-example" data-standing="withdrawn"' in gone.text


async def _with_a_wider_list(national: Stack, one: Region, other: Region) -> None:
    """An allow-list that names everything: the fence of a region with access control holds, and the scan finds the other's."""
    wide = Mirror(HOME / "national", national.bootstrap, {each.name: client_of(each.stack) for each in (one, other)}, ".*")
    wide.prepare()
    process = wide.start()
    try:
        await eventually(lambda: found_on(national), what="the scan finds what a wider list lets out", seconds=240, pause=2)
        topics = set(await national.administrator().partitions())
        assert f"{other.name}.intake.client.v1" in topics
        assert not [name for name in topics if name.startswith(f"{one.name}.") and name != mirrored(one.name).name], "the fence holds"
    finally:
        process.kill()
        process.wait()
