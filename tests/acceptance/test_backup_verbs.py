"""`gabay backup`, `gabay restore`, `gabay drill` as an operator types them, each in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.embedded.stack import CORE, ROOT, SERVICES, Stack
from tests.acceptance.test_forgetting import complete, erase, on_the_way
from tests.harness.journey import Journey
from tests.harness.region import Region
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def command(home: Path, *words: str) -> subprocess.Popen[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_")}
    environ |= {"GABAY_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *words], cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


async def gabay(region: Region, *words: str) -> tuple[int, str]:
    """Exit status and everything that was said."""
    process = command(region.stack.home.path, *words)
    said, _ = await asyncio.to_thread(process.communicate)
    return process.returncode, said


@pytest.fixture
def own(region: Region) -> Region:
    """A stack of this machine: a backup is a copy of its files."""
    if (region.stack.home.path / "run" / "elsewhere.json").exists():
        pytest.skip("a stack that runs elsewhere is backed up there")
    return region


async def test_a_backup_is_made_listed_verified_and_never_restored_over_a_running_stack(own: Region, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    where = ("--from", str(folder))
    made, said = await gabay(own, "backup", "create", "--to", str(folder))
    assert (made, "checked" in said) == (0, True), said
    listed, pruned, refused, verified = await asyncio.gather(
        gabay(own, "backup", "list", *where),
        gabay(own, "backup", "prune", "--to", str(folder)),
        gabay(own, "restore", *where),
        gabay(own, "backup", "verify", *where),
    )
    assert (listed[0], listed[1].count("server and dumps")) == (0, 1), listed
    assert (pruned[0], "nothing has reached its day" in pruned[1]) == (0, True), pruned
    assert (refused[0], "the stack is running" in refused[1]) == (1, True), refused
    assert (verified[0], "unchanged" in verified[1]) == (0, True), verified
    dump = next(folder.glob("*/referrals.dump"))
    dump.write_bytes(dump.read_bytes()[:-1] + b"x")
    status, said = await gabay(own, "backup", "verify", *where)
    assert (status, "referrals.dump is missing or changed" in said) == (1, True), said


@pytest.mark.long
async def test_the_last_backup_and_its_wal_bring_everything_back_but_the_forgotten(own: Region, tmp_path: Path) -> None:
    folder, report, home = str(tmp_path / "all"), tmp_path / "report.json", tmp_path / "empty"
    forgotten, way = await on_the_way(own), Journey(own)
    await erase(own, forgotten)
    await complete(own, forgotten)
    receiver = command(own.stack.home.path, "backup", "wal", "--to", folder)
    try:
        drilled, said = await gabay(own, "drill", "restore", "--from", folder, "--events", "6000", "--report", str(report))
        assert (drilled, "0 events lost" in said) == (0, True), said
        measured = json.loads(report.read_text())
        assert measured["events"] == await stored(own)
        assert measured["events"]["intake"] >= 6000
        assert min(measured["models"], measured["databases_s"], measured["topics_s"]) > 0
        assert measured["erased"] > 0, "somebody was forgotten, and the drill looked for their keys"
        assert not (own.stack.home.path / "drill").exists(), "people's data do not stay behind"
        await way.register()
        await way.case_opens()
        await own.quiet()
        end = str((await own.rows("postgres", "select pg_current_wal_flush_lsn()::text"))[0][0])
        await eventually(lambda: received(own, end), what="the receiver's word for the last fact")
    finally:
        receiver.terminate()
        told, _ = await asyncio.to_thread(receiver.communicate)
        await own.rows("postgres", "select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active")
    assert "receiving WAL" in told

    shutil.copytree(own.stack.home.path / "secrets", home / "secrets")
    process = command(home, "restore", "--from", folder)
    said, _ = await asyncio.to_thread(process.communicate)
    assert (process.returncode, "restored. Make a new backup now" in said) == (0, True), said
    async with Stack(home, ports="free", parts=CORE) as restored:
        assert await stored(Region(restored)) == await stored(own), "what came after the copy is in its WAL"


async def stored(region: Region) -> dict[str, int]:
    return {name: (await region.rows(name, "select count(*) from event"))[0][0] for name in SERVICES}


async def received(region: Region, end: str) -> bool:
    query = (
        "select coalesce(bool_or(flush_lsn >= $1::text::pg_lsn), false) from pg_stat_replication where application_name = 'pg_receivewal'"
    )
    return bool((await region.rows("postgres", query, end))[0][0])
