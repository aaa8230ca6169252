"""The embedded stack keeps its promises: parts in order, restarts, an end within ten seconds, nothing left behind."""

import asyncio
import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.child import Identity
from deploy.embedded.home import Home
from deploy.embedded.postgres import Postgres
from deploy.embedded.problem import StackProblem
from deploy.embedded.stack import CORE, PARTS, ROOT, Stack

STAND_IN = [sys.executable, str(Path(__file__).with_name("stack_part.py"))]


def stand_ins(home: Path, *, parts: tuple[str, ...] = PARTS, **behaviour: list[str]) -> Stack:
    """A stack whose Gabay parts are stand-ins: its own parts are other people's tests."""
    layout = Home(home)
    layout.make()
    ports = layout.ports("free")
    commands = {name: [*STAND_IN, "serve", str(ports[name])] for name in PARTS if name in ports and name not in CORE}
    commands |= {"migrations": [*STAND_IN, "once"], "topics": [*STAND_IN, "once"]}
    commands |= {name.replace("_", "-"): [*STAND_IN, *words] for name, words in behaviour.items()}
    return Stack(home, ports="free", parts=parts, commands=commands)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    left = Home(tmp_path).leftovers()
    for _, identity in left:
        identity.send(signal.SIGKILL)
    assert not left, f"still running: {left}"


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Identity.of(pid) is not None]


async def test_every_part_is_ready_when_start_returns_and_gone_when_stop_does(home: Path) -> None:
    order: list[str] = []
    stack = stand_ins(home)
    stack._changed = lambda each: order.append(each.part.name) if each.state in ("ready", "done") else None
    began = time.monotonic()
    await stack.start()
    first = time.monotonic() - began
    pids = [pid for name in PARTS if (pid := stack.pid(name))]
    assert sorted(order) == sorted(PARTS)
    assert len(pids) == len(PARTS) - 2  # migrations and topics end by themselves
    assert order.index("postgres") < order.index("migrations") < order.index("intake-api")
    assert order.index("kafka") < order.index("topics") < order.index("intake-worker")
    began = time.monotonic()
    await stack.stop()
    assert time.monotonic() - began < 10
    assert alive(pids) == []
    assert first < 20, f"the first start took {first:.1f} s"


async def test_a_part_that_dies_is_restarted_and_the_others_go_on(home: Path) -> None:
    async with stand_ins(home, parts=("postgres", "intake-api", "intake-worker")) as stack:
        api, worker = stack.pid("intake-api"), stack.pid("intake-worker")
        stack.kill("intake-api")
        await stack.wait_ready("intake-api", 10)
        assert stack.pid("intake-api") != api
        assert stack.pid("intake-worker") == worker


async def test_a_full_disk_does_not_keep_a_part_from_being_restarted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stand_ins(home, parts=("postgres", "intake-api")) as stack:
        api = stack.pid("intake-api")
        no_room = OSError(errno.ENOSPC, "No space left on device")
        supervisor = stack._run_by_us
        with monkeypatch.context() as full:
            full.setattr(supervisor.home, "write_state", _raising(no_room))
            part = supervisor.running["intake-api"].part
            tries = iter([no_room, None])
            # Frozen, because nobody changes it; a test may.
            object.__setattr__(part, "prepare", lambda: _raise(next(tries, None)))
            stack.kill("intake-api")
            await stack.wait_ready("intake-api", 10)
        assert stack.pid("intake-api") != api
        assert next(tries, "used") == "used"


def _raise(error: Exception | None) -> None:
    if error is not None:
        raise error


def _raising(error: Exception) -> Callable[..., None]:
    return lambda *_: _raise(error)


async def test_postgres_comes_back_with_what_it_had_committed(home: Path) -> None:
    async with stand_ins(home, parts=("postgres",)) as stack:
        stack.postgres.sql("intake", "create table kept (n int); insert into kept values (7)")
        stack.kill("postgres")
        await stack.wait_ready("postgres", 20)
        assert stack.postgres.sql("intake", "select n from kept").strip() == "7"


async def test_a_part_can_be_kept_down_and_brought_back(home: Path) -> None:
    async with stand_ins(home, parts=("postgres", "casework-api")) as stack:
        await stack.stop_part("casework-api")
        assert stack.pid("casework-api") is None
        await stack.start_part("casework-api")
        assert stack.pid("casework-api") is not None


async def test_a_part_that_ignores_the_signal_is_ended_all_the_same(home: Path) -> None:
    layout = Home(home)
    layout.make()
    port = layout.ports("free")["intake-api"]
    stack = stand_ins(home, parts=("intake-api",), intake_api=["stubborn", str(port)])
    await stack.start()
    pid = stack.pid("intake-api")
    began = time.monotonic()
    await stack.stop()
    assert time.monotonic() - began < 10
    assert pid is not None
    assert alive([pid]) == []


