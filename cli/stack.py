"""The embedded stack from the command line: `up`, `down`, `status`, `logs`, `reset`, `doctor`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.embedded.problem import StackProblem
from deploy.embedded.stack import HOME, NATIONAL, PARTS, ROOT, Stack
from deploy.embedded.supervisor import Running, end_leftovers

NOT_RUNNING = 3  # what init scripts answer for "program is not running"


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="return when everything is ready, and leave it running")] = False,
    free_ports: Annotated[bool, typer.Option("--free-ports", help="draw free ports instead of 8100 to 8124")] = False,
    only: Annotated[str, typer.Option(help="these parts alone, e.g. postgres,kafka")] = "",
    secure: Annotated[bool, typer.Option("--secure", help="Kafka with TLS, a password per principal, and access control")] = False,
    national: Annotated[bool, typer.Option("--national", help="a national stack, which shows what regions release")] = False,
    source: Annotated[
        list[str] | None, typer.Option("--from", help="of --national: REGION=HOST:PORT of its Kafka, or REGION=HOME of its embedded stack")
    ] = None,
) -> int:
    """Start the stack and keep it running until Ctrl-C: Postgres, Kafka, the issuer, four APIs and four workers.

    With --detach it goes on in the background: gabay status, gabay logs, gabay down.
    With --national: Postgres, Kafka, MirrorMaker 2 and reporting, below .gabay/national, beside the region of this clone.
    """
    if national and not os.environ.get("GABAY_HOME"):
        # Every verb finds the stack at its home, so a stack of its own is one with a home of its own.
        os.environ["GABAY_HOME"] = str(HOME / "national")
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "cli", *sys.argv[1:]])  # noqa: S606  # the interpreter that runs us
    if Stack.is_running():
        print("the stack is already running:")
        return status()
    parts = tuple(filter(None, only.split(","))) or PARTS
    if detach:
        more = (["--national"] if national else []) + [f"--from={each}" for each in source or ()]
        return _up_detached(free_ports, only, secure, more)
    if national:
        return asyncio.run(_up(_national(source or ())))
    return asyncio.run(_up(Stack(HOME, ports="free" if free_ports else "default", parts=parts, secure=secure)))


def _national(told: Sequence[str]) -> Stack:
    from deploy.embedded.mirror import region_file, sources

    found = sources(told, ROOT / ".gabay", os.environ.get("GABAY_REGION", "route-example"))
    settings = {"GABAY_REGION_FILE": str(region_file(HOME, found))}
    return Stack(HOME, ports="free", parts=NATIONAL, settings=settings, regions=found)


async def _up(stack: Stack) -> int:
    began = time.monotonic()
    view = _Live(stack) if sys.stdout.isatty() else _Lines()
    stack._changed = view.changed
    ended = asyncio.Event()
    task = asyncio.ensure_future(stack.start())
    loop = asyncio.get_running_loop()

    def stop() -> None:
        ended.set()
        task.cancel()

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(signum, stop)
    with view:
        try:
            await task
        except asyncio.CancelledError:
            return 130
        await _regrow(stack, view.say)
        view.say(f"ready in {time.monotonic() - began:.1f} s. {_where(stack)}")
        await ended.wait()
        view.say("stopping")
        await stack.stop()
    return 0


async def _regrow(stack: Stack, say: Callable[[str], None]) -> None:
    """Rebuild the read models that an earlier release made in another shape. Here nobody else would; a region plans it."""
    from cli.rebuild import missing

    for name in await missing(part.removesuffix("-worker") for part in stack.parts if part.endswith("-worker")):
        say(f"{name} was made by an earlier release: rebuilding it from its topics")
        child = await asyncio.create_subprocess_exec(sys.executable, "-m", "cli", "rebuild", name, cwd=ROOT, stdout=subprocess.DEVNULL)
        if await child.wait():
            say(f"{name} could not be rebuilt: ./gabay rebuild {name}")


def _where(stack: Stack) -> str:
    if stack.is_national:
        page = f"{stack.api_url('reporting')}/statistics/national"
        return f"Provinces side by side: {page}  Stop: Ctrl-C or GABAY_HOME={stack.home.path} gabay down"
    if "reporting-api" not in stack.parts:
        return "Stop it with Ctrl-C or: gabay down"
    return f"Dashboard: {stack.issuer_url}/statistics/internal  API: {stack.api_url('intake')}/docs  Stop: Ctrl-C or gabay down"


class _Lines:
    """One plain line per change: for files, pipes and machines."""

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def say(self, text: str) -> None:
        print(text, flush=True)

    def changed(self, each: Running) -> None:
        if each.state in ("ready", "done", "restarting", "failed"):
            print(f"{each.part.name:<17} {each.state:<11} {each.part.address}".rstrip(), flush=True)


class _Live:
    """The table of parts, redrawn while it changes: for people."""

    def __init__(self, stack: Stack) -> None:
        from rich.live import Live

        self._rows: dict[str, Running] = {}
        self._order = {name: place for place, name in enumerate(stack.parts)}
        self._note = "starting"
        self._live = Live(get_renderable=self._table, refresh_per_second=2)

    def __enter__(self) -> _Live:
        self._live.__enter__()
        return self

    def __exit__(self, *about: Any) -> None:
        self._live.__exit__(*about)

    def say(self, text: str) -> None:
        self._note = text
        self._live.refresh()

    def changed(self, each: Running) -> None:
        self._rows[each.part.name] = each

    def _table(self) -> Any:
        from rich.table import Table

        table = Table("part", "state", "age", "address", caption=self._note, caption_justify="left", box=None, pad_edge=False)
        colours = {"ready": "green", "done": "green", "failed": "red", "restarting": "red", "stopped": "dim"}
        for name in sorted(self._rows, key=self._order.__getitem__):
            each = self._rows[name]
            colour = colours.get(each.state, "yellow")
            table.add_row(name, f"[{colour}]{each.state}[/]", _age(each.since), each.part.address)
        return table


def _up_detached(free_ports: bool, only: str, secure: bool, more: Sequence[str] = ()) -> int:
    (HOME / "logs").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cli", "up", *(["--free-ports"] if free_ports else []), *([f"--only={only}"] if only else [])]
    command += ["--secure"] if secure else []
    command += more
    log = HOME / "logs" / "up.log"
    with log.open("wb") as output:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd=ROOT, env=environment
        )
    shown = 0
    while True:
        code = child.poll()
        text = log.read_text(errors="replace")
        done = "\nready in " in f"\n{text}"
        new = text[shown : text.rindex("\n") + 1] if "\n" in text[shown:] else ""
        print(new, end="", flush=True)
        shown += len(new)
        if code is not None:
            return code or 1
        if done and text.endswith("\n"):
            return 0
        time.sleep(0.05)


def down() -> int:
    """Stop the stack, and whatever a killed one has left."""
    stack = Stack(HOME)
    supervisor = stack.home.supervisor()
    if supervisor is not None:
        supervisor.send(signal.SIGTERM)
        deadline = time.monotonic() + 15
        while supervisor.alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        supervisor.send(signal.SIGKILL)
    left = end_leftovers(stack.home)
    if supervisor is None and not left:
        print("the stack was not running")
    else:
        print("stopped" + (", with what a killed run had left: " + ", ".join(left) if left else ""))
    return 0


def status() -> int:
    """Each part with its state, age and address. Exit status 0 when all are ready, 1 when not, 3 when nothing runs."""
    stack = Stack(HOME)
    if stack.home.supervisor() is None:
        left = ", ".join(name for name, _ in stack.home.leftovers())
        print("the stack is not running" + (f"; left by a killed run: {left} (gabay down ends them)" if left else ""))
        return NOT_RUNNING
    parts: dict[str, dict[str, Any]] = stack.home.state()["parts"]
    print(f"{'part':<17} {'state':<11} {'age':>6}  {'pid':>7}  address")
    for name, part in parts.items():
        again = f"  (restarted {part['restarts']} times)" if part["restarts"] else ""
        print(f"{name:<17} {part['state']:<11} {_age(part['since']):>6}  {part['pid'] or '':>7}  {part['address']}{again}".rstrip())
    print("\none Kafka node: every topic has 1 replica; right for a laptop, refused in production (P08)")
    return 0 if all(part["state"] in ("ready", "done") for part in parts.values()) else 1


def _age(since: float) -> str:
    seconds = max(0, int(time.time() - since))
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def logs(
    part: Annotated[str, typer.Argument(help="a part of gabay status; without one: all")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on with what is written from now on")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="how many of the last lines of each")] = 40,
) -> int:
    """What the parts wrote: the last lines of each, oldest first; -f goes on.

    gabay logs casework-worker -f
    """
    folder = HOME / "logs"
    files = [folder / f"{part}.log"] if part else sorted(folder.glob("*.log"))
    files = [file for file in files if file.exists()]
    if not files:
        known = ", ".join(sorted(file.stem for file in folder.glob("*.log"))) or "none yet: gabay up"
        raise StackProblem("there is no such log", f"one of: {known}")
    ends = {}
    for file in files:
        prefix = f"{file.stem:<17} | " if len(files) > 1 else ""
        with file.open("rb") as source:
            size = source.seek(0, os.SEEK_END)
            source.seek(max(0, size - 200 * max(lines, 1) - 4096))
            for line in source.read().decode("utf-8", "replace").splitlines()[-lines:]:
                print(prefix + line)
        ends[file] = size
    while follow:
        for file, line in _written(ends):
            print(f"{file.stem:<17} | {line}" if len(files) > 1 else line, flush=True)
        time.sleep(0.2)
    return 0


def _written(ends: dict[Path, int]) -> Iterator[tuple[Path, str]]:
    for file, end in ends.items():
        size = file.stat().st_size
        if size < end:
            end = 0  # trimmed meanwhile
        with file.open("rb") as source:
            source.seek(end)
            new = source.read()
        whole = new[: new.rfind(b"\n") + 1]
        ends[file] = end + len(whole)
        for line in whole.decode("utf-8", "replace").splitlines():
            yield file, line


def reset(yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False) -> int:
    """Delete the stack's databases, topics, keys and logs: everything below .gabay/. It cannot be undone.

    gabay reset --yes
    """
    stack = Stack(HOME)
    if stack.home.supervisor() is not None:
        raise StackProblem("the stack is running", "./gabay down, then ./gabay reset")
    if not HOME.exists():
        print("there is nothing to delete")
        return 0
    if not yes:
        if not sys.stdin.isatty():
            raise StackProblem(f"reset would delete {HOME} and nobody is here to ask", "./gabay reset --yes")
        if input(f"Delete {HOME}, with every record and key in it? Type yes: ").strip() != "yes":
            print("nothing was deleted")
            return 1
    end_leftovers(stack.home)
    stack.home.wipe()
    print(f"deleted what was in {HOME}")
    return 0


def doctor() -> int:
    """Check what the stack needs of this machine; each failure with the command that mends it."""
    bad = 0
    for name, check in CHECKS:
        try:
            print(f"ok    {name}: {check()}")
        except StackProblem as problem:
            bad += 1
            print(f"BAD   {name}: {problem}")
    print("everything is in place" if not bad else f"{bad} to mend")
    return 1 if bad else 0


def _python() -> str:
    import aiokafka.util

    if aiokafka.util.NO_EXTENSIONS:
        raise StackProblem("aiokafka has no compiled part for this Python, and is twenty times slower without", "use CPython 3.11 to 3.13")
    return sys.version.split()[0]


def _postgres() -> str:
    from deploy.embedded.child import unprivileged
    from deploy.embedded.postgres import program

    done = subprocess.run([program("postgres"), "--version"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise StackProblem(f"postgres does not run here: {done.stderr.strip()[-300:]}", "use a glibc Linux or macOS, x86_64 or arm64")
    user = unprivileged()
    return done.stdout.strip() + (f", as {user.pw_name} since you are root" if user else "")


def _java() -> str:
    from deploy.embedded.kafka import java, java_version

    return f"{java_version(java())} at {java()}"


def _jars() -> str:
    from deploy.embedded import jars

    missing = jars.missing()
    return f"{missing} of {len(jars.locked())} to be fetched at the first start" if missing else f"all {len(jars.locked())} are here"


def _disk() -> str:
    HOME.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(HOME).free
    if free < 2 * 2**30:
        raise StackProblem(f"{free / 2**30:.1f} GB are free at {HOME}; a demo needs 2", "make room, or set GABAY_HOME to another disk")
    return f"{free / 2**30:.0f} GB free at {HOME}"


def _memory() -> str:
    with contextlib.suppress(OSError, ValueError, IndexError):
        available = int(next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable")).split()[1])
        if available < 2 * 2**20 and not Stack.is_running():
            raise StackProblem(f"{available / 2**20:.1f} GB of memory are available; the stack takes up to 2", "close something")
        return f"{available / 2**20:.1f} GB available"
    return "not known on this system"


def _ports() -> str:
    from deploy.embedded.home import DEFAULT_PORTS
    from deploy.embedded.supervisor import _taken

    if Stack.is_running():
        return "the stack is running on them"
    taken = [f"{port} ({name})" for name, port in DEFAULT_PORTS.items() if _taken(port)]
    if taken:
        raise StackProblem(f"taken by other programs: {', '.join(taken)}", "end those (ss -ltnp shows them), or ./gabay up --free-ports")
    return "8100 to 8104 and 8121 to 8124 are free"


def _leftovers() -> str:
    stack = Stack(HOME)
    if stack.home.supervisor() is None and (left := stack.home.leftovers()):
        raise StackProblem(f"a killed run left {', '.join(name for name, _ in left)}", "./gabay down")
    return "none"


CHECKS = (
    ("Python", _python),
    ("PostgreSQL", _postgres),
    ("Java", _java),
    ("Kafka's jars", _jars),
    ("disk", _disk),
    ("memory", _memory),
    ("ports", _ports),
    ("left-over processes", _leftovers),
)
