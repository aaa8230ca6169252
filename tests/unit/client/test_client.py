"""gabay-client: every kept record decodes, repeats are passed over, gaps stop, blobs open with granted keys alone."""

from __future__ import annotations

import ast
import json
import random
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from gabay_client import Altered, Fact, Gap, Keys, NotAFact, Reader, SQLite, admit, decode
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.contracts import corpus
from shared.messaging import cloudevents
from shared.messaging.partition import partition_of

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "shared" / "client" / "gabay_client"
RECORDS = sorted(corpus.GOLDEN.glob("*/*/*/*.json"))
TOPIC = "casework.case.v1"


def kept(path: Path, **changes: Any) -> Any:
    record = corpus.read(path)
    headers = tuple((name, value.encode()) for name, value in record["headers"].items())
    said = {"topic": record["topic"], "partition": 0, "offset": 0, "key": record["key"].encode(), "headers": headers}
    return SimpleNamespace(**{**said, "value": json.dumps(record["value"]).encode(), **changes})


def made(stream: int, version: int, offset: int = 0, name: str = "service-delivered") -> Any:
    """A record of a stream, as Kafka would hand it out."""
    key = f"00000000-0000-7000-8000-{stream:012d}"
    headers = {
        "content-type": "application/json", "ce_specversion": "1.0", "ce_id": f"{stream}-{version}", "ce_source": "/gabay/test/casework",
        "ce_type": f"gabay.casework.{name}.v1", "ce_subject": key, "ce_time": "2026-03-06T07:10:00.000Z",
        "ce_recordedtime": "2026-03-06T07:10:00.000Z", "ce_sequence": f"{version:010d}",
    }  # fmt: skip
    value = {"ctx": {"centre": "RX-01"}, "n": version}
    return SimpleNamespace(
        key=key.encode(),
        headers=[(n, v.encode()) for n, v in headers.items()],
        value=json.dumps(value).encode(),
        offset=offset,
        partition=0,
    )


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: "/".join(path.parts[-4:]))
def test_it_reads_every_kept_record_as_gabay_does(path: Path) -> None:
    mine, theirs = decode(kept(path)), cloudevents.decode(kept(path))
    assert (mine.stream, mine.version, mine.type, mine.id, mine.source) == (
        theirs.stream, theirs.version, theirs.type, theirs.event_id, theirs.source,
    )  # fmt: skip
    assert {"ctx": mine.ctx, **mine.data, **({"sealed": mine.sealed} if mine.sealed else {})} == theirs.data
    assert mine.name == path.parents[1].name
    assert mine.service == path.parents[2].name


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: "/".join(path.parts[-4:]))
def test_granted_keys_open_what_they_are_for_and_nothing_else(path: Path, tmp_path: Path) -> None:
    record = corpus.read(path)
    fact = decode(kept(path))
    granted = record.get("keys", {})
    lines = [json.dumps({"subject_id": key["subject_id"], "class": which, **key}) for which, key in granted.items()]
    (tmp_path / "keys.ndjson").write_text("\n".join(lines))
    keys = Keys.load(tmp_path / "keys.ndjson")
    for which in fact.sealed:
        owner = granted[which]["subject_id"]
        assert keys.open(fact, which, subject=owner) == record["plain"][which]
        assert Keys({}).open(fact, which, subject=owner) is None
        moved = Fact(**{**{name: getattr(fact, name) for name in fact.__slots__}, "id": "a2067109-1b27-530b-93c0-ed13f296c053"})
        with pytest.raises(Altered):
            keys.open(moved, which, subject=owner)
    for which in fact.sealed:
        keys.forget(granted[which]["subject_id"])
        assert keys.open(fact, which, subject=granted[which]["subject_id"]) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"value": b"{"}, "bad-json"),
        ({"value": None}, "bad-json"),
        ({"value": b"[]"}, "schema-mismatch"),
        ({"value": b'{"ctx": 1}'}, "schema-mismatch"),
        ({"key": None}, "key-mismatch"),
        ({"headers": ()}, "missing-header"),
        ({"headers": (("ce_type", None),)}, "bad-header"),
        ({"headers": (("ce_type", b"\xff"),)}, "bad-header"),
    ],
)
def test_what_is_no_fact_is_refused_with_a_code_and_no_value(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotAFact) as caught:
        decode(kept(RECORDS[0], **changes))
    assert caught.value.reason == str(caught.value) == reason


