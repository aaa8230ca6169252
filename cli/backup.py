"""`gabay backup`, `gabay restore`: copies of the stack on this machine, and the way back.

A cluster has its operator's own means (CloudNativePG, Barman); the steps after the restore are the same everywhere:
`gabay recover`, `gabay keyring reconcile`, `gabay consumers rewind`.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import signal
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.parked import moment
from cli.rebuild import quiet
from deploy.embedded import backup as copies
from deploy.embedded.backup import Places
from deploy.embedded.home import RESTORING
from deploy.embedded.problem import StackProblem
from deploy.embedded.stack import HOME, Stack
from shared.settings import Settings, decode_key

backup = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

To = Annotated[Path, typer.Option("--to", help="folder of the backups, best on another disk")]
From = Annotated[Path, typer.Option("--from", help="folder of the backups")]
Keyring = Annotated[Path | None, typer.Option("--keyring", help="folder of the keyring's sealed backups; default: DIR-keyring")]


@backup.command("create")
def create(to: To, keyring: Keyring = None) -> None:
    """Copy the running stack's databases: a base backup, a dump for each service, the keyring sealed and apart.

    gabay backup create --to /backups
    """
    from cli.process import settings_of

    stack, places, began = Stack.attach(), Places.of(to, keyring), time.monotonic()
    if stack.is_national:
        raise StackProblem(
            "a national stack holds what regions released and nothing else", "back up the regions; it fills itself from them"
        )
    settings = settings_of("intake", "api")
    label = copies.create(stack.postgres, places, _key(stack), days=settings.backup_days, keyring_days=settings.keyring_backup_days)
    manifest = places.manifest(label)
    print(f"{label}: {sum(manifest['events'].values())} events in {time.monotonic() - began:.1f} s, checked")
    print(f"  gone by: server and keyring {manifest['gone_by']['server']}, dumps {manifest['gone_by']['dumps']} (gabay backup prune)")


@backup.command("wal")
def wal(to: To) -> int:
    """Receive the server's WAL without pause, until Ctrl-C: what a restore then loses is seconds. Run it beside the stack.

    gabay backup wal --to /backups
    """
    places = Places.of(to, None)
    receiver = copies.receive_wal(Stack.attach().postgres, places)
    print(f"receiving WAL into {places.wal}; what it says: {places.folder / 'wal.log'}; end it with Ctrl-C", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: receiver.send_signal(signal.SIGINT))
    try:
        return receiver.wait()
    except KeyboardInterrupt:
        receiver.send_signal(signal.SIGINT)
        return receiver.wait()


@backup.command("list")
def list_(source: From) -> None:
    """Every finished backup: when, how many events, until when it is kept.

    gabay backup list --from /backups
    """
    places = Places.of(source, None)
    places.newest()  # a wrong folder is said, not shown as an empty one
    for label in places.labels():
        manifest = places.manifest(label)
        server = "server and dumps" if (places.folder / label / "server").exists() else "dumps"
        due = manifest["gone_by"]["server" if server.startswith("server") else "dumps"]
        print(
            f"{label}  {sum(manifest['events'].values()):>9} events  {server:<16}  until {due}, dumps until {manifest['gone_by']['dumps']}"
        )


@backup.command("verify")
def verify(source: From, keyring: Keyring = None, label: Annotated[str, typer.Option(help="which; default: all")] = "") -> None:
    """Whether finished backups are as they were made: every file's hash, and the server's copy by its own manifest.

    That one can be restored is proved by restoring it: gabay drill restore.

    gabay backup verify --from /backups
    """
    places = Places.of(source, keyring)
    places.newest()
    if label and label not in places.labels():
        raise StackProblem(f"there is no finished backup {label} in {places.folder}", "gabay backup list --from DIR")
    for each in [label] if label else places.labels():
        copies.check(places, each)
        print(f"{each}  unchanged")


@backup.command("prune")
def prune(to: To, keyring: Keyring = None) -> None:
    """Remove what has reached its day. A forgotten person's keys live on in backups: this is when erasure is final.

    gabay backup prune --to /backups
    """
    places = Places.of(to, keyring)
    places.newest()
    gone = copies.prune(places)
    for each in gone:
        print(f"removed {each}")
    if not gone:
        print("nothing has reached its day")


def restore(
    source: From,
    keyring: Keyring = None,
    label: Annotated[str, typer.Option(help="which backup; default: the newest")] = "",
    until: Annotated[str, typer.Option(help="RFC 3339: apply WAL up to this moment; default: all there is")] = "",
    dumps: Annotated[bool, typer.Option("--dumps", help="from the dumps of the services instead of the server's copy and WAL")] = False,
    by: Annotated[str, typer.Option("--by", help="your own staff id; default: your name on this machine")] = "",
) -> None:
    """Restore the stopped stack from a backup, and do what must follow before anybody may use it.

    In order: the databases; what the topics have beyond them; keys of the forgotten; topics that were lost are sent anew.
    What stood there before is kept beside (postgres.before-LABEL). Interrupted: give the same command again.

    gabay restore --from /backups
    gabay restore --from /backups --until 2026-03-06T02:00:00Z
    """
    at = moment(until) if until else None
    if Stack.is_running():
        raise StackProblem("the stack is running", "./gabay down")
    quiet()
    places = Places.of(source, keyring)
    asyncio.run(run_restore(HOME, places, label or places.newest(), until=at, dumps=dumps, operator=by or getpass.getuser()))
    print("restored. Make a new backup now: ./gabay up -d, then ./gabay backup create")


async def run_restore(
    home: Path,
    places: Places,
    label: str,
    *,
    until: datetime | None,
    dumps: bool,
    operator: str,
    tell: Any = print,
    then: Callable[[Stack], Awaitable[None]] | None = None,
) -> None:
    """The whole way back of one home, with what each step found told on the way.

    then: what is to be looked at before any process may write again, over a stack of which only Postgres and Kafka run.
    """
    copies.check(places, label)
    stack = Stack(home, ports="free", parts=("postgres", "kafka", "topics"))
    stack.home.make()
    (stack.home.path / RESTORING).write_text(json.dumps({"label": label, "by": operator}))
    began = time.monotonic()
    if not dumps:
        stack._know(stack.home.ports("free"))
        copies.put_back(stack.postgres, places, label, until=until)
        tell(f"server of {label} laid out, {time.monotonic() - began:.1f} s")
    await stack.start(seconds=7200)
    try:
        if dumps:
            copies.put_back_dumps(stack.postgres, places, label, _key(stack))
        else:
            copies.recovered(stack.postgres)
        tell(f"databases back, {time.monotonic() - began:.1f} s")
        await _follow_up(stack, operator, tell)
        if then is not None:
            await then(stack)
    finally:
        await stack.stop()
    (stack.home.path / RESTORING).unlink()
    tell(f"done, {time.monotonic() - began:.1f} s")


async def _follow_up(stack: Stack, operator: str, tell: Any) -> None:
    """Steps 2 to 4 of the operations chapter, section 5, over a stack of which only Postgres and Kafka run."""
    from cli.process import SERVICES, TARGETS, _migrate
    from cli.recovery import RECONCILED, run_reconcile, run_recover
    from shared.messaging.replay import republish
    from shared.messaging.session import connect

    def settings(service: str, process: str) -> Settings:
        return Settings.load(service, process, stack.env(service, process))

    for target in TARGETS:
        await asyncio.to_thread(_migrate, target, settings(target, "migrate"), False)
    for service in SERVICES:
        found = await run_recover(settings(service, "worker"), operator)
        if found.events:
            tell(f"{service}: {found.events} facts of {len(found.streams)} streams taken back from its topics")
        if found.unsent:
            connection = await connect(settings(service, "worker").database_url, "gabay restore")
            try:
                # Nobody is served yet, so nobody is crowded out.
                again = await republish(connection, operator=operator, service=service, rate=1e9)
            finally:
                await connection.close()
            tell(f"{service}: its topics lack {found.unsent} facts; {again} will be sent again")
    for service in SERVICES:
        await _rewind(settings(service, "worker"), operator, tell)
    destroyed = await run_reconcile([settings(target, "migrate").database_owner_url for target in RECONCILED])
    tell(f"keys destroyed again: {destroyed.erased} of the erased, {destroyed.profiles} profiles, {destroyed.packets} packets")


async def _rewind(settings: Settings, operator: str, tell: Any) -> None:
    """Let consumers whose positions lie behind the ends of their topics begin anew: those topics were lost."""
    from aiokafka import TopicPartition

    from shared.messaging.broker import Broker
    from shared.messaging.positions import end_offsets
    from shared.messaging.replay import rewind
    from shared.messaging.session import connect

    connection, broker = await connect(settings.database_url, "gabay restore"), Broker.of(settings)
    try:
        rows = await connection.fetch("select consumer, topic, partition, next from consumed")
        known = await broker.partitions()
        places = sorted({TopicPartition(row[1], row[2]) for row in rows if row[2] < known.get(row[1], 0)})
        ends = await end_offsets(broker, places) if places else {}
        lost = sorted({row[0] for row in rows if row[3] > ends.get(TopicPartition(row[1], row[2]), 0)})
        for consumer in lost:
            await rewind(connection, consumer, operator=operator)
        if lost:
            tell(f"begin anew: {', '.join(lost)}")
    finally:
        await connection.close()


def _key(stack: Stack) -> bytes:
    return decode_key(stack.home.secret("backup-key"))
