"""`gabay parked`: streams that a consumer set aside. Look, apply them after all, give them up, or hand them on."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.process import SERVICES, parts_of, served, settings_of
from cli.rebuild import consumer as found_consumer
from cli.rebuild import quiet
from shared.errors import Rejected

parked = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

By = Annotated[str, typer.Option("--by", help="your own staff id; default: your name on this machine")]
Consumer = Annotated[str, typer.Argument(metavar="CONSUMER", help="such as reporting.facts.v1")]
Stream = Annotated[str, typer.Argument(metavar="STREAM", help="stream id, or - for records that name none")]


@parked.command("list")
def list_(
    consumer: Annotated[str | None, typer.Option(help="of one consumer")] = None,
    reason: Annotated[str | None, typer.Option(help="with this reason, such as projection-error")] = None,
    older: Annotated[str, typer.Option(help="parked longer ago than 30m, 1h, 2d")] = "0s",
) -> None:
    """One line per stream: how many records wait, since when, and why.

    gabay parked list --consumer reporting.facts.v9 --older 1h
    """
    from shared.messaging.parked import listed

    seconds, count = _seconds(older), 0
    for service in (consumer.partition(".")[0],) if consumer else served():
        for row in _run(service, lambda c: listed(c, consumer=consumer, reason=reason, older_s=seconds)):
            since = row["since"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            told = f"{row['records']:>6} records  since {since}  {row['attempts']} attempts  {row['reason']}"
            print(f"{row['consumer']:<28} {row['stream_id'] or '-':<36} {told}")
            count += 1
    if not count:
        print("no stream is parked")


@parked.command("show")
def show(
    consumer: Consumer,
    stream: Stream,
    headers: Annotated[bool, typer.Option("--headers", help="the records' headers too")] = False,
    value: Annotated[bool, typer.Option("--value", help="the records' values too; needs --reason and is written down")] = False,
    reason: Annotated[str, typer.Option(help="why you need the values")] = "",
    by: By = "",
) -> None:
    """The records of one stream: places, reasons, names of open fields. Never opens a sealed blob.

    gabay parked show reporting.facts.v9 STREAM --headers
    """
    from shared.messaging.parked import SQL, records, shown

    if value and not reason.strip():
        raise Rejected("validation", "Reading values needs --reason TEXT; it is written down.")

    async def look(connection: Any) -> list[dict[str, Any]]:
        found = await records(connection, consumer, _stream(stream))
        if value:
            await connection.execute(
                SQL.audit_operation, by or getpass.getuser(), None, "parked-show-value", f"{consumer} {stream}", reason
            )
        told = [shown(record, headers=headers) for record in found]
        if value:
            for each, record in zip(told, found, strict=True):
                each["value"] = (record.value or b"").decode(errors="replace")
        return told

    for record in _run(consumer.partition(".")[0], look):
        print(json.dumps(record, indent=2, ensure_ascii=False))


@parked.command("release")
def release(
    consumer: Consumer,
    stream: Annotated[str | None, typer.Argument(metavar="[STREAM]", help="stream id, or - for records that name none")] = None,
    everything: Annotated[bool, typer.Option("--all", help="every parked stream of the consumer")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would happen and change nothing")] = False,
) -> None:
    """Apply the records of a stream in order, in one transaction. What fails again stays parked.

    gabay parked release reporting.facts.v9 STREAM --dry-run
    gabay parked release reporting.facts.v9 --all
    """
    if (stream is None) is not everything:
        raise typer.BadParameter("name one stream, or --all")
    quiet()
    failed = asyncio.run(_release(consumer, None if everything else stream, dry_run))
    raise typer.Exit(1 if failed else 0)


@parked.command("discard")
def discard(
    consumer: Consumer,
    stream: Stream,
    reason: Annotated[str, typer.Option(help="why these records are given up")],
    approved_by: Annotated[str, typer.Option(help="staff id of the second person")],
    by: By = "",
) -> None:
    """Give up the records that failed and move the guard past them. Two persons, and it is written down.

    gabay parked discard reporting.facts.v9 STREAM --reason "sent by a test" --approved-by stf-s1
    """
    from shared.messaging.parked import discard as run

    count = _run(
        consumer.partition(".")[0],
        lambda c: run(c, consumer, _stream(stream), operator=by or getpass.getuser(), approved_by=approved_by, reason=reason),
    )
    print(f"{count} records given up; those that waited behind them: ./gabay parked release {consumer} {stream}")


@parked.command("export")
def export(consumer: Consumer, to: Annotated[str, typer.Option(help="an existing topic for dead letters")]) -> None:
    """Copy what waits to a dead-letter topic, as it was, with `dlq-` headers. It stays parked here.

    gabay parked export reporting.facts.v9 --to dead-letters
    """
    quiet()
    count = asyncio.run(_export(consumer, to))
    print(f"{count} records copied to {to}")


async def _release(name: str, stream: str | None, dry_run: bool) -> int:
    from shared.messaging.parked import listed, release_alone
    from shared.messaging.parked import release as run
    from shared.messaging.project import Projecting
    from shared.messaging.reactions import Reacting
    from shared.messaging.session import connect, speak_wire

    found = found_consumer(name)
    failed = 0
    async with parts_of(found.settings) as parts:
        path = f'"{found.projection.schema}", public' if found.projection else "public"
        connection = await connect(found.settings.database_url, f"{name}.release", search_path=path)
        try:
            streams = [_stream(stream)] if stream else [row["stream_id"] for row in await listed(connection, consumer=name)]
            await speak_wire(connection)
            for each in streams:
                if found.projection:
                    done = await run(connection, Projecting(found.projection, sealer=parts.sealer), each, dry_run=dry_run)
                else:
                    assert found.reactions is not None
                    done = await release_alone(connection, Reacting(found.reactions, parts.handle), each)
                failed += done.left
                tail = f", {done.left} wait ({done.reason})" if done.left else ""
                print(f"{each or '-'}: {done.applied} applied, {done.known} known already{tail}{' (dry run)' if dry_run else ''}")
        finally:
            await connection.close()
    return failed


async def _export(name: str, to: str) -> int:
    from shared.messaging.broker import Broker, let_go
    from shared.messaging.parked import export as run
    from shared.messaging.session import connect

    settings = settings_of(name.partition(".")[0], "worker")
    producer = Broker.of(settings).producer()
    connection = await connect(settings.database_url, f"{name}.export")
    try:
        await asyncio.wait_for(producer.start(), 30)
        return await run(connection, producer, name, to)
    finally:
        await let_go(producer)
        await connection.close()


def _run(service: str, work: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        from shared.messaging.session import connect

        if service not in SERVICES:
            raise Rejected("not-found", f"There is no service {service}: one of {', '.join(SERVICES)}.")
        connection = await connect(settings_of(service, "worker").database_url, "gabay parked")
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def _stream(text: str) -> str | None:
    return None if text == "-" else text


def _seconds(text: str) -> float:
    unit = {"s": 1, "m": 60, "h": 3600, "d": 86400}.get(text[-1:])
    if unit is None or not text[:-1].isdigit():
        raise typer.BadParameter("a time like 30m, 1h or 2d")
    return int(text[:-1]) * unit


def moment(text: str) -> datetime:
    """An instant of the command line: RFC 3339, UTC where it names no zone. Raises BadParameter."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("a moment like 2026-03-01T08:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
