"""`gabay lock`: pin what the packages and jars of this release are, by hash."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer

from cli.test import ROOT

# Every Python from 3.11 on and every platform that a package has wheels for; no address of an index in the file.
COMPILE = ("--universal", "--python-version=3.11", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "--quiet")


def lock(
    upgrade: Annotated[bool, typer.Option("--upgrade", help="take the newest versions that requirements/*.in allow")] = False,
    jars: Annotated[bool, typer.Option("--jars", help="resolve Kafka's jars anew as well")] = False,
) -> int:
    """Write requirements/runtime.txt and dev.txt from their .in files, and on request deploy/embedded/jars.lock."""
    more = ["--upgrade"] if upgrade else []
    uv = [sys.executable, "-m", "uv", "pip", "compile", *COMPILE, *more]
    subprocess.run([*uv, "runtime.in", "-o", "runtime.txt"], cwd=ROOT / "requirements", check=True)
    # On top of runtime's pins, so that one environment serves both.
    subprocess.run([*uv, "-c", "runtime.txt", "dev.in", "-o", "dev.txt"], cwd=ROOT / "requirements", check=True)
    if jars:
        from deploy.embedded.jars import lock as lock_jars

        lock_jars()
    return 0
