"""gabay-client on a real broker: from the first record, through repeats, over a hole with the help of a replay."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from gabay_client import Fact, Gap, Reader, SQLite

from deploy.embedded.stack import ROOT
from shared.messaging.broker import Broker
from shared.messaging.topics import Topic, ensure
from tests.harness.records import publish, streams
from tests.harness.wait import eventually

NAMES = iter(f"casework.reader-{n}.v1" for n in range(1, 99))


class Acme:
    """An integrator with a database of its own."""

    def __init__(self, topic: str, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("create table if not exists mine (stream text, version int, primary key (stream, version))")
        self.reader = Reader(SQLite(self.db), self.handle, topics=[topic], consumer="integrator.acme")

    def handle(self, fact: Fact) -> None:
        self.db.execute("insert into mine values (?, ?)", (fact.stream, fact.version))

    async def counted(self) -> int:
        return self.count

    @property
    def count(self) -> int:
        return int(self.db.execute("select count(*) from mine").fetchone()[0])


@pytest.fixture
async def topic(broker: Broker) -> str:
    name = next(NAMES)
    await ensure(broker, topics=[Topic(name)])
    return name


def records(topic: str, many: int, versions: int) -> list[Any]:
    return [each._replace(topic=topic) for each in streams("casework.case.v1", many, versions, seed=topic)]


async def test_it_begins_at_the_first_record_and_goes_on_where_it_was(broker: Broker, topic: str, tmp_path: Path) -> None:
    told = records(topic, 10, 4)
    await publish(broker, told[:25] + told[10:25])
    first = Acme(topic, tmp_path / "acme.db")
    assert await first.reader.run(once=True, bootstrap_servers=broker.bootstrap) == 25
    await publish(broker, told[20:])
    again = Acme(topic, tmp_path / "acme.db")
    assert await again.reader.run(once=True, bootstrap_servers=broker.bootstrap) == 15
    assert again.count == 40


async def test_it_follows_until_it_is_cancelled(broker: Broker, topic: str, tmp_path: Path) -> None:
    acme = Acme(topic, tmp_path / "acme.db")
    task = asyncio.ensure_future(acme.reader.run(bootstrap_servers=broker.bootstrap, poll_ms=50))
    await publish(broker, records(topic, 3, 2))
    await eventually(acme.counted, lambda found: found == 6, what="six facts")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_hole_stops_it_and_a_replay_mends_it(broker: Broker, topic: str, tmp_path: Path) -> None:
    told = records(topic, 1, 5)
    await publish(broker, [told[0], *told[3:]])
    acme = Acme(topic, tmp_path / "acme.db")
    with pytest.raises(Gap):
        await acme.reader.run(once=True, bootstrap_servers=broker.bootstrap)
    copies = f"replay.integrator.acme.{topic}"
    await ensure(broker, topics=[Topic(copies, kind="replay")])
    marks = [("x-replay-id", b"1"), ("x-replay-of", topic.encode())]
    await publish(broker, [each._replace(topic=copies, headers=[*each.headers, *marks]) for each in told])
    await Acme(topic, tmp_path / "acme.db").reader.run(once=True, bootstrap_servers=broker.bootstrap)
    assert acme.count == 5


async def test_a_topic_that_is_not_there_is_said(broker: Broker, tmp_path: Path) -> None:
    with pytest.raises(LookupError, match=r"casework\.nothing\.v1"):
        await Acme("casework.nothing.v1", tmp_path / "acme.db").reader.run(once=True, bootstrap_servers=broker.bootstrap)


@pytest.mark.slow
def test_the_distribution_is_complete_and_imports_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "uv", "build", "--wheel", "--no-build-isolation", "-o", str(tmp_path), str(ROOT / "shared" / "client")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("gabay_client-*.whl")
    assert {"gabay_client/reader.py", "gabay_client/py.typed"} <= set(zipfile.ZipFile(wheel).namelist())
    code = "import gabay_client; print(gabay_client.__file__)"
    alone = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(wheel)!r}); {code}"],
                           capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert wheel.name in alone.stdout, alone.stderr
