"""R13: everything is destroyed and comes back; a store that was restored to yesterday loses nothing that was on a topic;
whoever was forgotten after the backup stays forgotten.

Each step of a restore is also seen to be needed: before it the check fails, which is the bug of leaving it out.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from cli.backup import run_restore
from cli.recovery import RECONCILED, run_reconcile
from deploy.embedded import backup as copies
from deploy.embedded.backup import Places
from deploy.embedded.problem import StackProblem
from deploy.embedded.stack import ROOT, SERVICES, Stack
from shared.settings import decode_key
from tests.chaos.load import Load
from tests.chaos.truth import new_clients
from tests.harness.people import new_id
from tests.harness.region import Region
from tests.harness.verdict import Tell
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
MONTH = "2022-03"
HOME = ROOT / ".gabay" / "test-restore"
# Not the watermark: it moves with the clock.
VIEWS = """
select format('%I.%I', table_schema, table_name)
  from information_schema.views
 where table_schema in (select model from generation where state = 'LIVE') and table_name <> 'watermark'
 order by 1
"""


STANDING = {
    "reporting": ("client", "not in (select client from facts.consent_state where forgotten_at is not null)"),
    "casework": ("case_id", "in (select case_id from caseload.case_file)"),
}
"""Service -> column of its read models, and what it is for those who were not forgotten."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    folder = tmp_path_factory.mktemp("backups")
    return Places.of(folder / "all", None)


@pytest.fixture(scope="module", autouse=True)
def home() -> Iterator[Path]:
    stack = Stack(HOME, ports="free", settings={"GABAY_MODE": "test"})
    if not stack.home.take():
        raise RuntimeError(f"another test run uses {HOME}")
    stack.home.wipe(keep=("run",))
    stack.home.release()
    yield HOME
    shutil.rmtree(HOME, ignore_errors=True)


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[Region]:
    async with Stack(HOME, ports="free", settings={"GABAY_MODE": "test"}) as stack:
        yield Region(stack)


async def seen(region: Region) -> dict[str, Any]:
    """What must come back: every stream with its version and ids, every read model, the figures."""
    streams = {
        service: [
            tuple(row) for row in await region.rows(service, "select stream_id, version, event_id, data::text from event order by 1, 2")
        ]
        for service in SERVICES
    }
    models = {service: await content(region, service) for service in SERVICES}
    rows = await region.rows("intake", "select (select count(*) from search), (select count(*) from reservation)")
    return {"streams": streams, "models": models, "search": tuple(rows[0]), "figures": await new_clients(region, MONTH)}


