"""`gabay topics`: the topics of the table and what the broker has of them; watching one."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, NamedTuple

import typer

from cli.parked import moment
from cli.process import settings_of, topics_of
from cli.rebuild import quiet
from shared.eventsourcing.event import instant
from shared.eventsourcing.projection import Fact
from shared.messaging.cloudevents import Undecodable, decode

topics = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@topics.command("list")
def list_(
    create: Annotated[bool, typer.Option("--create", help="create those that are missing")] = False,
    replication: Annotated[int, typer.Option(help="replicas of new topics: 3 in a cluster")] = 1,
) -> None:
    """Every topic of the table: partitions, records, sealed classes; and what differs from the table.

    gabay topics list --create --replication 3
    """
    quiet()
    raise typer.Exit(asyncio.run(_list(create, replication)))


@topics.command("tail")
def tail(
    topic: str,
    beginning: Annotated[bool, typer.Option("--beginning", help="from the first record, not from now")] = False,
    end: Annotated[bool, typer.Option("--end", help="stop at what is there now, instead of waiting for more")] = False,
    count: Annotated[int | None, typer.Option("-n", help="end after so many records")] = None,
    values: Annotated[bool, typer.Option("--values", help="open fields too; sealed blobs are never printed")] = False,
    types: Annotated[list[str] | None, typer.Option("--type", help="only these, by name such as case-opened or by whole type")] = None,
    stream: Annotated[str | None, typer.Option("--stream", help="only this stream, by the beginning of its id")] = None,
    centre: Annotated[str | None, typer.Option("--centre", help="only what this centre did")] = None,
    since: Annotated[str | None, typer.Option("--since", help="only what was recorded since, RFC 3339")] = None,
) -> None:
    """Print records as they come: when, stream, version, type. Filters are added up; a blob is never opened.

    gabay topics tail casework.case.v1 --type case-opened --since 2026-03-01T00:00:00Z --end
    """
    quiet()
    wanted = Wanted(frozenset(types or ()), stream or "", centre or "", instant(moment(since)) if since else "")
    try:
        asyncio.run(_tail(topic, beginning, end, count, values, wanted))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


class Wanted(NamedTuple):
    """What `tail` shows. types: names or whole types; stream: beginning of an id; since: RFC 3339. Empty: anything."""

    types: frozenset[str] = frozenset()
    stream: str = ""
    centre: str = ""
    since: str = ""

    def takes(self, fact: Fact) -> bool:
        """Whether a fact passes every filter."""
        name = fact.type.split(".")[2] if fact.type.count(".") == 3 else fact.type
        return (
            (not self.types or name in self.types or fact.type in self.types)
            and fact.stream.startswith(self.stream)
            and (not self.centre or fact.ctx.get("centre") == self.centre)
            and fact.recorded_at >= self.since
        )


async def _list(create: bool, replication: int) -> int:
    from aiokafka import TopicPartition

    from shared.messaging.broker import Broker
    from shared.messaging.positions import end_offsets
    from shared.messaging.topics import differences, ensure

    settings = settings_of(None, "cli")
    broker = Broker.of(settings)
    days, table = settings.topic_retention_days, topics_of(settings)
    if create:
        for name in (await ensure(broker, replication=replication, retention_days=days, topics=table)).created:
            print(f"created {name}")
    known = await broker.partitions()
    parts = [TopicPartition(topic.name, p) for topic in table for p in range(known.get(topic.name, 0))]
    ends = await end_offsets(broker, parts) if parts else {}
    print(f"{'topic':<34} {'partitions':>10} {'records':>10}  sealed")
    for topic in table:
        here = known.get(topic.name)
        count = sum(end for place, end in ends.items() if place.topic == topic.name)
        print(f"{topic.name:<34} {here or 'missing':>10} {count if here else '':>10}  {', '.join(topic.sealed) or 'none'}")
    found = await differences(broker, replication=replication, retention_days=days, topics=table)
    for each in found:
        print(each)
    return 1 if found or any(topic.name not in known for topic in table) else 0


async def _tail(topic: str, beginning: bool, end: bool, count: int | None, values: bool, wanted: Wanted) -> None:
    from aiokafka import TopicPartition

    from shared.messaging.broker import Broker, let_go
    from shared.messaging.positions import end_offsets

    broker = Broker.of(settings_of(None, "cli"))
    known = await broker.partitions()
    if topic not in known:
        raise typer.BadParameter(f"there is no topic {topic}: gabay topics list")
    parts = [TopicPartition(topic, p) for p in range(known[topic])]
    ends = await end_offsets(broker, parts)
    kafka = broker.consumer(group=None, partitions=len(parts))
    try:
        await asyncio.wait_for(kafka.start(), 30)
        kafka.assign(parts)
        first = await kafka.beginning_offsets(parts)
        for place in parts:
            kafka.seek(place, first[place] if beginning or wanted.since else ends[place])
        seen = 0
        while count is None or seen < count:
            if end and all([await kafka.position(place) >= ends[place] for place in parts]):
                return
            for records in (await kafka.getmany(timeout_ms=200)).values():
                for record in records:
                    if (text := line(record, values, wanted)) is None:
                        continue
                    print(text)
                    seen += 1
                    if seen == count:
                        return
    finally:
        await let_go(kafka)


def line(record: Any, values: bool, wanted: Wanted) -> str | None:
    """A record as one line, with `values` a second one; None if a filter holds it back. One that is no fact is always told."""
    place = f"{record.partition}/{record.offset}"
    try:
        fact = decode(record)
    except Undecodable as error:
        return f"{place:<12} not decodable: {error.reason}"
    if not wanted.takes(fact):
        return None
    text = f"{place:<12} {fact.recorded_at:<24} {fact.stream} {fact.version:>5} {fact.type}"
    if not values:
        return text
    shown = {name: value for name, value in fact.data.items() if name != "sealed"}
    if "sealed" in fact.data:
        shown["sealed"] = sorted(fact.data["sealed"])  # which classes, never the blobs
    return f"{text}\n{json.dumps(shown, ensure_ascii=False)}"
