"""What must hold of a set of registrations once everything is quiet: the store, the topic and the figures agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from deploy.embedded.stack import SERVICES
from tests.chaos.load import Answered
from tests.harness.region import Region
from tests.harness.topics import Record, read_topics


async def findings(region: Region, month: str, done: Answered, *, seconds: float = 90, readers: Iterable[str] = SERVICES) -> list[str]:
    """Everything that is not as promised, as sentences; empty when all is well. `seconds` to become quiet unaided.

    readers: services whose consumers must have read everything. Those of a killed worker come back only when Kafka has
    given up its predecessor, after 30 s.
    """
    found = [f"refused: {each}" for each in done.refused[:3]]
    if unanswered := len(done.registrations) - len(done.answers) - len(done.refused):
        found.append(f"{unanswered} registrations never got an answer")
    try:
        await region.quiet(seconds, readers)
    except AssertionError as late:
        found.append(str(late))
    found += await stored_once(region, done)
    found += await _on_the_topic(region, done)
    found += await _set_aside(region, done)
    return found + await _in_the_figures(region, month, done)


async def _set_aside(region: Region, done: Answered) -> list[str]:
    """No consumer has parked a record of these people."""
    found = []
    for service in SERVICES:
        query = "select consumer, reason, error_class, count(*) from parked where stream_id::text = any($1) group by 1, 2, 3"
        rows = await region.rows(service, query, list(done.streams()))
        found += [f"{row[0]} has set aside {row[3]} records ({row[1]}, {row[2]})" for row in rows]
    return found


async def stored_once(region: Region, done: Answered) -> list[str]:
    """Every answered registration is one stream with exactly the events that its answer named."""
    rows = await region.rows(
        "intake",
        "select stream_id::text, version, event_id::text from event where stream_id = any($1::uuid[]) order by stream_id, version",
        list(done.streams()),
    )
    stored: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for stream, version, event_id in rows:
        stored[stream].append((version, event_id))
    found = []
    if len(done.streams()) != len(done.answers):
        found.append(f"{len(done.answers)} answers name {len(done.streams())} streams")
    missing = [answer["id"] for answer in done.answers.values() if answer["id"] not in stored]
    if missing:
        found.append(f"{len(missing)} answered registrations are not in the store")
    other = [
        answer["id"]
        for answer in done.answers.values()
        if answer["id"] in stored and stored[answer["id"]] != [(event["version"], event["event_id"]) for event in answer["events"]]
    ]
    if other:
        found.append(f"{len(other)} answered registrations are stored with other events than their answers named")
    return found


async def _on_the_topic(region: Region, done: Answered) -> list[str]:
    """At least once each, first occurrences of a stream's versions in order 1, 2, 3, nothing that is not in the store."""
    streams = done.streams()
    mine = [record for record in await read_topics(region.bootstrap, ["intake.client.v1"]) if record.stream in streams]
    stored = await region.rows("intake", "select event_id::text from event where stream_id = any($1::uuid[])", list(streams))
    return in_order(mine) + missing_from_topic({row[0] for row in stored}, mine)


def missing_from_topic(stored: set[str], records: Iterable[Record]) -> list[str]:
    """Differences between the events of a store and those of its topic."""
    sent = {record.headers["ce_id"] for record in records}
    found = []
    if lost := stored - sent:
        found.append(f"{len(lost)} stored events are not on the topic")
    if strange := sent - stored:
        found.append(f"{len(strange)} events on the topic are not in the store")
    return found


def in_order(records: Iterable[Record]) -> list[str]:
    """First occurrences of each stream's versions must come as 1, 2, 3; repeats must say the same."""
    last: Counter[str] = Counter()
    first: dict[tuple[str, int], tuple[str, bytes]] = {}
    holes = changed = 0
    for record in records:
        place = (record.stream, record.version)
        said = (record.headers["ce_id"], record.value)
        if place in first:
            changed += first[place] != said
        else:
            first[place] = said
            holes += record.version != last[record.stream] + 1
            last[record.stream] = record.version
    found = [f"{holes} records came out of order"] if holes else []
    return found + ([f"{changed} repeated records said something else"] if changed else [])


async def _in_the_figures(region: Region, month: str, done: Answered) -> list[str]:
    """Reporting counts every person of the month once, in the right cell; casework opened one case for each who asked."""
    expected, wanted = done.cells(), done.with_case()
    counted = await new_clients(region, month)
    found = []
    if counted != expected:
        differing = {cell: counted[cell] - expected[cell] for cell in counted | expected if counted[cell] != expected[cell]}
        found.append(f"reporting counts {counted.total()} new clients of {month}, not {expected.total()}; by cell: {differing}")
    rows = await region.rows(
        "casework",
        "select data ->> 'client_id' from event where type = 'case-opened' and data ->> 'client_id' = any($1::text[])",
        list(wanted),
    )
    opened = Counter(row[0] for row in rows)
    if opened != Counter(wanted):
        found.append(f"{len(wanted)} clients asked for a case, {opened.total()} cases were opened for {len(opened)} of them")
    return found


async def new_clients(region: Region, month: str) -> Counter[tuple[str, str]]:
    """Reporting's true counts of indicator 01 by sex and nationality."""
    answer = await region.live("01", month, ["SEX", "NAT"])
    return Counter({(cell["SEX"], cell["NAT"]): cell["n"] for cell in answer["cells"] if cell["n"]})