async def test_a_part_that_cannot_start_says_its_last_words_and_stops_the_rest(home: Path) -> None:
    stack = stand_ins(home, parts=("postgres", "intake-api"), intake_api=["fail", "78"])
    with pytest.raises(StackProblem, match=r"intake-api is not configured(?s:.*)missing: the other half(?s:.*)gabay logs intake-api"):
        await stack.start()


async def test_a_second_supervisor_of_one_home_is_refused(home: Path) -> None:
    async with stand_ins(home, parts=("intake-api",)):
        with pytest.raises(StackProblem, match="already running"):
            await Stack(home).start()


async def test_a_taken_port_is_named_with_the_remedy(home: Path) -> None:
    stack = stand_ins(home, parts=("intake-api",))
    port = Home(home).remembered_ports()["intake-api"]
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    # The home would draw another port; one of the handbook's is kept, and said to be taken.
    stack.home.ports = lambda _: Home(home).remembered_ports()  # type: ignore[method-assign]
    try:
        with pytest.raises(StackProblem, match=f"port {port} .* taken(?s:.*)--free-ports"):
            await stack.start()
    finally:
        server.close()
        await server.wait_closed()


async def test_data_of_another_postgres_are_refused_with_the_remedy(home: Path) -> None:
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(StackProblem, match=r"PostgreSQL 16(?s:.*)gabay reset"):
        await stand_ins(home, parts=("postgres",)).start()


def test_a_home_with_a_long_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    socket = Postgres(deep, 5432, "x").sockets / ".s.PGSQL.5432"
    assert len(str(socket)) <= 107


def test_a_killed_supervisor_leaves_nothing_that_down_or_the_next_up_does_not_end(home: Path) -> None:
    environment = os.environ | {"GABAY_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "cli"]

    def gabay(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *words], env=environment, capture_output=True, text=True, timeout=60, check=False)

    def kill_it() -> list[int]:
        state = json.loads((home / "run" / "state.json").read_text())
        pids = [part["pid"] for part in state["parts"].values()]
        os.kill(state["supervisor"]["pid"], signal.SIGKILL)
        return pids

    up = ("up", "--detach", "--free-ports", "--only=postgres,kafka")
    try:
        for mend in (("down",), up):
            started = gabay(*up)
            assert started.returncode == 0, started.stdout + started.stderr
            pids = kill_it()
            assert gabay(*mend).returncode == 0
            assert alive(pids) == []
    finally:
        gabay("down")
    assert gabay("status").returncode == 3


async def test_secrets_are_made_once_and_closed_to_others(home: Path) -> None:
    layout = Home(home)
    layout.make()
    files = sorted((home / "secrets").iterdir())
    before = [file.read_text() for file in files]
    assert {file.stat().st_mode & 0o077 for file in files} == {0}
    assert all("dev-" in text for file, text in zip(files, before, strict=True) if file.name != "postgres-password")
    layout.make()
    assert [file.read_text() for file in files] == before


async def test_logs_stay_bounded(home: Path) -> None:
    from deploy.embedded.supervisor import LOG_BYTES, LOG_KEPT, _trim

    log = home / "part.log"
    log.write_bytes(b"x" * (LOG_BYTES + 1))
    _trim(log)
    assert log.stat().st_size == 0
    assert log.with_name("part.log.1").stat().st_size == LOG_KEPT


async def test_no_role_may_more_than_its_work(stack: Stack) -> None:
    import asyncpg

    rows = stack.postgres.sql(
        "postgres", "select rolname from pg_roles where rolname !~ '^(pg_|postgres$)' and (rolsuper or rolbypassrls or rolcreatedb)"
    )
    assert rows.strip() == ""
    connection = await asyncpg.connect(stack.dsn("intake_app", "intake"))
    with contextlib.suppress(asyncpg.PostgresError):
        await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(stack.dsn("intake_app", "casework"))
    connection = await asyncpg.connect(stack.dsn("intake_app", "intake"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create table mine (n int)")
    finally:
        await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://intake_app:guess@127.0.0.1:{stack.postgres.port}/intake")
    connection = await asyncpg.connect(stack.postgres.tcp_dsn("intake_app", "intake"))
    await connection.close()


async def test_the_rules_for_production_tell_a_process_from_an_owner(fresh_database: Callable[[str], Any]) -> None:
    import asyncpg

    from shared.settings import refuse_database

    database = fresh_database("intake")
    found = {}
    for role in (database.app, database.worker, database.owner, database.role("postgres")):
        connection = await asyncpg.connect(role)
        try:
            found[role] = {reason.rule for reason in await refuse_database(connection)}
        finally:
            await connection.close()
    assert list(found.values()) == [set(), set(), {"P04"}, {"P04"}]
    database.drop()
