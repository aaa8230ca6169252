"""Keeps the parts of a stack running: starts them in order, waits until each is ready, restarts what dies, stops all.

It knows nothing about Gabay: a part is a way to start a process and a way to ask whether it is ready (stack.py has them).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.embedded.child import Identity, wait_gone
from deploy.embedded.home import Home
from deploy.embedded.postgres import tail
from deploy.embedded.problem import StackProblem

FIRST_DELAY, LONGEST_DELAY = 0.2, 10.0  # seconds between a death and the next try; doubles, and is forgotten after a minute
TRIES_AT_START = 3
LOG_BYTES, LOG_KEPT = 16 * 2**20, 4 * 2**20
EXIT_CONFIGURATION = 78


@dataclass(frozen=True)
class Part:
    """One process to keep. `needs` must be ready before it starts; `once` is a task that ends by itself."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    log: Path
    address: str = ""
    needs: tuple[str, ...] = ()
    prepare: Callable[[], None] = lambda: None
    ready: Callable[[], Awaitable[bool]] | None = None
    furnish: Callable[[], None] = lambda: None
    stopped: Callable[[], None] = lambda: None
    once: bool = False
    port: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 5.0
    last: bool = False  # stopped after the others, which still write to it


@dataclass
class Running:
    """What is known of a part now. state: waiting, starting, ready, done, stopped, restarting or failed."""

    part: Part
    state: str = "waiting"
    since: float = field(default_factory=time.time)
    process: subprocess.Popen[bytes] | None = None
    identity: Identity | None = None
    restarts: int = 0
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)
    may_run: asyncio.Event = field(default_factory=asyncio.Event)
    asked: bool = False  # the next death was asked for: no delay after it, no complaint about it

    def to(self, state: str) -> None:
        self.state, self.since = state, time.time()


