"""Child processes that can't outlive their purpose.

Each is known by pid and start time together, so that a pid used again by a stranger is never signalled. On Linux a child
is told when its parent dies (PR_SET_PDEATHSIG); everywhere the next start finds what was left by the recorded identities.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG, _PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Identity:
    """One process of one boot; `start` is what the kernel says about when it began."""

    pid: int
    start: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        start = _start_of(pid)
        return cls(pid, start) if start else None

    def alive(self) -> bool:
        return _start_of(self.pid) == self.start

    def send(self, signum: signal.Signals) -> None:
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signum)


def _start_of(pid: int) -> str:
    """When the process began, as ticks since boot and the boot's own id; empty when it is gone or a zombie."""
    if LINUX:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
        except OSError:
            return ""
        fields = stat[stat.rindex(")") + 2 :].split()
        return "" if fields[0] in "ZX" else f"{boot}-{fields[19]}"
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, start = answer.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else start.strip()


def unprivileged() -> pwd.struct_passwd | None:
    """The user that Postgres runs as when we are root, which it refuses to be; None when we are somebody already."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "daemon"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("no unprivileged user (nobody, daemon) on this machine: run gabay as an ordinary user")


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path | int,
    cwd: Path,
    on_parent_death: signal.Signals = signal.SIGTERM,
    user: pwd.struct_passwd | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that a terminal's Ctrl-C reaches us alone and we stop it in order.

    Output is appended to `log` directly, not through a pipe: the child needs nobody to read, and dies with nobody's pipe.
    user: become this user and keep only the right to pass closed folders (a clone below /root is closed to others).
    """
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600) if isinstance(log, Path) else log
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=target,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_prepared(on_parent_death, os.getpid(), user),
        )
    finally:
        if isinstance(log, Path):
            os.close(target)


def _prepared(death: signal.Signals, parent: int, user: pwd.struct_passwd | None) -> Callable[[], None]:
    def prepare() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold keys and names
        if user is not None:
            _become(user)
        if LINUX:
            # After the change of user, which clears it.
            _libc.prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _become(user: pwd.struct_passwd) -> None:
    """Drop root for `user`; on Linux keep CAP_DAC_OVERRIDE, which the folders above a clone may make necessary."""
    if LINUX:
        _libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.umask(0o077)
    if LINUX:
        bit = 1 << _CAP_DAC_OVERRIDE
        data = (_Data * 2)(_Data(bit, bit, bit), _Data(0, 0, 0))
        if _libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), ctypes.byref(data)) == 0:
            _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def wait_gone(identities: Sequence[Identity], seconds: float) -> list[Identity]:
    """Wait until all are gone; returns those that are not after `seconds`."""
    deadline = time.monotonic() + seconds
    left = [each for each in identities if each.alive()]
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [each for each in left if each.alive()]
    return left
