"""`gabay test acceptance --target FILE`: the same tests against a stack that runs by a compose file.

Without a container engine: the stack is an embedded one, and is reached by nothing but what the file publishes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.compose.target import OTHERS
from deploy.embedded.stack import ROOT, Stack
from tests.harness.elsewhere import written_as_compose

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
ASKED = (
    "tests/acceptance/test_journey.py::test_a_person_without_consent_to_statistics_is_never_counted",
    "tests/acceptance/test_secure.py",
)
"""One that can be asked of a stack as often as one likes, and one that can't be asked of a foreign one."""


def test_what_is_published_is_enough_for_tests_and_verbs(whole_stack: Stack, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--target"):
        pytest.skip("it is what runs now")
    file = written_as_compose(whole_stack, tmp_path)
    command = [sys.executable, "-m", "cli", "test", *ASKED, "--target", str(file), "-q", "-rs", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "1 passed" in done.stdout
    assert "makes a stack of its own" in done.stdout
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_")} | {"GABAY_HOME": str(OTHERS)}
    verb = [sys.executable, "-m", "cli", "consumers", "list"]
    listed = subprocess.run(verb, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert "reporting.facts" in listed.stdout, listed.stderr