class Supervisor:
    def __init__(self, home: Home, parts: Iterable[Part], *, changed: Callable[[Running], None] = lambda _: None) -> None:
        self.home = home
        self.running = {part.name: Running(part) for part in parts}
        self._changed = changed
        self._tasks: list[asyncio.Task[None]] = []
        self._problem: asyncio.Future[None] | None = None
        self._stopping = False
        self._began = False

    async def start(self, seconds: float = 120) -> None:
        """Start everything; returns when all is ready. Raises StackProblem (all is stopped again) when that fails."""
        self._problem = asyncio.get_running_loop().create_future()
        for each in self.running.values():
            each.may_run.set()
        self._tasks = [asyncio.create_task(self._keep(each)) for each in self.running.values()]
        self._tasks.append(asyncio.create_task(self._trim_logs()))
        all_ready = asyncio.gather(*(each.is_ready.wait() for each in self.running.values()))
        try:
            await asyncio.wait((all_ready, self._problem), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if self._problem.done():
                self._problem.result()
            if not all_ready.done():
                self._give_up(self._late(seconds))
                self._problem.result()
        except BaseException:
            all_ready.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await all_ready
            await self.stop()
            raise
        self._began = True

    async def stop(self) -> None:
        """End everything within ten seconds, those that others write to last."""
        if self._stopping:
            return
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._problem is not None and not self._problem.done():
            self._problem.cancel()
        for last in (False, True):
            await asyncio.gather(*(self._end(each) for each in self.running.values() if each.part.last is last))
        self.record()

    def record(self) -> None:
        """Write down who runs, so that whoever comes after our death finds and ends them."""
        parts = {
            name: {
                "pid": each.identity.pid if each.identity else None,
                "start": each.identity.start if each.identity else "",
                "state": each.state,
                "since": each.since,
                "restarts": each.restarts,
                "address": each.part.address,
                "signal": int(each.part.stop_signal),
            }
            for name, each in self.running.items()
        }
        me = Identity.of(os.getpid())
        supervisor = {"pid": me.pid, "start": me.start} if me and not self._stopping else None
        # A disk without room must not end the one who restarts what it has ended; what stands there of before serves.
        with contextlib.suppress(OSError):
            self.home.write_state({"supervisor": supervisor, "parts": parts})

    # --- for tests and operators ---

    def kill(self, name: str, signum: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a part, as an accident would: it is restarted like after any other death."""
        each = self._one(name)
        if each.process is not None and each.process.poll() is None:
            if signum == signal.SIGKILL and each.state == "ready":
                each.is_ready.clear()
            each.process.send_signal(signum)

    async def wait_ready(self, name: str, seconds: float = 60) -> None:
        each = self._one(name)
        try:
            await asyncio.wait_for(each.is_ready.wait(), seconds)
        except TimeoutError:
            raise StackProblem(f"{name} is not ready after {seconds:.0f} s:\n{tail(each.part.log)}", f"./gabay logs {name}") from None

    async def stop_part(self, name: str) -> None:
        """Stop a part and keep it stopped until `start_part`."""
        each = self._one(name)
        each.may_run.clear()
        each.asked = True
        await self._end(each)

    async def start_part(self, name: str, seconds: float = 60) -> None:
        self._one(name).may_run.set()
        await self.wait_ready(name, seconds)

    async def restart(self, name: str, seconds: float = 60) -> None:
        await self.stop_part(name)
        await self.start_part(name, seconds)

    def _one(self, name: str) -> Running:
        if name not in self.running:
            raise StackProblem(f"this stack has no part {name}", f"one of: {', '.join(self.running)}")
        return self.running[name]

    # --- one part ---

    async def _keep(self, each: Running) -> None:
        part, delay, tries = each.part, FIRST_DELAY, 0
        for need in part.needs:
            if need in self.running:
                await self.running[need].is_ready.wait()
        while True:
            await each.may_run.wait()
            try:
                code = await self._live(each)
            except StackProblem as problem:
                code = None
                if not self._began:
                    self._give_up(problem)
                    return
            except OSError as error:
                # A full disk takes no configuration either: tried again like after any other death.
                code = None
                if not self._began:
                    self._give_up(StackProblem(f"{part.name} cannot be started ({error.strerror})", "df -h shows what is full"))
                    return
            if code == 0 and part.once:
                return
            if each.asked:
                each.asked = False
                self._to(each, "stopped")
                continue
            tries += 1
            if code == EXIT_CONFIGURATION or (not self._began and tries >= TRIES_AT_START):
                self._to(each, "failed")
                why = "is not configured" if code == EXIT_CONFIGURATION else f"ended with status {code} {tries} times"
                self._give_up(StackProblem(f"{part.name} {why}; its last words:\n{tail(part.log)}", f"./gabay logs {part.name}"))
                return
            each.restarts += 1
            if time.time() - each.since > 60:
                delay = FIRST_DELAY
            self._to(each, "restarting")
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _live(self, each: Running) -> int:
        """One life of a part, from preparation to death; returns the exit status."""
        part = each.part
        self._to(each, "starting")
        await _to_its_end(part.prepare)
        if part.port and _taken(part.port):
            raise StackProblem(
                f"port {part.port} of 127.0.0.1, which {part.name} needs, is taken by another program",
                f"end that program (who: ss -ltnp 'sport = :{part.port}'), or draw free ports for this stack: ./gabay up --free-ports",
            )
        each.process = part.start()
        each.identity = Identity.of(each.process.pid)
        self.record()
        ended = asyncio.ensure_future(_exit_of(each.process))
        try:
            if not part.once:
                await self._until_ready(each, ended)
            code = await ended
        finally:
            ended.cancel()
            each.is_ready.clear()
        if part.once and code == 0:
            each.identity = None
            self._to(each, "done")
            each.is_ready.set()
        return code

    async def _until_ready(self, each: Running, ended: asyncio.Future[int]) -> None:
        while not ended.done():
            if each.part.ready is None or await each.part.ready():
                await _to_its_end(each.part.furnish)
                self._to(each, "ready")
                each.is_ready.set()
                return
            await asyncio.wait((ended,), timeout=0.05)

    async def _end(self, each: Running) -> None:
        process, part = each.process, each.part
        if process is None or process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.send_signal(part.stop_signal)
        ended = asyncio.ensure_future(_exit_of(process))
        await asyncio.wait((ended,), timeout=part.grace)
        clean = ended.done()
        if not clean:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await ended
        each.identity = None
        if not part.once:
            self._to(each, "stopped")
        if clean:
            part.stopped()

    def _to(self, each: Running, state: str) -> None:
        each.to(state)
        if not self._stopping or state == "stopped":
            self.record()
        self._changed(each)

    def _late(self, seconds: float) -> StackProblem:
        late = next(each.part for each in self.running.values() if not each.is_ready.is_set() and each.state != "waiting")
        return StackProblem(
            f"{late.name} was not ready after {seconds:.0f} s; its last words:\n{tail(late.log)}", f"./gabay logs {late.name}"
        )

    def _give_up(self, problem: StackProblem) -> None:
        if self._problem is not None and not self._problem.done():
            self._problem.set_exception(problem)

    async def _trim_logs(self) -> None:
        """Bounded logs: past 16 MiB the last 4 MiB stay, in a file of their own."""
        while True:
            await asyncio.sleep(20)
            for log in {each.part.log for each in self.running.values()}:
                with contextlib.suppress(OSError):
                    if log.stat().st_size > LOG_BYTES:
                        _trim(log)


async def _to_its_end(work: Callable[[], None]) -> None:
    """In a thread; a stop in the middle waits for it, so that no initdb goes on after us."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,), timeout=5)
        raise


def _trim(log: Path) -> None:
    with log.open("r+b") as file:
        file.seek(-LOG_KEPT, os.SEEK_END)
        log.with_name(log.name + ".1").write_bytes(file.read())
        # The child appends (O_APPEND), so its next line lands at the new end.
        file.truncate(0)


async def _exit_of(process: subprocess.Popen[bytes]) -> int:
    """The exit status of a child, once it has one; on Linux without polling."""
    if not hasattr(os, "pidfd_open"):
        while process.poll() is None:  # noqa: ASYNC110 - elsewhere there is no event to wait for
            await asyncio.sleep(0.1)
        return process.returncode
    if process.poll() is not None:
        return process.returncode
    loop = asyncio.get_running_loop()
    gone: asyncio.Future[None] = loop.create_future()
    handle = os.pidfd_open(process.pid)
    loop.add_reader(handle, _resolve, gone)
    try:
        await gone
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    return process.wait()


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def end_leftovers(home: Home) -> list[str]:
    """End what a killed supervisor left running, by recorded pid and start time; returns the names."""
    found = home.leftovers()
    recorded: dict[str, Any] = home.state().get("parts", {})
    for name, identity in found:
        identity.send(signal.SIGCONT)
        identity.send(signal.Signals(recorded[name].get("signal", signal.SIGTERM)))
    for identity in wait_gone([identity for _, identity in found], 6):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(identity.pid, signal.SIGKILL)
    wait_gone([identity for _, identity in found], 3)
    return [name for name, _ in found]
