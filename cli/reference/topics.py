"""docs/reference/topics.md: the table of topics and how each kind is set."""

from __future__ import annotations

from collections.abc import Mapping

from cli.reference.table import made_from, table
from shared.eventsourcing.event import Aggregate
from shared.messaging.contracts import aggregates
from shared.messaging.topics import TOPICS, Topic

INTRO = """# Topics

`./gabay up` creates them, and `./gabay topics list --create --replication 3` in a cluster; nobody
creates a topic by producing to it. Names end in the major of their contract: a break of a contract is a new topic beside the
old one for twelve months.

Partitions of an event topic are 6 for ever. More would move keys to other partitions and break the order of a stream.

"""
RECORD = """
## The record

CloudEvents 1.0 in binary mode, JSON. The key is the stream's id (36 characters, lower case), and so is `ce_subject`. The
value holds `ctx`, the open members and `sealed`: see [events.md](events.md). Headers, in this order, UTF-8:

| Header | Example | Meaning |
|---|---|---|
| `content-type` | `application/json` | |
| `ce_specversion` | `1.0` | |
| `ce_id` | `a2067109-1b27-530b-93c0-ed13f296c053` | the event's id: the same each time it comes |
| `ce_source` | `/gabay/antique/casework` | region and service |
| `ce_type` | `gabay.casework.service-delivered.v1` | name and major |
| `ce_subject`, `ce_partitionkey` | `44194403-01e0-5491-806c-d8c3b598b2d8` | the stream |
| `ce_time` | `2026-03-06T07:10:00.000Z` | when it happened, as told; days before `ce_recordedtime` where a centre was offline |
| `ce_recordedtime` | `2026-03-06T07:12:44.020Z` | when it was stored; measure lag from this |
| `ce_sequence` | `0000000006` | the fact's version in its stream, ten digits: contiguous per `ce_subject` |
| `ce_correlationid` | `65bb1a8d-611b-572d-9eb0-278b3cab19dc` | first command of the chain |
| `ce_causationid` | `65bb1a8d-611b-572d-9eb0-278b3cab19dc` | the event that caused it, else the command |
| `ce_dataschema` | `urn:gabay:schema:casework:service-delivered:1.0` | |
| `ce_traceparent` | `00-4bf92f...-01` | trace in which it was recorded: link to it |
| `traceparent` | `00-...-01` | trace of the hop from the relay |

Neither key nor headers nor open members name anybody.
"""


def page() -> str:
    """The whole page."""
    known = {aggregate.topic: aggregate for aggregate in aggregates()}
    rows = [(f"`{t.name}`", _what(t, known), str(t.partitions), t.kind, ", ".join(t.sealed) or "none") for t in TOPICS]
    text = made_from("`shared/messaging/topics.py`") + INTRO
    text += table(("Topic", "Facts", "Partitions", "Kind", "Sealed classes"), rows)
    text += "\n`not yet`: the name is reserved, and the topic exists; nothing is published on it in this release.\n"
    text += "\nCopies for one consumer, on request, travel on `replay.<consumer>.<topic>` and stay seven days.\n\n## Settings by kind\n\n"
    kinds = {t.kind: t for t in (*TOPICS, Topic("replay", kind="replay"))}
    names = sorted({name for each in kinds.values() for name in each.settings()})
    cells = [(f"`{name}`", *(_value(each, name) for each in kinds.values())) for name in names]
    return text + table(("Setting", *kinds), cells) + RECORD


def _what(topic: Topic, known: Mapping[str, Aggregate]) -> str:
    aggregate = known.get(topic.name)
    if aggregate is None:
        return "not yet"
    return ", ".join(f"[{name}](events.md#{_anchor(aggregate.ce_type(name))})" for name in aggregate.events)


def _anchor(heading: str) -> str:
    return heading.replace(".", "").lower()


def _value(topic: Topic, name: str) -> str:
    one, three = topic.settings(replication=1).get(name, ""), topic.settings(replication=3).get(name, "")
    return one if one == three else f"{one} on one node, {three} in a cluster"
