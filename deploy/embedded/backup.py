"""Backups of an embedded stack, by the programs of its own PostgreSQL: a base backup, the WAL after it, dumps by service.

    DIR/20261122T030405Z/server/          the whole server, from pg_basebackup, checked against its manifest
    DIR/20261122T030405Z/<service>.dump   each service's database and `access`, from pg_dump
    DIR/20261122T030405Z/manifest.json    what there is, its hashes, and on which day each file must be gone
    DIR/wal/                              what `gabay backup wal` receives without pause
    KEYRING_DIR/20261122T030405Z.sealed   the keyring, sealed under the backup key: another place, another custodian

One server holds all six databases here, so its base backup and WAL hold wrapped keys too. They live as long as a backup of
the keyring may (7 days) and no longer; what lives 28 days are the dumps, which hold no key (decision 11).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from deploy.embedded.child import spawn
from deploy.embedded.postgres import DATABASES, Postgres, _plain_environment, program
from deploy.embedded.problem import StackProblem
from shared.privacy.vault import seal_stream

SLOT = "gabay_backup"
DUMPED = tuple(name for name in DATABASES if name != "keyring")
FORM = 1
LABEL = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Places:
    """Where backups go. keyring: a folder apart, best on another disk with another custodian."""

    folder: Path
    keyring: Path

    @classmethod
    def of(cls, folder: Path, keyring: Path | None) -> Places:
        """Raises StackProblem when the keyring would lie with what it opens."""
        folder = folder.resolve()
        keyring = (keyring or folder.with_name(folder.name + "-keyring")).resolve()
        if keyring == folder or folder in keyring.parents:
            raise StackProblem("the keyring's backup would lie inside the backup that it opens", "name another folder: --keyring DIR")
        return cls(folder, keyring)

    @property
    def wal(self) -> Path:
        return self.folder / "wal"

    def labels(self) -> list[str]:
        """Finished backups, oldest first."""
        return sorted(each.parent.name for each in self.folder.glob("*/manifest.json"))

    def newest(self) -> str:
        labels = self.labels()
        if not labels:
            raise StackProblem(f"{self.folder} holds no finished backup", "gabay backup create --to DIR, or name the right folder")
        return labels[-1]

    def newest_keys(self) -> str:
        """The newest sealed keyring, whatever else is restored: a key that is not there is data lost."""
        labels = sorted(each.stem for each in self.keyring.glob("*.sealed"))
        if not labels:
            raise StackProblem(f"{self.keyring} holds no backup of the keyring", "name the folder: --keyring DIR")
        return labels[-1]

    def manifest(self, label: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / label / "manifest.json").read_text())
        if found.get("form") != FORM:
            raise StackProblem(f"backup {label} is of another form than this release reads", "restore it with the release that made it")
        return found


def create(server: Postgres, places: Places, key: bytes, *, days: int, keyring_days: int, now: datetime | None = None) -> str:
    """Back up a running server; returns the label. Nothing half-made ever looks finished.

    days, keyring_days: how long the dumps and what holds keys may live. Raises StackProblem.
    """
    at = now or datetime.now(UTC)
    label = at.strftime(LABEL)
    fresh, sealed = places.folder / f"{label}.part", places.keyring / f"{label}.sealed"
    for folder in (places.folder, places.keyring, places.wal, fresh):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _run("pg_basebackup", *_reach(server), "-D", str(fresh / "server"), "--checkpoint=fast", "--wal-method=stream",
         "--manifest-checksums=SHA256", "--no-password")  # fmt: skip
    verify(fresh / "server")
    for name in DUMPED:
        _run("pg_dump", "--format=custom", "--compress=gzip:1", f"--file={fresh / name}.dump", server.dsn("postgres", name))
    _seal_keyring(server, sealed, key, label)
    manifest = {
        "form": FORM,
        "label": label,
        "began": at.isoformat(timespec="seconds"),
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "first_wal": _first_wal(fresh / "server"),
        "events": {name: int(server.sql(name, "select count(*) from event")) for name in DUMPED if name != "access"},
        "sha256": {each.name: _hash(each) for each in [*sorted(fresh.glob("*.dump")), sealed]},
        "gone_by": {
            "server": _day(at, keyring_days),
            "keyring": _day(at, keyring_days),
            "dumps": _day(at, days),
        },
    }
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    fresh.rename(places.folder / label)
    return label


def receive_wal(server: Postgres, places: Places) -> subprocess.Popen[bytes]:
    """Start receiving WAL as it is written, each record flushed: what a crash may lose is what was on the wire."""
    places.wal.mkdir(mode=0o700, parents=True, exist_ok=True)
    receiver = [program("pg_receivewal"), *_reach(server), "-D", str(places.wal), f"--slot={SLOT}", "--no-password"]
    made = subprocess.run([*receiver, "--create-slot", "--if-not-exists"], env=_plain_environment(), capture_output=True, check=False)
    if made.returncode:
        raise StackProblem(f"the server refuses to send its WAL: {made.stderr.decode(errors='replace').strip()}", "./gabay logs postgres")
    command = [*receiver, "--synchronous", "--status-interval=1"]
    return spawn(command, env=_plain_environment(), log=places.folder / "wal.log", cwd=places.folder, on_parent_death=signal.SIGINT)


def check(places: Places, label: str) -> None:
    """Whether a backup is as it was when it was made. Raises StackProblem naming the first file that is not."""
    manifest = places.manifest(label)
    for name, wanted in manifest["sha256"].items():
        file = (places.keyring if name.endswith(".sealed") else places.folder / label) / name
        if not file.exists() and manifest["gone_by"]["keyring"] < _day(datetime.now(UTC), 0):
            continue  # pruned, as was promised to those who were forgotten
        if not file.exists() or _hash(file) != wanted:
            raise StackProblem(f"{file} is missing or changed since the backup", "use another backup: gabay backup list --from DIR")
    if (places.folder / label / "server").exists():
        verify(places.folder / label / "server")


def verify(data: Path) -> None:
    """Compare a base backup with the manifest that the server sent with it, and read its WAL. Raises StackProblem.

    As pg_verifybackup does, whose copy in the wheel ends with a segmentation fault whatever it is asked.
    """
    manifest = json.loads((data / "backup_manifest").read_text())
    for each in manifest["Files"]:
        file = data / (each["Path"] if "Path" in each else bytes.fromhex(each["Encoded-Path"]).decode())
        if not file.exists() or file.stat().st_size != each["Size"] or _hash(file) != each["Checksum"]:
            raise StackProblem(f"{file} is missing or not as the server sent it", "this backup is no good: make another now")
    for wal in manifest["WAL-Ranges"]:
        _run("pg_waldump", "--quiet", f"--path={data / 'pg_wal'}", f"--timeline={wal['Timeline']}",
             f"--start={wal['Start-LSN']}", f"--end={wal['End-LSN']}")  # fmt: skip


def prune(places: Places, *, now: datetime | None = None) -> list[str]:
    """Remove what has reached its day; returns what went. What was promised to a forgotten person goes also if it is the last."""
    today, gone = _day(now or datetime.now(UTC), 0), []
    kept_wal: list[str] = []
    for label in places.labels():
        manifest = places.manifest(label)
        folder, due = places.folder / label, manifest["gone_by"]
        if due["server"] <= today and (folder / "server").exists():
            shutil.rmtree(folder / "server")
            gone.append(f"{label}/server")
        elif (folder / "server").exists():
            kept_wal.append(manifest["first_wal"])
        sealed = places.keyring / f"{label}.sealed"
        if due["keyring"] <= today and sealed.exists():
            sealed.unlink()
            gone.append(f"{label}.sealed")
        if due["dumps"] <= today:
            shutil.rmtree(folder)
            gone.append(label)
    for segment in sorted(each for each in places.wal.glob("*") if len(each.name) >= 24):
        # Names sort by timeline and place; what lies before the oldest base backup that is left is of no use.
        if not kept_wal or segment.name[8:24] < min(name[8:24] for name in kept_wal):
            segment.unlink()
            gone.append(f"wal/{segment.name}")
    return gone


def put_back(server: Postgres, places: Places, label: str, *, until: datetime | None = None) -> None:
    """Lay a base backup out as the server's data; at its next start it applies the WAL that there is (or up to `until`).

    What stood there is kept beside, under `postgres.before-<label>`. The server must be stopped.
    """
    source = places.folder / label / "server"
    if not source.exists():
        raise StackProblem(f"backup {label} has no copy of the server any more", "restore its dumps: gabay restore --from DIR --dumps")
    if server.data.exists():
        aside = server.data.with_name(f"postgres.before-{label}")
        shutil.rmtree(aside, ignore_errors=True)
        server.data.rename(aside)
    fresh = server.data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh, symlinks=True)
    wal = str(places.wal).replace("'", "'\\''")
    # The last segment of a receiver that was cut off is still called .partial; it is whole up to the last flush.
    fetch = f"cp '{wal}/%f' \"%p\" 2>/dev/null || cp '{wal}/%f.partial' \"%p\" 2>/dev/null"
    # No standby: it would call itself ready, and refuse every statement that writes, while it still applies WAL.
    lines = ["restore_command = '" + fetch.replace("'", "''") + "'", "recovery_target_action = 'promote'", "hot_standby = off"]
    if until is not None:
        lines.append(f"recovery_target_time = '{until.astimezone(UTC).isoformat()}'")
    (fresh / "postgresql.auto.conf").write_text("\n".join(lines) + "\n")
    (fresh / "recovery.signal").touch()
    for each in (fresh, *fresh.rglob("*")):
        server._own(each)
    fresh.chmod(0o700)
    fresh.rename(server.data)


def recovered(server: Postgres) -> None:
    """After the first start: the restored server fetches no WAL any more."""
    server._write("postgresql.auto.conf", "# nothing is set here: gabay writes postgresql.conf at every start\n")


def put_back_dumps(server: Postgres, places: Places, label: str, key: bytes, *, only: tuple[str, ...] = DATABASES) -> None:
    """Replace databases of a running server by those of a backup's dumps, and the keyring by the newest that there is.

    key: the backup key.
    """
    for name in only:
        server.sql("postgres", f"drop database if exists {name} with (force)")
        server.create(name, name)
        command = [program("pg_restore"), "--exit-on-error", f"--dbname={server.dsn('postgres', name)}"]
        if name == "keyring":
            newest = places.newest_keys()
            _restore_keyring(command, places.keyring / f"{newest}.sealed", key, newest)
        else:
            _checked(command[0], subprocess.run([*command, str(places.folder / label / f"{name}.dump")],
                                                env=_plain_environment(), capture_output=True, check=False))  # fmt: skip


def _seal_keyring(server: Postgres, target: Path, key: bytes, label: str) -> None:
    fresh = target.with_suffix(".part")
    dump = [program("pg_dump"), "--format=custom", "--compress=gzip:1", server.dsn("postgres", "keyring")]
    with subprocess.Popen(dump, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_plain_environment()) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            for piece in seal_stream(_pieces(child.stdout), key, label):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        words = child.stderr.read().decode(errors="replace").strip()
    if child.returncode:
        raise StackProblem(f"pg_dump of the keyring failed: {words}", "./gabay logs postgres")
    fresh.rename(target)


def _restore_keyring(command: list[str], source: Path, key: bytes, label: str) -> None:
    from shared.privacy.vault import open_stream

    if not source.exists():
        raise StackProblem(f"{source} is not there", "name the folder of the keyring's backups: --keyring DIR")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=_plain_environment()) as child:
        assert child.stdin is not None
        assert child.stderr is not None
        with source.open("rb") as file:
            for piece in open_stream(file, key, label):
                child.stdin.write(piece)
        child.stdin.close()
        words = child.stderr.read().decode(errors="replace").strip()
    if child.returncode:
        raise StackProblem(f"pg_restore of the keyring failed: {words}", "./gabay logs postgres")


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(1 << 20):
        yield piece


def _reach(server: Postgres) -> list[str]:
    return ["-h", str(server.sockets), "-p", str(server.port), "-U", "postgres"]


def _run(name: str, *arguments: str) -> None:
    _checked(name, subprocess.run([program(name), *arguments], env=_plain_environment(), capture_output=True, check=False))


def _checked(name: str, done: subprocess.CompletedProcess[bytes]) -> None:
    if done.returncode:
        raise StackProblem(f"{Path(name).name} failed: {done.stderr.decode(errors='replace').strip()}", "mend that, then try again")


def _first_wal(data: Path) -> str:
    """The WAL file at which the backup begins, from its label: `START WAL LOCATION: 0/2000028 (file 0000...02)`."""
    line = (data / "backup_label").read_text().splitlines()[0]
    return line.partition("(file ")[2].rstrip(")")


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _day(at: datetime, days: int) -> str:
    return (at + timedelta(days=days)).date().isoformat()
