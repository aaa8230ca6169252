"""`gabay replay`, `gabay republish`, `gabay consumers`: facts once more, and reading them once more."""

from __future__ import annotations

import asyncio
import getpass
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import typer

from cli.parked import moment
from cli.process import SERVICES, served, settings_of
from cli.rebuild import quiet
from shared.errors import Rejected

consumers = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

By = Annotated[str, typer.Option("--by", help="your own staff id; default: your name on this machine")]
Rate = Annotated[float, typer.Option(help="records a second at most")]


def replay(
    topic: Annotated[str, typer.Argument(help="such as casework.case.v1")],
    consumer: Annotated[str, typer.Option("--for", help="the consumer that missed something")],
    stream: Annotated[UUID | None, typer.Option(help="only this stream")] = None,
    from_version: Annotated[int, typer.Option(help="of that stream, from this version on")] = 1,
    since: Annotated[str | None, typer.Option(help="only what was recorded since, RFC 3339")] = None,
    everything: Annotated[bool, typer.Option("--all", help="the whole topic")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="from the start, although an earlier run broke off half way")] = False,
    rate: Rate = 2000,
    by: By = "",
) -> None:
    """Send stored events of TOPIC again, to a topic that only one consumer reads: replay.CONSUMER.TOPIC.

    The same command again within a day goes on where it broke off. Our own consumers read the copies when their worker next
    starts, gabay-client when it next runs; the guard passes over what they know. An integrator is named integrator.NAME.

    gabay replay casework.case.v1 --for integrator.acme --stream STREAM --from-version 3
    gabay replay casework.case.v1 --for reporting.facts.v9 --since 2026-03-01T00:00:00Z
    """
    from shared.messaging.broker import Broker
    from shared.messaging.contracts import aggregates
    from shared.messaging.replay import replay as run

    aggregate = next((each for each in aggregates() if each.topic == topic), None)
    if aggregate is None:
        raise Rejected("not-found", f"No aggregate is published on {topic}: gabay topics list.")
    quiet()
    settings = settings_of(aggregate.service, "worker")
    _idle(consumer)
    shown = Progress()
    count = _with_store(
        aggregate.service,
        lambda connection: run(
            connection,
            Broker.of(settings_of(None, "cli")),  # as `ops`: a service's own principal may not write copies
            aggregate,
            consumer,
            region=settings.region,
            operator=by or getpass.getuser(),
            stream=stream,
            from_version=from_version,
            since=moment(since) if since else None,
            everything=everything,
            anew=anew,
            rate=rate,
            known=shown.begin,
            told=shown.at,
        ),
    )
    print(f"{count} records sent to replay.{consumer}.{topic}")


class Progress:
    """How far a replay is: a line that is written over on a terminal, one every ten seconds elsewhere."""

    def __init__(self) -> None:
        self._total, self._first, self._began, self._last = 0, 0, time.monotonic(), 0.0

    def begin(self, begun: Any) -> None:
        """Told once, before the first record."""
        self._total, self._first = begun.total, begun.sent
        gone_on = f", {begun.sent} of them sent before it broke off" if begun.sent else ""
        print(f"replay {begun.id}: {begun.total} records{gone_on}", file=sys.stderr)

    def at(self, count: int) -> None:
        """Told after each page."""
        now, terminal = time.monotonic(), sys.stderr.isatty()
        if now - self._last < (0.2 if terminal else 10) and count < self._total:
            return
        self._last = now
        pace = (count - self._first) / max(now - self._began, 0.001)
        left = max(self._total - count, 0) / max(pace, 1)
        text = f"{count} of {self._total} records, {pace:.0f} a second, {left:.0f} s left"
        print(f"\r{text:<78}" if terminal else text, end="" if terminal and count < self._total else "\n", file=sys.stderr, flush=True)


def republish(
    service: Annotated[str, typer.Argument(help="whose topics were lost")],
    aggregate: Annotated[str | None, typer.Option(help="only one aggregate, such as case")] = None,
    rate: Rate = 2000,
    by: By = "",
) -> None:
    """Put every stored event of SERVICE into its outbox again; its relay sends them in order, with the same ids.

    For topics that were lost. Consumers then begin anew: gabay consumers rewind. Their guard makes it harmless.

    gabay republish casework --aggregate case
    """
    from shared.messaging.replay import republish as run

    count = _with_store(
        service, lambda connection: run(connection, operator=by or getpass.getuser(), service=service, aggregate=aggregate, rate=rate)
    )
    print(f"{count} events will be sent again by the relay of {service}")


@consumers.command("list")
def list_() -> None:
    """Every consumer: how far it is on each topic, and how many streams it has set aside."""
    for service in served():
        for row in _with_store(service, _consumers):
            print(f"{row[0]:<32} {row[1]:<36} {row[2]:>10} records, {row[3]} streams parked")


@consumers.command("rewind")
def rewind(
    consumer: str,
    topic: Annotated[list[str] | None, typer.Option(help="only these topics")] = None,
    by: By = "",
) -> None:
    """Read topics from their starts again: after they were made anew. The guard skips what is known.

    gabay consumers rewind casework.caseload.v3
    """
    from shared.messaging.replay import rewind as run

    _idle(consumer)
    count = _with_store(
        consumer.partition(".")[0], lambda connection: run(connection, consumer, operator=by or getpass.getuser(), topics=topic or ())
    )
    print(f"{count} offsets of {consumer} forgotten; it begins anew when its worker next starts")


async def _consumers(connection: Any) -> list[Any]:
    found: list[Any] = await connection.fetch(
        "select c.consumer, c.topic, sum(c.next), (select count(distinct stream_id) from parked p "
        "where p.consumer = c.consumer and p.topic = c.topic and p.state = 'PARKED') from consumed c group by 1, 2 order by 1, 2"
    )
    return found


def _idle(consumer: str) -> None:
    """Refuse while the consumer's read model is being rebuilt: its guard is moving."""
    service, _, _ = consumer.partition(".")
    if service not in SERVICES:
        return  # an integrator's: its guard is not ours to look at
    from shared.messaging.rebuild import rebuilding

    if _with_store(service, lambda connection: rebuilding(connection, consumer.rpartition(".v")[0])):
        raise Rejected("invalid-state", f"{consumer} is being rebuilt: wait for its end.")


def _with_store(service: str, work: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        from shared.messaging.session import connect

        if service not in SERVICES:
            raise Rejected("not-found", f"There is no service {service}: one of {', '.join(SERVICES)}.")
        connection = await connect(settings_of(service, "worker").database_url, "gabay replay")
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())
