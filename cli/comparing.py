"""What a drill compares: each service's streams with those of the stack that runs, and its read models; and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field

from deploy.embedded.problem import StackProblem
from deploy.embedded.stack import SERVICES, Stack

HEADS = "select count(*), coalesce(extract(epoch from max(recorded_at)), 0) from event"
STREAMS = """
select e.stream_id, count(*), max(s.version), md5(string_agg(e.event_id::text || md5(e.data::text), '' order by e.version))
  from event e join stream s using (stream_id) group by 1
"""
# Not the watermark: it moves with the clock.
VIEWS = """
select format('%I.%I', table_schema, table_name) from information_schema.views
 where table_schema in (select model from generation where state = 'LIVE') and table_name <> 'watermark' order by 1
"""
# Row by row, in any order: one text of a million rows passes what PostgreSQL holds in a value.
HASH = "select count(*) || ' ' || coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint), 0) from "
ERASED = "select stream_id from event where kind = 'client' and type = 'client-erased'"


@dataclass(slots=True)
class Report:
    """What a drill measured. Seconds count from its beginning; lost: facts that stood then and did not come back."""

    label: str
    at: str
    cores: int
    events: dict[str, int] = field(default_factory=dict)
    megabytes: float = 0
    databases_s: float = 0
    topics_s: float = 0
    seconds: float = 0
    compared: bool = False
    lost: int = 0
    lost_s: float = 0
    streams: int = 0
    models: int = 0
    erased: int = 0


def heads(stack: Stack) -> dict[str, tuple[int, float]]:
    """Service -> how many events it has, and when the newest was recorded."""
    rows = {name: stack.postgres.sql(name, HEADS).strip().split("|") for name in SERVICES}
    return {name: (int(count), float(newest)) for name, (count, newest) in rows.items()}


def streams(stack: Stack, service: str) -> dict[str, tuple[int, int, str]]:
    """Stream -> how many events it has, its version, a hash of them."""
    rows = (row.split("|") for row in stack.postgres.sql(service, STREAMS).splitlines())
    return {stream: (int(count), int(version), content) for stream, count, version, content in rows}


def models(stack: Stack) -> dict[str, str]:
    """Table of a live read model -> a hash of its rows."""
    found = {}
    for name in SERVICES:
        for view in stack.postgres.sql(name, VIEWS).splitlines():
            found[f"{name}: {view}"] = stack.postgres.sql(name, HASH + view + " t").strip()
    return found


def compare(restored: Stack, live: Stack | None, before: dict[str, tuple[int, float]], wanted: dict[str, int], found: Report) -> None:
    """Raises StackProblem when what came back is not what was there."""
    remedy = "this backup is no good: make another now"
    found.megabytes = float(restored.postgres.sql("postgres", "select sum(pg_database_size(datname)) / 1e6 from pg_database"))
    for name, (count, newest) in heads(restored).items():
        found.events[name] = count
        back = streams(restored, name)
        found.streams += len(back)
        # Contiguous streams: a copy that lost rows in the middle would have as many as it says and still be wrong.
        if broken := [each for each, (events, version, _) in back.items() if events != version]:
            raise StackProblem(f"{name}: {len(broken)} streams have holes, the first is {broken[0]}", remedy)
        if count < wanted[name]:
            raise StackProblem(f"{name}: {count} events restored, {wanted[name]} were backed up", remedy)
        if live is None:
            continue
        # The stack goes on meanwhile: a stream that has moved on is left out, one that stands must be the same.
        now = streams(live, name)
        if strange := [each for each, told in back.items() if now.get(each, (0, 0, ""))[1] <= told[1] and now.get(each) != told]:
            raise StackProblem(f"{name}: {len(strange)} streams came back otherwise, the first is {strange[0]}", remedy)
        found.lost += max(0, before[name][0] - count)
        found.lost_s = max(found.lost_s, round(before[name][1] - newest, 1) if before[name][0] > count else 0)
    forgotten = restored.postgres.sql("intake", ERASED).split()
    found.erased = len(forgotten)
    if set(forgotten) & set(restored.postgres.sql("keyring", "select subject_id from subject_key").split()):
        raise StackProblem("an erased subject has a key again", "./gabay keyring reconcile left one: report it")


def compare_models(here: dict[str, str], before: dict[str, str], after: dict[str, str], found: Report) -> None:
    """Tables that stood still beside the drill must be the same in it. Raises StackProblem."""
    still = [table for table, content in after.items() if before.get(table) == content]
    if other := [table for table in still if here.get(table) != after[table]]:
        raise StackProblem(
            f"{', '.join(other)} came back with other rows", "gabay rebuild mends a read model; the backup holds every event"
        )
    found.models = len(still)