@given(st.binary(max_size=80), st.lists(st.tuples(st.text(max_size=12), st.binary(max_size=20)), max_size=4))
def test_any_record_is_a_fact_or_refused(value: bytes, headers: list[tuple[str, bytes]]) -> None:
    for more in ((), kept(RECORDS[0]).headers):
        record = SimpleNamespace(key=value, value=value, headers=(*more, *headers))
        with pytest.raises(NotAFact):
            decode(record)


def test_the_guard() -> None:
    fact = decode(made(1, 3))
    assert admit(fact, 2)
    assert not admit(fact, 3)
    assert not admit(fact, 9)
    with pytest.raises(Gap, match=r"gabay replay casework.case.v1 --for integrator.acme --stream .* --from-version 2"):
        admit(fact, 1, topic=TOPIC, consumer="integrator.acme")


def reader(**more: Any) -> tuple[Reader, list[tuple[str, int]], sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("create table mine (stream text, version int)")

    def handle(fact: Fact) -> None:
        db.execute("insert into mine values (?, ?)", (fact.stream, fact.version))

    return Reader(SQLite(db), handle, topics=[TOPIC], consumer="integrator.acme", **more), [], db


def rows(db: sqlite3.Connection) -> list[tuple[str, int]]:
    return db.execute("select stream, version from mine order by 1, 2").fetchall()


def test_a_repeat_is_passed_over_and_the_offset_goes_on() -> None:
    mine, _, db = reader()
    assert mine.apply(TOPIC, 0, [made(1, 1, 0), made(2, 1, 1), made(1, 1, 2), made(1, 2, 3)]) == 3
    assert mine.apply(TOPIC, 0, [made(1, 2, 3), made(2, 1, 4)]) == 0
    assert len(rows(db)) == 3
    assert SQLite(db).offset(TOPIC, 0) == 5


def test_a_gap_writes_nothing_of_its_batch() -> None:
    mine, _, db = reader()
    with pytest.raises(Gap):
        mine.apply(TOPIC, 0, [made(1, 1, 0), made(1, 3, 1)])
    assert rows(db) == []
    assert SQLite(db).offset(TOPIC, 0) is None
    assert mine.apply("replay.integrator.acme.casework.case.v1", 0, [made(1, 1, 0), made(1, 2, 1)]) == 2
    assert mine.apply(TOPIC, 0, [made(1, 1, 0), made(1, 3, 1)]) == 1
    assert [version for _, version in rows(db)] == [1, 2, 3]


class Log:
    """One partition as Kafka keeps it: what is before `first` is gone. In place of a consumer."""

    def __init__(self, first: int, records: list[Any]) -> None:
        self.first, self.records, self.place = first, records, 0

    def assign(self, parts: Any) -> None:
        pass

    async def beginning_offsets(self, parts: Any) -> dict[Any, int]:
        return dict.fromkeys(parts, self.first)

    async def end_offsets(self, parts: Any) -> dict[Any, int]:
        return dict.fromkeys(parts, self.first + len(self.records))

    def seek(self, part: Any, offset: int) -> None:
        self.part, self.place = part, offset

    async def getmany(self, **_: Any) -> dict[Any, list[Any]]:
        found = self.records[self.place - self.first :]
        self.place = self.first + len(self.records)
        return {self.part: found} if found else {}


@pytest.mark.parametrize(("first", "read_until"), [(0, 9), (7, 5)], ids=["made anew", "older copies are gone"])
async def test_copies_on_request_are_read_from_their_start_when_they_are_others(first: int, read_until: int) -> None:
    part = TopicPartition(f"replay.integrator.acme.{TOPIC}", 0)
    mine, _, db = reader()
    mine.apply(TOPIC, 0, [made(1, 1, 0)])
    SQLite(db).go_on_from(part.topic, 0, read_until)
    assert await mine._read(Log(first, [made(1, 1, first), made(1, 2, first + 1)]), [part], True, 1, 9) == 1
    assert SQLite(db).offset(part.topic, 0) == first + 2


@pytest.mark.parametrize(("first", "read_until"), [(0, 9), (7, 5)], ids=["made anew", "the oldest are gone"])
async def test_a_topic_that_no_longer_holds_the_next_fact_is_told_and_not_passed_over(first: int, read_until: int) -> None:
    mine, _, db = reader()
    SQLite(db).go_on_from(TOPIC, 0, read_until)
    with pytest.raises(LookupError, match=f"holds offsets {first} to {first + 1}, and {read_until} is next"):
        await mine._read(Log(first, [made(1, 1, first)]), [TopicPartition(TOPIC, 0)], True, 1, 9)


def test_what_your_handler_raises_undoes_the_batch() -> None:
    mine, _, db = reader()
    mine.apply(TOPIC, 0, [made(1, 1, 0)])
    db.execute("drop table mine")
    with pytest.raises(sqlite3.OperationalError):
        mine.apply(TOPIC, 0, [made(1, 2, 1)])
    assert SQLite(db).versions([made(1, 1).key.decode()]) == {made(1, 1).key.decode(): 1}
    assert SQLite(db).offset(TOPIC, 0) == 1


def test_a_record_that_is_no_fact_ends_the_reader_or_is_passed_over_by_choice() -> None:
    broken = made(1, 1, 5)
    broken.value = b"{"
    mine, _, _ = reader()
    with pytest.raises(NotAFact):
        mine.apply(TOPIC, 0, [broken])
    told: list[tuple[str, int, int, str]] = []
    mine, _, db = reader(unreadable=lambda *about: told.append(about) is None)
    assert mine.apply(TOPIC, 0, [broken, made(2, 1, 6)]) == 1
    assert told == [(TOPIC, 0, 5, "bad-json")]
    assert SQLite(db).offset(TOPIC, 0) == 7


@settings(deadline=None, max_examples=40)
@given(st.randoms(use_true_random=False), st.integers(1, 6), st.integers(1, 8))
def test_any_order_across_streams_with_any_repeats_gives_the_same_rows(draw: random.Random, streams: int, versions: int) -> None:
    """What at-least-once may do: streams interleave, any stretch comes again, batches end anywhere."""
    left = {stream: list(range(1, versions + 1)) for stream in range(streams)}
    told: list[tuple[int, int]] = []
    while any(left.values()):
        stream = draw.choice([each for each, rest in left.items() if rest])
        told.append((stream, left[stream].pop(0)))
        if draw.random() < 0.3:
            told += told[-draw.randint(1, 5) :]
    mine, _, db = reader()
    offset = 0
    while offset < len(told):
        size = draw.randint(1, 7)
        mine.apply(TOPIC, 0, [made(s, v, offset + n) for n, (s, v) in enumerate(told[offset : offset + size])])
        offset += size
    assert [version for _, version in rows(db)] == [*range(1, versions + 1)] * streams


def test_it_imports_nothing_of_gabay_and_no_package_unless_it_is_used() -> None:
    allowed = {"aiokafka", "cryptography", "gabay_client"}
    for path in PACKAGE.glob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            names = (
                [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                top = name.partition(".")[0]
                assert top not in {"shared", "services", "cli", "deploy"}, path
                if top in allowed - {"gabay_client"}:
                    assert node not in tree.body, f"{path} imports {top} although not every reader has it"


def test_a_database_that_begins_transactions_by_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="isolation_level=None"):
        SQLite(sqlite3.connect(":memory:"))


def test_the_partition_of_a_stream_is_kafkas_own() -> None:
    """A reader may rely on one stream lying in one partition."""
    assert partition_of(made(1, 1).key, 6) == partition_of(made(1, 9).key, 6)
