"""The home folder of one stack: data, logs, secrets, remembered ports, and who runs it.

.gabay/postgres  .gabay/kafka      data                 .gabay/secrets   keys of this installation, mode 0600
.gabay/logs      one file a part   .gabay/run           written configurations, state.json
.gabay/ports.json                  remembered ports     .gabay/socket        Postgres' socket
    .gabay/issuer        the local issuer's key    .gabay/attachments   sealed files
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from deploy.embedded.child import Identity
from deploy.embedded.problem import StackProblem

DEFAULT_PORTS = {
    "issuer": 8100,
    "intake-api": 8101,
    "casework-api": 8102,
    "referrals-api": 8103,
    "reporting-api": 8104,
    "intake-worker": 8121,
    "casework-worker": 8122,
    "referrals-worker": 8123,
    "reporting-worker": 8124,
    "reporting-live": 8125,
}
ELSEWHERE = "elsewhere.json"  # in run/: the stack of this home runs by a compose file (deploy/compose/target.py); holds its settings
RESTORING = "restoring.json"  # stands in the home from the first step of a restore to its last
DRAWN_PORTS = ("postgres", "kafka", "kafka-controller", "kafka-internal")

# File name -> versions; the form of each is the one that shared/settings.py reads.
KEK_FILES = ("kek-identity", "kek-profile", "kek-narrative", "kek-protected", "kek-packet")
PLAIN_KEYS = ("cursor-key", "blind-index-key", "release-key", "backup-key", "postgres-password")


class Home:
    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: IO[str] | None = None

    def make(self) -> None:
        """Make the folders and the secrets that are missing. Raises StackProblem when the disk refuses."""
        try:
            for name in ("logs", "secrets", "run", "issuer", "attachments"):
                (self.path / name).mkdir(parents=True, exist_ok=True)
            for name in ("secrets", "issuer", "logs", "attachments"):
                (self.path / name).chmod(0o700)
            self._make_secrets()
        except OSError as error:
            raise StackProblem(
                f"{self.path} cannot be written ({error.strerror})", "make room or give rights there, or use another clone"
            ) from error

    # --- secrets ---

    def secret_file(self, name: str) -> Path:
        return self.path / "secrets" / name

    def secret(self, name: str) -> str:
        return self.secret_file(name).read_text().strip()

    def _make_secrets(self) -> None:
        for name in KEK_FILES:
            self._make_secret(name, f"1:{_new_key()}")
        year = time.gmtime().tm_year
        self._make_secret("fingerprint-keys", f"{year}:{_new_key()}")
        if f"{year}:" not in self.secret("fingerprint-keys"):
            _write_private(self.secret_file("fingerprint-keys"), f"{year}:{_new_key()},{self.secret('fingerprint-keys')}")
        for name in PLAIN_KEYS:
            self._make_secret(name, secrets.token_hex(24) if name == "postgres-password" else _new_key())

    def _make_secret(self, name: str, value: str) -> None:
        if not self.secret_file(name).exists():
            _write_private(self.secret_file(name), value)

    # --- ports ---

    def ports(self, kind: str) -> dict[str, int]:
        """Name -> port. `default`: those of the handbook for what people call, drawn ones for the rest; `free`: all drawn.

        Drawn ports are remembered; one that another program has taken meanwhile is drawn again.
        """
        remembered = self.remembered_ports()
        fixed = DEFAULT_PORTS if kind == "default" else {}
        ports: dict[str, int] = {}
        with contextlib.ExitStack() as held:
            for name in (*DEFAULT_PORTS, *DRAWN_PORTS):
                wanted = fixed.get(name) or remembered.get(name) or 0
                taken = held.enter_context(_holding(wanted))
                if taken is None and name in fixed:
                    ports[name] = wanted  # said at the start of that part, with the remedy
                    continue
                if taken is None or taken in ports.values():
                    taken = held.enter_context(_holding(0))
                assert taken is not None
                ports[name] = taken
        _write_private(self.path / "ports.json", json.dumps(ports, indent=1))
        return ports

    def remembered_ports(self) -> dict[str, int]:
        with contextlib.suppress(OSError, ValueError):
            return {str(name): int(port) for name, port in json.loads((self.path / "ports.json").read_text()).items()}
        return {}

    # --- who runs it ---

    def take(self) -> bool:
        """Become the one supervisor of this home, until this process ends; False when another one is."""
        (self.path / "run").mkdir(parents=True, exist_ok=True)
        file = (self.path / "run" / "lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._lock = file
        return True

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def write_state(self, state: Mapping[str, Any]) -> None:
        _write_private(self.path / "run" / "state.json", json.dumps(state))

    def state(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            found = json.loads((self.path / "run" / "state.json").read_text())
            return found if isinstance(found, dict) else {}
        return {}

    def supervisor(self) -> Identity | None:
        """The supervisor that wrote the state, when it is alive."""
        found = self.state().get("supervisor")
        identity = Identity(found["pid"], found["start"]) if found else None
        return identity if identity and identity.alive() else None

    def leftovers(self) -> list[tuple[str, Identity]]:
        """Parts of the recorded state that still run, by name."""
        parts = self.state().get("parts", {})
        found = [(name, Identity(part["pid"], part["start"])) for name, part in parts.items() if part.get("pid")]
        return [(name, identity) for name, identity in found if identity.alive()]

    def wipe(self, *, keep: tuple[str, ...] = ()) -> None:
        """Remove everything below the home but the names in `keep`, and homes of stacks that run (those of a test)."""
        if not self.path.exists():
            return
        # Moved aside together, then deleted: a wipe that was killed half-way would leave topics without their store, and
        # consumers that skip what a new store appends under the same versions.
        aside = Path(tempfile.mkdtemp(dir=self.path, prefix="wiped-"))
        for each in self.path.iterdir():
            if each != aside and each.name not in keep and not (each.is_dir() and Home(each).supervisor()):
                each.rename(aside / each.name)
        shutil.rmtree(aside)


def _new_key() -> str:
    return "dev-" + base64.b64encode(secrets.token_bytes(32)).decode()


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, and nobody else's to read at any moment."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).replace(path)


@contextlib.contextmanager
def _holding(port: int) -> Iterator[int | None]:
    """Hold a port of 127.0.0.1 (0: any free one) while others are drawn; None when it is taken.

    Drawn below the range from which the kernel gives ports to outgoing connections: one of those on our remembered port
    would keep the part from starting, now and then.
    """
    choices = [port] if port else [15_000 + secrets.randbelow(17_000) for _ in range(50)]
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for choice in choices:
            with contextlib.suppress(OSError):
                held.bind(("127.0.0.1", choice))
                yield choice
                return
        yield None
