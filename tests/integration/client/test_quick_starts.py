"""The quick starts that an integrator copies: each reads a real topic, twice, and keeps everything once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded import jars, kafka
from deploy.embedded.stack import Stack
from shared.messaging.broker import Broker
from shared.messaging.topics import Topic, ensure
from tests.harness.records import publish, streams
from tests.integration.client.conftest import CLIENT

QUICKSTART = CLIENT / "quickstart"
STREAMS, VERSIONS = 12, 5
SERVICES = STREAMS * (VERSIONS - 1)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
async def topic(stack: Stack) -> str:
    """A topic in which every record stands twice, and some streams thrice: at least once, as promised."""
    broker, name = Broker(stack.bootstrap), "casework.quickstart.v1"
    await ensure(broker, topics=[Topic(name)])
    records = [each._replace(topic=name) for each in streams("casework.case.v1", STREAMS, VERSIONS)]
    await publish(broker, [*records, *records, *records[: STREAMS * 2]])
    return name


def run(folder: Path, command: list[str], stack: Stack, topic: str, **more: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "KAFKA_BOOTSTRAP": stack.bootstrap,
        "TOPICS": topic,
        **more,
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def test_python(stack: Stack, topic: str, tmp_path: Path) -> None:
    command = [sys.executable, str(QUICKSTART / "python" / "acme.py"), "--once"]
    for _ in range(2):
        assert f"services: {SERVICES} {SERVICES}\n" in run(tmp_path, command, stack, topic, PYTHONPATH=str(CLIENT))


def test_shell(stack: Stack, topic: str, tmp_path: Path) -> None:
    java = str(Path(kafka.java()).parent)
    for _ in range(2):
        said = run(
            tmp_path, ["sh", str(QUICKSTART / "shell" / "acme.sh")], stack, topic,
            KAFKA_JARS=jars.class_path(), PATH=f"{java}:{os.environ['PATH']}", KAFKA_WAIT_MS="3000",
        )  # fmt: skip
        assert f"services: {SERVICES} {SERVICES}\n" in said


@pytest.fixture(scope="module")
def acme(tmp_path_factory: Any) -> Path:
    """The Java program, built from its pom. Skips where there is no Maven or no JDK, or its packages can't be had."""
    for tool in ("mvn", "javac"):
        if not shutil.which(tool):
            pytest.skip(f"no {tool} on this machine: the Java quick start was not built")
    folder = tmp_path_factory.mktemp("java") / "acme"
    shutil.copytree(QUICKSTART / "java", folder)
    command = ["mvn", "-q", "-B", "package", "dependency:copy-dependencies", "-DincludeScope=runtime"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode and "COMPILATION ERROR" not in done.stdout:
        pytest.skip(f"Maven could not fetch what the Java quick start needs: {(done.stdout + done.stderr).strip()[-300:]}")
    assert done.returncode == 0, done.stdout[-3000:]
    return folder


def test_java(stack: Stack, topic: str, acme: Path, tmp_path: Path) -> None:
    command = ["java", "-cp", f"{acme}/target/classes:{acme}/target/dependency/*", "example.Acme", "--once"]
    for _ in range(2):
        assert f"services: {SERVICES} {SERVICES}\n" in run(tmp_path, command, stack, topic)


async def test_java_stops_at_a_hole_and_says_which_replay_to_ask_for(stack: Stack, acme: Path, tmp_path: Path) -> None:
    broker, name = Broker(stack.bootstrap), "casework.quickstart-hole.v1"
    await ensure(broker, topics=[Topic(name)])
    records = [each._replace(topic=name) for each in streams("casework.case.v1", 1, 4)]
    await publish(broker, [*records[:2], records[3]])
    command = ["java", "-cp", f"{acme}/target/classes:{acme}/target/dependency/*", "example.Acme", "--once"]
    with pytest.raises(AssertionError, match=rf"gabay replay {name} --for integrator\.acme --stream [0-9a-f-]+ --from-version 3"):
        run(tmp_path, command, stack, name)
