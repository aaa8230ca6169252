"""`gabay up --secure`: the whole system behind TLS, passwords and access control, and an integrator who comes in by them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.stack import PARTS, ROOT, Stack
from shared.messaging import access, acl
from tests.harness.journey import whole
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
CLIENT = ROOT / "shared" / "client"


@pytest.fixture(scope="module")
def secure() -> Iterator[Stack]:
    home = ROOT / ".gabay" / "test-whole-secure"
    stack = Stack(home, ports="free", parts=PARTS, settings={"GABAY_MODE": "development"}, secure=True)
    if stack.home.take():
        stack.home.wipe(keep=("run",))
        stack.home.release()
    stack.start_sync()
    yield stack
    stack.stop_sync()


@pytest.fixture(scope="module")
async def told(secure: Stack) -> str:
    """A person's way through all four services; the id of their case."""
    return (await whole(Region(secure))).case


def gabay(stack: Stack, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_")} | {
        "GABAY_HOME": str(stack.home.path)
    }
    done = subprocess.run([sys.executable, "-m", "cli", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def subscriber(stack: Stack, folder: Path, principal: str = "integrator-acme") -> subprocess.CompletedProcess[str]:
    assert stack.secure
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(CLIENT), "KAFKA_BOOTSTRAP": stack.bootstrap, "KAFKA_USERNAME": principal,
        "KAFKA_PASSWORD_FILE": str(stack.secure.password_file(principal)), "KAFKA_CA_FILE": str(stack.secure.ca),
    }  # fmt: skip
    command = [sys.executable, str(CLIENT / "quickstart" / "python" / "acme.py"), "--once"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


async def test_the_services_work_with_what_the_table_gives_them(secure: Stack, told: str) -> None:
    assert told
    assert await acl.check(secure.administrator(), access.table(secure.integrators())) == ((), ())


async def test_an_integrator_reads_its_topics_and_a_stranger_to_them_does_not(secure: Stack, told: str, tmp_path: Path) -> None:
    assert "services: 1 1\n" in subscriber(secure, tmp_path).stdout
    assert "services: 1 1\n" in subscriber(secure, tmp_path).stdout
    refused = subscriber(secure, tmp_path, "mm2-national")
    assert refused.returncode
    assert "this principal may not read it" in refused.stderr


async def test_operators_list_replay_and_check(secure: Stack, told: str, tmp_path: Path) -> None:
    assert "casework.case.v1" in gabay(secure, "topics", "list")
    assert "the broker allows exactly what the table says" in gabay(secure, "acl", "check")
    assert "0 granted, 0 taken away" in gabay(secure, "acl", "apply")
    said = gabay(secure, "replay", "casework.case.v1", "--for", "integrator.acme", "--stream", told)
    assert "sent to replay.integrator.acme.casework.case.v1" in said
    assert "services: 1 1\n" in subscriber(secure, tmp_path).stdout
