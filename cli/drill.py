"""`gabay drill`: everything is destroyed, on trial, beside the stack; what comes back is compared, and the time is taken."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.backup import From, Keyring, run_restore
from cli.comparing import Report, compare, compare_models, heads, models
from cli.rebuild import quiet
from deploy.embedded import backup as copies
from deploy.embedded.backup import Places
from deploy.embedded.problem import StackProblem
from deploy.embedded.stack import HOME, PREPARED, SERVICES, WORKERS, Stack
from shared.settings import decode_key

drill = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

RPO_S, RTO_S = 60, 7200
"""What the operations chapter, section 5, promises of a service's store: seconds of facts that may be lost, and until it serves."""

CONSUMED = "select consumer, topic, partition, next from consumed"

Shown = Callable[[str, int, int], None]
"""shown("records read", 3, 10): how far something has come."""


@drill.command("restore")
def drill_restore(
    source: From,
    keyring: Keyring = None,
    events: Annotated[int, typer.Option(help="let the running stack hold so many first, and back it up: people of published tables")] = 0,
    report: Annotated[Path | None, typer.Option("--report", help="write what was measured: a page if it ends in .md, else JSON")] = None,
) -> None:
    """Restore the newest backup and its WAL into an empty stack of its own, compare it with the one that runs, and remove it again.

    Kafka is taken for lost: the topics are sent anew, and the drill ends when every consumer has read them. Streams must be whole
    and the same, nobody who was forgotten may have a key, and of an idle stack every read model must be the same.
    A backup that was never restored is a hope. Passed drills are written to verified.json beside the backups.

    gabay drill restore --from /backups --report drill.json
    """
    quiet()
    places = Places.of(source, keyring)
    with _bars() as shown:
        if events:
            asyncio.run(_filled(places, events, shown))
        found = asyncio.run(_drilled(places, places.newest(), shown))
    (places.folder / "verified.json").write_text(json.dumps(asdict(found)) + "\n")
    if report is not None:
        report.write_text(page(found) if report.suffix == ".md" else json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")
    for line in told(found):
        print(line)


@contextmanager
def _bars() -> Iterator[Shown]:
    """A bar for each thing that takes its time, on a terminal, gone in the end."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def shown(what: str, done: int, total: int) -> None:
            tasks[what] = tasks[what] if what in tasks else bars.add_task(what)
            bars.update(tasks[what], completed=done, total=total)

        yield shown


@drill.callback()
def _drill() -> None:
    """Exercises that prove what the plans promise."""


def told(found: Report) -> list[str]:
    """A drill for a terminal."""
    total = sum(found.events.values())
    lines = [f"{found.label}: {total} events in {found.streams} streams restored and compared in {found.seconds:.1f} s"]
    lines.append(
        f"  RTO {found.seconds:.1f} s (promised {RTO_S} s): databases {found.databases_s:.1f} s, topics read anew {found.topics_s:.1f} s"
    )
    if not found.compared:
        return [*lines, "  RPO not measured: the stack does not run, so there is nothing to compare with"]
    lines.append(f"  RPO {found.lost_s:.1f} s (promised {RPO_S} s): {found.lost} events lost")
    return [*lines, f"  {found.models} tables of read models the same; {_forgotten(found)}"]


def _forgotten(found: Report) -> str:
    return f"{found.erased} erased subjects, all without a key" if found.erased else "nobody had been erased"


def page(found: Report) -> str:
    """A drill as docs/reference/recovery.md."""
    total = sum(found.events.values())
    rows = "\n".join(f"| {name} | {count:,} |" for name, count in found.events.items())
    rpo = f"{found.lost_s:.1f} s, {found.lost:,} events" if found.compared else "not measured: no stack ran beside it"
    return f"""# Recovery, promised and measured

Written by `./gabay drill restore --from DIR --report docs/reference/recovery.md` on {found.at[:10]}; how to make the copies and
bring them back is in [back up and restore](../howto/back-up-and-restore.md).

| | Promised | Measured |
|---|---|---|
| RPO: what may be lost of a service's store | {RPO_S} s | {rpo} |
| RTO: until every consumer has read the new topics | {RTO_S:,} s | {found.seconds:.1f} s |
| of that: databases back from the copy and its WAL | | {found.databases_s:.1f} s |
| of that: lost topics sent anew and read | | {found.topics_s:.1f} s |

**Size: {total:,} events** in {found.streams:,} streams, {found.megabytes:,.0f} MB of databases, on {found.cores} cores.
More events take longer: copying grows with the databases, sending with the events.

| Service | Events restored |
|---|---|
{rows}

Compared with the stack that ran: each stream's version, and a hash of its ids and contents; {found.models:,} tables of read models.
Of those who were erased before: {_forgotten(found)}.
"""


async def _filled(places: Places, events: int, shown: Shown) -> None:
    """A backup of the running stack with so many events, of which everybody has read all."""
    from cli.filling import fill

    stack = Stack.attach()
    await fill(stack, events, lambda stored: shown("events stored", stored, events))
    await _read_anew(stack, _places(stack), lambda done, total: shown("records read", done, total))
    shown("copies made", 0, 1)
    copies.create(stack.postgres, places, decode_key(stack.home.secret("backup-key")), days=1, keyring_days=1)
    shown("copies made", 1, 1)


async def _drilled(places: Places, label: str, shown: Shown) -> Report:
    copies.check(places, label)
    manifest = places.manifest(label)
    live = Stack.at() if Stack.is_running() else None
    before, tables = (heads(live), models(live)) if live else ({}, {})
    found = Report(label, datetime.now(UTC).isoformat(timespec="seconds"), os.cpu_count() or 1, compared=live is not None)
    home = _emptied()
    began = time.monotonic()

    async def back(restored: Stack) -> None:
        found.databases_s = round(time.monotonic() - began, 1)
        await asyncio.to_thread(compare, restored, live, before, manifest["events"], found)

    try:
        shown("stacks restored", 0, 1)
        await run_restore(home, places, label, until=None, dumps=False, operator=getpass.getuser(), tell=lambda _: None, then=back)
        since, compared = time.monotonic(), time.monotonic() - began
        async with Stack(home, ports="free", parts=(*PREPARED, *WORKERS)) as stack:
            shown("stacks restored", 1, 1)
            await _read_anew(stack, _places(live or stack), lambda done, total: shown("records read anew", done, total))
            found.topics_s = round(time.monotonic() - since, 1)
            found.seconds = round(compared + found.topics_s, 1)
            if live and found.lost == 0 and heads(live) == before:
                compare_models(models(stack), tables, models(live), found)
    finally:
        shutil.rmtree(home)  # people's data, whatever became of the drill
    return found


def _emptied() -> Path:
    """The drill's own home, with the keys of the stack that it stands for."""
    stack = Stack(HOME / "drill")
    if not stack.home.take():
        raise StackProblem("a drill is running", "wait for its end")
    stack.home.wipe(keep=("run",))
    stack.home.release()
    if (HOME / "secrets").exists():
        shutil.copytree(HOME / "secrets", stack.home.path / "secrets")
    return stack.home.path


def _places(stack: Stack) -> dict[str, set[tuple[str, str, int]]]:
    """Service -> consumer, topic and partition of everything that its workers have read."""
    rows = {name: stack.postgres.sql(name, CONSUMED).splitlines() for name in SERVICES}
    return {name: {(c, topic, int(number)) for c, topic, number, _ in (row.split("|") for row in some)} for name, some in rows.items()}


async def _read_anew(stack: Stack, wanted: dict[str, set[tuple[str, str, int]]], told: Callable[[int, int], None]) -> None:
    """Wait until every stored event has been sent to the new topics, and every consumer (wanted: of a service) has read them.

    told: records read since we wait, and all of them as far as is known by then.
    """
    from aiokafka import TopicPartition

    from shared.messaging.positions import end_offsets

    broker = stack.administrator()

    async def waiting() -> int:
        left = sum(int(stack.postgres.sql(name, "select count(*) from outbox")) for name in wanted)
        if left:
            return left
        for name, readers in wanted.items():
            rows = (row.split("|") for row in stack.postgres.sql(name, CONSUMED).splitlines())
            reached = {(reader, topic, int(number)): int(count) for reader, topic, number, count in rows}
            places = sorted({TopicPartition(topic, number) for _, topic, number in readers})
            ends = await end_offsets(broker, places) if places else {}
            left += sum(max(0, ends[TopicPartition(*each[1:])] - reached.get(each, 0)) for each in readers)
        return left

    await _until_none(waiting, told)


async def _until_none(waiting: Callable[[], Awaitable[int]], told: Callable[[int, int], None], patience_s: float = 120) -> None:
    """Ask until nothing waits. Raises StackProblem when for so long nothing has moved."""
    last, moved, most = -1, time.monotonic(), 0
    while left := await waiting():
        most = max(most, left)
        told(most - left, most)
        if left != last:
            last, moved = left, time.monotonic()
        if time.monotonic() - moved > patience_s:
            raise StackProblem(f"{left} records are still to be sent or read, and nothing moves", "look at the logs of a drill that waits")
        await asyncio.sleep(0.2)
