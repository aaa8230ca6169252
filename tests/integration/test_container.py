"""The processes of the image run as docker-compose.yml says: as nobody in particular, on a root that can't be written."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bench.drive import free_port
from deploy.embedded.stack import Stack
from tests.harness import container
from tests.harness.people import a_registration, new_id
from tests.harness.region import Region
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def region(whole_stack: Stack) -> Region:
    if why := container.why_not():
        pytest.skip(f"{why}: no process ran as in a container")
    if whole_stack.secure or (whole_stack.home.path / "run" / "elsewhere.json").exists():
        pytest.skip("a stack that runs elsewhere runs as it runs there")
    return Region(whole_stack)


@pytest.fixture
def started(region: Region, tmp_path: Path) -> Iterator[dict[str, tuple[subprocess.Popen[bytes], int]]]:
    """intake's api and worker: process and port of its probes."""
    found = {}
    for name in ("intake-api", "intake-worker"):
        port = free_port()
        ports = {"GABAY_HEALTH_PORT": str(port)} | ({"GABAY_HTTP_PORT": str(port)} if name.endswith("api") else {})
        found[name] = container.start(name, region.stack, tmp_path / name, ports), port
    yield found
    for process, _ in found.values():
        process.kill()
        process.wait()


async def test_an_api_and_a_worker_do_their_work_on_a_read_only_root_as_nobody_in_particular(
    region: Region, started: dict[str, tuple[subprocess.Popen[bytes], int]], tmp_path: Path
) -> None:
    async def ready(name: str) -> bool:
        process, port = started[name]
        assert process.poll() is None, (tmp_path / name / "log").read_text()[-3_000:]
        try:
            async with httpx.AsyncClient(trust_env=False) as http:
                return (await http.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200
        except httpx.TransportError:
            return False

    for name, (process, _) in started.items():
        await eventually(lambda name=name: ready(name), what=f"{name} ready", seconds=90)
        assert not list(_excess(process.pid)), name
    async with region.client("intake") as http:
        http.base_url = httpx.URL(f"http://127.0.0.1:{started['intake-api'][1]}")
        answer = await http.post("/v1/clients", json=a_registration(), headers={"Idempotency-Key": new_id()})
    assert answer.status_code == 201, answer.text
    async with httpx.AsyncClient(trust_env=False) as http:
        progress = await http.get(f"http://127.0.0.1:{started['intake-worker'][1]}/health/progress")
    assert progress.status_code == 200, progress.text
    for name, (process, _) in started.items():
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 60) == 0, (tmp_path / name / "log").read_text()[-3_000:]


def _excess(pid: int) -> Iterator[str]:
    """What a process may, that one in a container may not."""
    told = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
    if set(told["Uid"].split() + told["Gid"].split()) != {str(container.USER)} or told["Groups"].strip():
        yield f"runs as {told['Uid']}, {told['Gid']}, {told['Groups']}"
    if any(int(held, 16) for name, held in told.items() if name.startswith("Cap")) or told["NoNewPrivs"] != "1":
        yield "has capabilities, or a way to get them"


def test_nothing_can_be_written_but_what_the_file_names(region: Region, tmp_path: Path) -> None:
    """Tried by the same user on the same root, path by path."""
    named = container.writable("intake-api")
    closed = ("/", "/opt/gabay", "/opt/gabay/shared", "/opt/venv", "/etc", "/usr", "/run", "/run/secrets", "/var/lib")
    tried = 'for each in "$@"; do if touch "$each/tried" 2>/dev/null; then echo "writes $each"; fi; done'
    process = container.start("intake-api", region.stack, tmp_path / "try", {}, "sh", "-c", tried, "sh", *named, *closed)
    assert process.wait(60) == 0
    assert (tmp_path / "try" / "log").read_text().splitlines() == [f"writes {each}" for each in named]
