"""Where a process's CPU time goes: its Python stack every four milliseconds of CPU, counted.

    python -m bench.sampler OUT MODULE ARGUMENTS...    runs a module; SIGUSR2 begins, SIGUSR1 ends and writes OUT

Time in C (the kernel, libuv, OpenSSL) counts for the Python line that called it or that runs next. Unlike cProfile it
does not slow calls down, so small functions don't look larger than they are.
"""

from __future__ import annotations

import runpy
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

PERIOD_S = 0.004  # what a kernel with 250 ticks a second can give
ROOT = Path(__file__).resolve().parent.parent


class Sampler:
    """Counts stacks between `start` and `stop`, in the main thread."""

    def __init__(self) -> None:
        self.stacks: Counter[tuple[str, ...]] = Counter()
        self._names: dict[object, str] = {}

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, PERIOD_S, PERIOD_S)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0, 0)

    def _sample(self, signum: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            code = frame.f_code
            name = self._names.get(code)
            if name is None:
                name = self._names[code] = f"{_short(code.co_filename)}:{code.co_qualname}"
            stack.append(name)
            frame = frame.f_back
        self.stacks[tuple(reversed(stack))] += 1

    def folded(self) -> str:
        """One line per stack, outermost first, as flame graph tools read it."""
        return "".join(f"{';'.join(stack)} {count}\n" for stack, count in self.stacks.most_common())


def _short(path: str) -> str:
    if path.startswith(str(ROOT)) and ".venv" not in path:
        return path[len(str(ROOT)) + 1 :].removesuffix(".py")
    for folder in ("site-packages/", f"python{sys.version_info[0]}.{sys.version_info[1]}/"):
        _, found, after = path.rpartition(folder)
        if found:
            return after.removesuffix(".py")
    return path.removesuffix(".py")


def summary(folded: str, *, top: int = 40) -> str:
    """Shares of CPU by function: alone (self) and with what it calls, ours and other people's."""
    alone: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for line in folded.splitlines():
        stack, _, number = line.rpartition(" ")
        names, count = stack.split(";"), int(number)
        alone[names[-1]] += count
        for name in set(names):
            within[name] += count
    total = max(sum(alone.values()), 1)
    lines = [f"{total} samples, {total * PERIOD_S:.1f} s of CPU", "", "  self   with  function"]
    lines += [f"{alone[name] / total:6.1%} {within[name] / total:6.1%}  {name}" for name, _ in alone.most_common(top)]
    lines += ["", "  with   self  function of ours"]
    ours = [(name, count) for name, count in within.most_common() if name.startswith(("shared/", "services/"))]
    lines += [f"{count / total:6.1%} {alone[name] / total:6.1%}  {name}" for name, count in ours[:top]]
    packages: Counter[str] = Counter()
    for name, count in alone.items():
        packages[name.partition(":")[0].partition("/")[0]] += count
    lines += ["", "  tree, from 2 %", *_tree(folded, total)]
    lines += ["", "  self  package"]
    lines += [f"{count / total:6.1%}  {name}" for name, count in packages.most_common(15)]
    return "\n".join(lines) + "\n"


def _tree(folded: str, total: int, *, least: float = 0.02) -> list[str]:
    """Callers above what they call, as far as a branch has `least` of the whole."""
    paths: Counter[tuple[str, ...]] = Counter()
    for line in folded.splitlines():
        stack, _, number = line.rpartition(" ")
        # The loop's own frames say nothing and push everything to the right.
        names = [
            name for name in stack.split(";") if not name.startswith(("asyncio/", "uvloop/", "<frozen runpy>", "bench/", "uvicorn/server"))
        ]
        for depth in range(1, len(names) + 1):
            paths[tuple(names[:depth])] += int(number)
    shown = sorted(path for path, count in paths.items() if count >= least * total)
    return [f"{paths[path] / total:6.1%} {'  ' * (len(path) - 1)}{path[-1]}" for path in shown]


def main(out: str, module: str, arguments: list[str]) -> None:
    sampler = Sampler()

    def write(*_: object) -> None:
        sampler.stop()
        Path(out).write_text(sampler.folded())

    sys.argv = [module, *arguments]
    # The module's own start is not what is asked about; the profiler says when to begin and when to end.
    signal.signal(signal.SIGUSR2, lambda *_: sampler.start())
    # Written at that end: a server that is told to go dies of the signal, without its exit handlers.
    signal.signal(signal.SIGUSR1, write)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
