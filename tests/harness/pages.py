"""Running what a page of the documentation tells its reader to type, against a running stack."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.stack import ROOT, SERVICES, Stack

FENCE = re.compile(r"^(?:<!-- not run: (?P<why>.+?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NEVER = re.compile(r"^\./gabay (up|down|reset)\b.*$", re.MULTILINE)  # the stack is the test's own


@dataclass
class Block:
    """One block of commands, and the lines that its reader is told to see."""

    text: str
    seen: list[str] = field(default_factory=list)


def blocks(page: Path) -> list[Block]:
    """The `sh` blocks of a page in order; a `text` block right behind one says what must appear."""
    found: list[Block] = []
    for fence in FENCE.finditer(page.read_text(encoding="utf-8")):
        if fence["why"]:
            continue
        if fence["kind"] == "sh":
            found.append(Block(fence["text"]))
        elif fence["kind"] == "text" and found:
            found[-1].seen += [line.strip() for line in fence["text"].splitlines() if line.strip() not in ("", "...")]
    return found


def run(page: Path, stack: Stack, folder: Path, *, seconds: float = 120) -> list[str]:
    """Run a page's blocks in one shell, as a reader would. Returns what a reader would have missed."""
    wanted = blocks(page)
    mark = "-- end of block --"
    script = "set -e\n" + "".join(f"{NEVER.sub(':', block.text)}\necho; echo '{mark}'\n" for block in wanted)
    # Into a file: what was said before a time-out is what one needs to see.
    with (folder / "said.txt").open("w+", encoding="utf-8") as said:
        shell = subprocess.Popen(
            ["bash", "-c", _placed(script, stack)], cwd=folder, env=_environment(stack), stdout=said, stderr=said, start_new_session=True
        )
        try:
            status: int | str = shell.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
            status = f"none within {seconds:.0f} s"
        said.seek(0)
        told = said.read().split(mark)
    missed = [
        f"block {n}: not seen: {line}" for n, block in enumerate(wanted) for line in block.seen if n >= len(told) or line not in told[n]
    ]
    if status:
        missed.insert(0, f"exit status {status} in block {len(told) - 1}")
    return missed + ([f"said last: {''.join(told)[-3000:]}"] if missed else [])


def _placed(script: str, stack: Stack) -> str:
    """A reader's stack has the ports of the documents; the test's has drawn its own."""
    script = script.replace("127.0.0.1:8100", f"127.0.0.1:{stack.port('issuer')}")
    for number, service in enumerate(SERVICES, 8101):
        script = script.replace(f"127.0.0.1:{number}", stack.api_url(service).removeprefix("http://"))
    return script.replace(".venv/bin/python", f"'{sys.executable}'").replace("./gabay", f"'{sys.executable}' -m cli")


def _environment(stack: Stack) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_")}
    return mine | {"GABAY_HOME": str(stack.home.path), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
