"""What runs for a stack, as the kernel tells it: to find what a restart has left behind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path


def processes_of(home: Path) -> Counter[str]:
    """Living processes of the stack at this home: what each is -> how many. Postgres' own children are not counted.

    A part of Gabay is known by GABAY_HOME in its environment, Postgres and Kafka by their folders in the command.
    """
    found: Counter[str] = Counter()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if not words[0]:
            continue  # a zombie, or of the kernel
        if f"GABAY_HOME={home}".encode() in variables:
            found[_part(words)] += 1
        elif any(str(home) in word for word in words):
            if "-D" in words:
                found["postgres"] += 1
            elif "kafka.Kafka" in words:
                found["kafka"] += 1
    return found


def memory_peak(pid: int) -> int:
    """The most memory that a process ever had resident, in bytes (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {pid} tells no VmHWM")


def _part(words: list[str]) -> str:
    for verb, process in (("serve", "api"), ("work", "worker"), ("live", "live")):
        if verb in words:
            return f"{words[words.index(verb) + 1]}-{process}"
    return "issuer" if "issuer" in words else " ".join(words[1:4])
