"""`gabay topics`: the topics of the table and what the broker has of them; watching one."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import typer

from cli.process import settings_of
from cli.rebuild import quiet

topics = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@topics.command("list")
def list_(
    create: Annotated[bool, typer.Option("--create", help="create those that are missing")] = False,
    replication: Annotated[int, typer.Option(help="replicas of new topics: 3 in a cluster")] = 1,
) -> None:
    """Every topic of the table: partitions, records, sealed classes; and what differs from the table."""
    quiet()
    raise typer.Exit(asyncio.run(_list(create, replication)))


@topics.command("tail")
def tail(
    topic: str,
    beginning: Annotated[bool, typer.Option("--beginning", help="from the first record, not from now")] = False,
    count: Annotated[int | None, typer.Option("-n", help="end after so many records")] = None,
    values: Annotated[bool, typer.Option("--values", help="open fields too; sealed blobs are never printed")] = False,
) -> None:
    """Print records as they come: place, stream, version, type."""
    quiet()
    try:
        asyncio.run(_tail(topic, beginning, count, values))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _list(create: bool, replication: int) -> int:
    from aiokafka import TopicPartition

    from shared.messaging.broker import Broker
    from shared.messaging.consume import end_offsets
    from shared.messaging.topics import TOPICS, differences, ensure

    settings = settings_of(None, "cli")
    broker = Broker.of(settings)
    days = settings.topic_retention_days
    if create:
        for name in (await ensure(broker, replication=replication, retention_days=days)).created:
            print(f"created {name}")
    known = await broker.partitions()
    parts = [TopicPartition(topic.name, p) for topic in TOPICS for p in range(known.get(topic.name, 0))]
    ends = await end_offsets(broker, parts) if parts else {}
    print(f"{'topic':<34} {'partitions':>10} {'records':>10}  sealed")
    for topic in TOPICS:
        here = known.get(topic.name)
        count = sum(end for place, end in ends.items() if place.topic == topic.name)
        print(f"{topic.name:<34} {here or 'missing':>10} {count if here else '':>10}  {', '.join(topic.sealed) or 'none'}")
    found = await differences(broker, replication=replication, retention_days=days)
    for each in found:
        print(each)
    return 1 if found or any(topic.name not in known for topic in TOPICS) else 0


async def _tail(topic: str, beginning: bool, count: int | None, values: bool) -> None:
    from aiokafka import TopicPartition

    from shared.messaging.broker import Broker, let_go
    from shared.messaging.cloudevents import Undecodable, decode
    from shared.messaging.consume import end_offsets

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
            kafka.seek(place, first[place] if beginning else ends[place])
        seen = 0
        while count is None or seen < count:
            for records in (await kafka.getmany(timeout_ms=500)).values():
                for record in records:
                    seen += 1
                    try:
                        _print(record, decode(record).data if values else None)
                    except Undecodable as error:
                        print(f"{record.partition}/{record.offset}  not decodable: {error.reason}")
                    if seen == count:
                        return
    finally:
        await let_go(kafka)


def _print(record: Any, data: dict[str, Any] | None) -> None:
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    place = f"{record.partition}/{record.offset}"
    line = f"{place:<12} {headers.get('ce_recordedtime', ''):<24} {headers.get('ce_subject', '-')} "
    print(f"{line}{headers.get('ce_sequence', '').lstrip('0') or '-':>5} {headers.get('ce_type', '-')}")
    if data is not None:
        shown = {name: value for name, value in data.items() if name != "sealed"}
        if "sealed" in data:
            shown["sealed"] = sorted(data["sealed"])  # which classes, never the blobs
        print(json.dumps(shown, ensure_ascii=False))
