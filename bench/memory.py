"""Memory of processes: peak (VmHWM), now (VmRSS), and the fair share (PSS) for those that share pages.

Postgres counts its shared buffers once per backend in RSS, so a cluster is summed by PSS.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.box import PROC

KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """In MiB. peak: highest resident size of its life; swapped-out and shared parts as the kernel counts them."""

    peak: float
    resident: float
    fair: float


def of(pid: int) -> Memory | None:
    """None when the process is gone."""
    try:
        status = _fields(PROC / str(pid) / "status")
        rollup = _fields(PROC / str(pid) / "smaps_rollup")
    except OSError:
        return None
    return Memory(*(kib / KIB_PER_MIB for kib in (status.get("VmHWM", 0), status.get("VmRSS", 0), rollup.get("Pss", 0))))


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*/stat"):
        try:
            text = entry.read_text()
        except OSError:
            continue
        children.setdefault(int(text[text.rindex(")") + 2 :].split()[1]), []).append(int(entry.parent.name))
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def fair_sum(pid: int) -> float:
    """MiB of PSS of a process and its descendants."""
    return sum(each.fair for each in map(of, tree(pid)) if each)


def _fields(path: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in path.read_text().splitlines():
        name, _, rest = line.partition(":")
        if rest.endswith(" kB"):
            found[name] = found.get(name, 0) + int(rest.split()[0])
    return found
