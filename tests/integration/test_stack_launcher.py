"""The launcher keeps .venv equal to the requirements, from any folder, for two callers at once, after any accident."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

STUB = "import os, sys\nprint('ran', sys.argv[1:], os.getcwd())\n"


@pytest.fixture
def clone(tmp_path: Path, project: Path) -> Path:
    """A clone whose requirements are empty, so that an install needs no network and two seconds."""
    root = tmp_path / "a clone"
    (root / "requirements").mkdir(parents=True)
    (root / "cli").mkdir()
    shutil.copy(project / "gabay", root / "gabay")
    for name in ("runtime", "dev"):
        (root / "requirements" / f"{name}.txt").write_text("# nothing\n")
    (root / "cli" / "__init__.py").touch()
    (root / "cli" / "__main__.py").write_text(STUB)
    return root


def gabay(clone: Path, *words: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.Popen(
        [str(clone / "gabay"), *words],
        cwd=cwd or clone, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def outcome(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=100)
    return process.returncode, output, errors


def test_the_first_call_installs_and_the_next_does_not(clone: Path, tmp_path: Path) -> None:
    code, output, errors = outcome(gabay(clone, "up", "-d", cwd=tmp_path))
    assert (code, output) == (0, f"ran ['up', '-d'] {tmp_path}\n")
    assert "installing" in errors
    began = time.monotonic()
    assert outcome(gabay(clone, "status"))[::2] == (0, "")
    assert time.monotonic() - began < 1
    (clone / "requirements" / "runtime.txt").write_text("# something else\n")
    assert "installing" in outcome(gabay(clone, "status"))[2]
    assert "installing the packages of requirements/dev.txt" in outcome(gabay(clone, "test"))[2]
    assert outcome(gabay(clone, "status"))[2] == ""


def test_two_first_calls_at_once_install_once(clone: Path) -> None:
    first, second = (outcome(each) for each in [gabay(clone, "status"), gabay(clone, "status")])
    assert first[0] == second[0] == 0, first[2] + second[2]
    assert (first[2] + second[2]).count("installing") == 1
    assert not list(clone.glob(".venv.lock*"))


def test_a_failed_install_says_what_failed_and_the_next_call_repairs_it(clone: Path) -> None:
    wanted = clone / "requirements" / "runtime.txt"
    wanted.write_text(f"./no-such-1.0-py3-none-any.whl --hash=sha256:{'0' * 64}\n")
    code, output, errors = outcome(gabay(clone, "status"))
    assert code != 0
    assert output == ""
    assert "no-such" in errors
    assert "run the same command again" in errors
    wanted.write_text("# nothing\n")
    assert outcome(gabay(clone, "status"))[0] == 0


def test_a_killed_install_is_taken_over(clone: Path) -> None:
    process = gabay(clone, "status")
    deadline = time.monotonic() + 30
    while not (clone / ".venv.lock" / "pid").exists():
        assert time.monotonic() < deadline, "no lock was taken"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert outcome(gabay(clone, "status"))[0] == 0


def test_no_python_is_said_with_the_remedy(clone: Path) -> None:
    (clone / "bin").mkdir()
    for tool in ("sh", "dirname", "cat", "sha256sum", "readlink", "mkdir", "rm", "mv", "touch", "tail", "sleep", "ls"):
        (clone / "bin" / tool).symlink_to(str(shutil.which(tool)))
    done = subprocess.run([str(clone / "gabay")], env={"PATH": str(clone / "bin")}, capture_output=True, text=True, check=False)
    assert done.returncode == 69
    assert "no Python 3.11 or newer" in done.stderr
    assert "apt install python3" in done.stderr
    assert not (clone / ".venv.lock").exists()