async def content(region: Region, service: str) -> dict[str, str]:
    """Each table of a live read model -> a hash of its rows.

    Without those who were forgotten: reporting's tombstone names the moment of the purge, and what other topics still tell
    of them is swept in its own time.
    """
    found = {}
    column, known = STANDING.get(service, ("", ""))
    for (view,) in await region.rows(service, VIEWS):
        has = await region.rows(service, f"select to_jsonb(t) ? '{column}' from (select) one left join {view} t on true limit 1")
        standing = f" where {column} is null or {column} {known}" if column and has[0][0] else ""
        rows = await region.rows(service, f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {view} t{standing}")
        found[view] = rows[0][0]
    return found


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    found = []
    for service in SERVICES:
        lost = Counter(before["streams"][service]) - Counter(after["streams"][service])
        if lost:
            found.append(f"{service}: {lost.total()} of {len(before['streams'][service])} events are missing or changed")
        models = before["models"][service]
        if changed := [view for view in models if after["models"][service].get(view) != models[view]]:
            found.append(f"{service}: other content in {', '.join(changed)}")
    if before["search"] != after["search"]:
        found.append(f"intake's derived rows: {before['search']} before, {after['search']} after")
    if before["figures"] != after["figures"]:
        found.append(f"{before['figures'].total()} new clients were counted, now {after['figures'].total()}")
    return found


def backed_up(region: Region, places: Places) -> str:
    stack = region.stack
    return copies.create(stack.postgres, places, decode_key(stack.home.secret("backup-key")), days=28, keyring_days=7)


async def loaded(region: Region, seed: int, many: int) -> Load:
    load = Load(region, month=MONTH, seed=seed, rate=60)
    async with load:

        async def answered() -> int:
            return load.answered

        await eventually(answered, lambda n: n >= many, what="answered registrations")
    return load


async def test_everything_destroyed_comes_back_from_the_copy_and_its_wal(places: Places, tell: Tell) -> None:
    async with running() as region:
        await loaded(region, 1, 40)
        await region.quiet()
        label = await asyncio.to_thread(backed_up, region, places)
        receiver = await asyncio.to_thread(copies.receive_wal, region.stack.postgres, places)
        after_backup = await loaded(region, 2, 60)
        await region.quiet()
        before = await seen(region)
        # Whatever is not on the receiver's disk when all dies is lost: here nothing was written since, so it must be there.
        end = region.stack.postgres.sql("postgres", "select pg_current_wal_flush_lsn()").strip()
        await eventually(lambda: _received(region, end), what=f"WAL received up to {end}")
        for part in ("postgres", "kafka"):
            region.stack.kill(part)
        receiver.kill()
        receiver.wait()
    for name in ("postgres", "kafka"):
        shutil.rmtree(HOME / name)
    told: list[str] = []
    began = time.monotonic()
    await run_restore(HOME, places, label, until=None, dumps=False, operator="stf-test", tell=told.append)
    rto = time.monotonic() - began
    async with running() as region:
        await region.quiet(120)
        after = await seen(region)
        found = differences(before, after)
        new = await loaded(region, 3, 10)  # and it goes on
        assert not new.done.refused
    events = sum(len(each) for each in before["streams"].values())
    print(f"\n{'; '.join(told)}")
    counts = {"events": events, "registrations after the backup": after_backup.answered, "restored in": f"{rto:.1f} s"}
    tell("R13", what="everything destroyed, restored from the copy and its WAL", seed=1, counts=counts, wrong=found)


async def test_a_store_of_yesterday_takes_back_what_its_topics_have_and_the_forgotten_stay_forgotten(places: Places, tell: Tell) -> None:
    async with running() as region:
        await region.quiet(120)
        label = await asyncio.to_thread(backed_up, region, places)
        load = await loaded(region, 4, 30)
        # A newer copy of the keyring than of the stores, as it should be; nobody was forgotten yet.
        await asyncio.to_thread(backed_up, region, places)
        forgotten = next(iter(load.done.answers.values()))["id"]
        early = (await region.rows("intake", "select stream_id::text from stream where kind = 'client' order by 1 limit 1"))[0][0]
        for subject in (forgotten, early):
            await erased(region, subject)
        await region.quiet()
        before = await seen(region)
    bare = Stack(HOME, ports="free", parts=("postgres", "kafka"))
    async with bare:
        await asyncio.to_thread(copies.put_back_dumps, bare.postgres, places, label, decode_key(bare.home.secret("backup-key")))
        region = Region(bare)
        # What would be, were the next two steps left out.
        lost = Counter(row[0] for row in before["streams"]["intake"]) - Counter(
            row[0] for row in await region.rows("intake", "select stream_id from event")
        )
        assert lost.total() >= 30, "the backup is older than what was registered after it"
        assert await keys_of(region, early), "the backup of the keyring still has the key of somebody who was forgotten since"
    told: list[str] = []
    await run_restore(HOME, places, label, until=None, dumps=True, operator="stf-test", tell=told.append)
    async with running() as region:
        assert not await keys_of(region, early)
        assert not await keys_of(region, forgotten)
        await region.quiet(120)
        found = differences(before, await seen(region))
        # A request whose answer was lost with the store is repeated: the same outcome, nothing stored twice.
        found += await load.__class__.repeat(load, 10)
    print(f"\n{'; '.join(told)}")
    counts = {"registrations after the backup": load.answered, "forgotten after it": 2}
    tell("R13", what="a store of yesterday beside topics of today", seed=4, counts=counts, wrong=found)


async def test_nothing_serves_from_a_store_whose_restore_has_not_ended() -> None:
    (HOME / "restoring.json").write_text("{}")
    try:
        with pytest.raises(StackProblem, match="has not ended"):
            await Stack(HOME, ports="free").start()
    finally:
        (HOME / "restoring.json").unlink()


async def test_keys_that_nobody_destroyed_stay(places: Places) -> None:
    async with Stack(HOME, ports="free", parts=("postgres",)) as stack:
        region = Region(stack)
        before = (await region.rows("keyring", "select count(*) from subject_key"))[0][0]
        told = await run_reconcile([stack.dsn(f"{target}_owner", target) for target in RECONCILED])
        after = (await region.rows("keyring", "select count(*) from subject_key"))[0][0]
    assert (told.erased, told.profiles, told.packets) == (0, 0, 0)
    assert after == before > 0


async def _received(region: Region, end: str) -> bool:
    query = (
        "select coalesce(bool_or(flush_lsn >= $1::text::pg_lsn), false) from pg_stat_replication where application_name = 'pg_receivewal'"
    )
    return bool((await region.rows("postgres", query, end))[0][0])


async def keys_of(region: Region, subject: str) -> int:
    return int((await region.rows("keyring", "select count(*) from subject_key where subject_id = $1::uuid", subject))[0][0])


async def erased(region: Region, subject: str) -> None:
    """A client is forgotten, as the command does it: the fact on the stream, then the keys and the bar."""
    version = (await region.rows("intake", "select version from stream where stream_id = $1::uuid", subject))[0][0]
    ctx = {"centre": "HN-EP-01", "actor": "stf-dpo", "role": "dpo", "purpose": "RIGHTS", "basis": "CONSENT", "subject_id": subject}
    data = {"ctx": ctx, "request_id": new_id(), "basis": "SUBJECT_REQUEST"}
    command = new_id()
    meta = {"command_id": command, "correlation_id": command, "causation_id": command}
    await region.rows(
        "intake",
        "select * from append_events(array[$1::uuid], array['client'], array[$2::int], array[1], array[1], array[$2 + 1], array[$3::uuid], "
        "array['client-erased'], array[1::smallint], array[$4::jsonb], array[$5::jsonb], array[$6::timestamptz])",
        subject, version, new_id(), orjson.dumps(data).decode(), orjson.dumps(meta).decode(), datetime.now(UTC),
    )  # fmt: skip
    await region.rows("intake", "delete from search where stream_id = $1::uuid", subject)
    # Intake's worker, which hears of the fact, may have been quicker.
    await region.rows("keyring", "with gone as (delete from subject_key where subject_id = $1::uuid) insert into erasure_ack "
                                 "(subject_id, service, tables) values ($1::uuid, 'keyring', '{subject_key}') on conflict do nothing",
                      subject)  # fmt: skip
