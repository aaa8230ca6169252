"""R6: the disk is full. Postgres and Kafka refuse, nothing is damaged or set aside, and all heals without a hand when there is room."""

from __future__ import annotations

import asyncio
import ctypes
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from deploy.embedded.stack import ROOT
from tests.chaos.load import Load
from tests.chaos.truth import findings
from tests.harness.plantable import Plantable
from tests.harness.region import Region
from tests.harness.verdict import Tell
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]
HOME = ROOT / ".gabay" / "test-full"
SIZE = "900m"
_libc = ctypes.CDLL(None, use_errno=True)


@pytest.fixture(scope="module")
def small_disk() -> Iterator[Path]:
    """A file system of its own for the whole stack, in memory; skipped where nobody may mount one."""
    HOME.mkdir(parents=True, exist_ok=True)
    if _libc.mount(b"gabay-test", str(HOME).encode(), b"tmpfs", 0, f"size={SIZE}".encode()) != 0:
        pytest.skip(f"no file system may be mounted here ({os.strerror(ctypes.get_errno())})")
    yield HOME
    _libc.umount2(str(HOME).encode(), 2)  # MNT_DETACH: also if something of it is still open
    HOME.rmdir()


@contextmanager
def full(disk: Path) -> Iterator[Callable[[], None]]:
    """Not a page is free inside the block, as long as what it gives is called again and again: a Postgres that dies of the
    disk gives WAL back when it starts."""
    with (disk / "ballast").open("wb") as file:

        def fill() -> None:
            size = 1 << 26
            while size >= 4096:
                try:
                    os.posix_fallocate(file.fileno(), file.tell(), size)
                    file.seek(size, os.SEEK_CUR)
                except OSError:
                    size //= 2

        fill()
        try:
            yield fill
        finally:
            (disk / "ballast").unlink()


async def test_a_full_disk_refuses_and_damages_nothing(small_disk: Path, tell: Tell) -> None:
    """Seen to fail while the supervisor stopped restarting what a full disk had ended."""
    month = "2021-01"
    plantable = Plantable(small_disk)
    stack = await asyncio.to_thread(plantable.start)
    try:
        region = Region(stack)
        load = Load(region, month=month, seed=6, rate=80)
        began = time.monotonic()
        # Behind on purpose, so that it has much to write when there is no room for it.
        await stack.stop_part("reporting-worker")
        async with load:
            await eventually(lambda: _answered(load), lambda n: n >= 300, what="300 answered registrations", seconds=60)
            with full(small_disk) as fill:
                before = sum(load.done.unknown.values())
                await eventually(lambda: _unknown(load), lambda n: n > before + 20, what="refusals of a full disk", seconds=60)
                await stack.start_part("reporting-worker")
                await eventually(lambda: _has_met_it(region, fill), what="a consumer that met the full disk", seconds=60)
                told = dict(load.done.unknown)
        found = await findings(region, month, load.done, seconds=120)
    finally:
        await asyncio.to_thread(stack.stop_sync)
    counts = {"answered": len(load.done.answers), "seconds": round(time.monotonic() - began), "while full": told}
    tell("R6", what="the disk of everything is full", seed=6, counts=counts, wrong=found)
    assert set(told) & {"503", "507"}
    assert "500" not in told, "a full disk is no defect"


async def _answered(load: Load) -> int:
    return load.answered


async def _unknown(load: Load) -> int:
    return sum(load.done.unknown.values())


async def _has_met_it(region: Region, fill: Callable[[], None]) -> bool:
    """A consumer of reporting repeats its batch, or has set a stream aside as if the record were to blame."""
    fill()
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        answer = await http.get(f"http://127.0.0.1:{region.stack.port('reporting-worker')}/health/progress")
    return "retrying" in answer.text or (await region.rows("reporting", "select count(*) from parked"))[0][0] > 0
