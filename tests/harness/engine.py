"""docker-compose.yml run by a container engine: the file as it stands, on ports and volumes of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from bench.drive import free_port
from deploy.compose.target import FILES
from shared.settings import ROOT

MOUNTED = ("deploy/compose/kafka", "deploy/compose/postgres", "deploy/embedded/roles.sql")


def why_not() -> str:
    """What keeps this machine from it; empty: nothing."""
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        if not shutil.which("docker") or subprocess.run(command, capture_output=True, check=False).returncode:
            return f"{' '.join(command)} does not answer"
    return ""


class Engine:
    """One region in containers. folder: for its secrets, the issuer's key and the two files with other ports."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file, self.project = folder, folder / "docker-compose.yml", f"gabay-test-{os.getpid()}"
        for name in MOUNTED:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
        (folder / "deploy/compose/secrets").mkdir(parents=True)
        (folder / ".gabay/compose/issuer").mkdir(parents=True)
        told = _merged()
        self.file.write_text(yaml.safe_dump(told, sort_keys=False))
        # Kafka tells those outside by which port they come.
        kafka = folder / "deploy/compose/kafka/server.properties"
        outside = told["services"]["kafka"]["ports"][0].rpartition(":")[0]
        kafka.write_text(kafka.read_text().replace("OUTSIDE://127.0.0.1:9094", f"OUTSIDE://{outside}"))

    def images(self) -> None:
        """Build ours; the others are here, or come from a registry (without one: deploy/compose/offline). Raises CalledProcessError."""
        subprocess.run(["docker", "compose", "build", "migrate"], cwd=ROOT, check=True)

    def __call__(self, *words: str, check: bool = True) -> str:
        """docker compose WORDS; what it wrote to stdout. Raises AssertionError with its last words."""
        environ = os.environ | {"GABAY_UID": str(os.getuid()), "GABAY_GID": str(os.getgid())}
        command = ["docker", "compose", "--project-name", self.project, "--file", str(self.file), *words]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert not (check and done.returncode), f"{' '.join(words)}: {(done.stdout + done.stderr)[-3_000:]}"
        return done.stdout

    def inspect(self, service: str, what: str) -> str:
        """One value that the engine knows of the container of a service, as a template of `docker inspect` names it."""
        name = self("ps", "--all", "--quiet", service).strip()
        done = subprocess.run(["docker", "inspect", "--format", f"{{{{{what}}}}}", name], capture_output=True, text=True, check=True)
        return done.stdout.strip()


def _merged() -> dict[str, Any]:
    """The two files as compose lays them over each other, with ports that are free."""
    base, more = (yaml.safe_load(file.read_text()) for file in FILES)
    for name, service in more["services"].items():
        for member, values in service.items():
            base["services"][name][member] = [*base["services"][name].get(member, ()), *values]
    base["networks"] |= more["networks"]
    for service in base["services"].values():
        service["ports"] = [f"127.0.0.1:{free_port()}:{port.rpartition(':')[2]}" for port in service.get("ports", ())]
    del base["services"]["migrate"]["build"]
    return dict(base)
