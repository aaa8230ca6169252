"""What tests share: one Postgres and one Kafka per run, databases made in a moment, and the options of the run.

stack           session: Stack with postgres and kafka only, started when first asked for
whole_stack     session: Stack with every part (four apis, four workers, the issuer), of its own
fresh_database  session: fresh_database("intake") -> Database, migrated, empty, nobody else's
openbao         session: a real OpenBao in memory
"""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from deploy.compose.target import FILES, HOME, OTHERS, lay_out
from deploy.embedded.stack import CORE, PARTS, ROOT, Stack
from tests.harness.openbao import OpenBao, serve
from tests.harness.verdict import PAGE, PROPERTY, Tell, line, page

# A developer's own settings must not decide what a test finds.
for _name in [name for name in os.environ if name.startswith("GABAY_")]:
    del os.environ[_name]

# A time limit an example would be a test of the machine's other work.
settings.register_profile("gabay", deadline=None)
settings.load_profile("gabay")

WITHOUT_STACK = ("tests/unit", "tests/architecture")
LONGEST_FIRST = ("tests/chaos", "tests/acceptance", "tests/security", "tests/integration", "tests/attack", "tests/browser")
"""So that of two processes none is left with the longest while the other has nothing to do."""
TOGETHER = ("tests/chaos", "tests/integration/access")
"""Folders whose tests share a stack at a fixed home; elsewhere only those of one file stay together."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long profiles too")
    parser.addoption("--target", help="compose, or a compose file: against the stack that runs by it, what asks for a whole stack")
    parser.addoption("--pictures", action="store_true", help="take the pictures of docs/images anew (tests/browser)")
    parser.addoption("--report", action="store_true", help=f"write {PAGE} from what the reliability tests say")


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Say what a run found: tell("R4", what=..., seed=..., counts={...}, wrong=[...], bug=...). Fails if it is not as it must be."""

    def told(ids: str, **said: Any) -> None:
        record_property(PROPERTY, line(ids, **said))
        wrong, bug = list(said["wrong"]), said.get("bug")
        print(f"\n{ids}, {said['what']}: {said['counts']}; with {bug or 'no bug'}: {'; '.join(wrong) or 'nothing wrong'}")
        assert bool(wrong) == bool(bug), "\n".join(wrong) or f"{bug} was not noticed"

    return told


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, []) if report.when == "call"]
    lines = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    if config.getoption("--report") and lines:
        (ROOT / PAGE).write_text(page(lines, ROOT))
        terminalreporter.write_line(f"{len(lines)} verdicts: {PAGE}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    skip = pytest.mark.skip(reason="a long profile: gabay test --long")
    for item in items:
        if not config.getoption("--long") and item.get_closest_marker("long"):
            item.add_marker(skip)
        if not config.getoption("--pictures") and item.get_closest_marker("pictures"):
            item.add_marker(pytest.mark.skip(reason="pictures of docs/images are taken with --pictures"))
        folder = item.path.relative_to(ROOT).as_posix()
        if folder.startswith(WITHOUT_STACK) and {"stack", "whole_stack"} & set(getattr(item, "fixturenames", ())):
            raise pytest.UsageError(f"{item.nodeid} asks for the stack: move it to tests/integration, or do without")

        if config.getoption("--target") and "whole_stack" not in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="makes a stack of its own: nothing for --target"))

    items.sort(key=lambda item: _turn(item.path.relative_to(ROOT).as_posix()))


class Together(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist ships no types
    """Deals tests out to the processes: those of a file go to one, and so do those of a folder of TOGETHER."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if path.startswith(folder)), path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    return Together(config, log) if config.getoption("dist") == "loadfile" else None


def _turn(path: str) -> int:
    return next((turn for turn, folder in enumerate(LONGEST_FIRST) if path.startswith(folder)), len(LONGEST_FIRST))


def _started(name: str, parts: tuple[str, ...]) -> Stack:
    """A stack in the first free home of this name: two runs at once each have their own."""
    for number in itertools.count(1):
        stack = Stack(
            ROOT / ".gabay" / (name if number == 1 else f"{name}-{number}"), ports="free", parts=parts, settings={"GABAY_MODE": "test"}
        )
        if stack.home.take():
            stack.home.wipe(keep=("run",))
            stack.home.release()
            return stack.start_sync()
    raise AssertionError("unreachable: there is always another number")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Postgres and Kafka, empty at the start of the run, on ports of their own."""
    running = _started("test", CORE)
    yield running
    running.stop_sync()


@pytest.fixture(scope="session")
def whole_stack(pytestconfig: pytest.Config) -> Iterator[Stack]:
    """Everything that `gabay up` starts, on ports and data of its own; with --target, what runs elsewhere."""
    if target := pytestconfig.getoption("--target"):
        yield Stack.attach(lay_out(HOME, FILES) if target == "compose" else lay_out(OTHERS, [Path(target).resolve()]))
        return
    running = _started("test-whole", PARTS)
    yield running
    running.stop_sync()


@pytest.fixture(scope="session")
def openbao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBao]:
    """A key service of its own, in memory."""
    with serve(tmp_path_factory.mktemp("openbao")) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Database:
    """One migrated database. `target` is a service, `keyring` or `access`."""

    stack: Stack
    target: str
    name: str

    @property
    def owner(self) -> str:
        return self.role(f"{self.target}_owner")

    @property
    def app(self) -> str:
        return self.role(f"{self.target}_app")

    @property
    def worker(self) -> str:
        return self.role(f"{self.target}_worker")

    def role(self, role: str) -> str:
        """Address for a role, e.g. role("intake_keyring") of a keyring; role("postgres") is the superuser."""
        return self.stack.dsn(role, self.name)

    def drop(self) -> None:
        self.stack.postgres.sql("postgres", f"drop database if exists {self.name} with (force)")


@pytest.fixture(scope="session")
def fresh_database(stack: Stack) -> Callable[[str], Database]:
    """fresh_database(target) -> Database: a copy of a template that was migrated once; takes some 50 ms."""
    count = itertools.count(1)
    lock = threading.Lock()
    templates: set[str] = set()

    def make(target: str) -> Database:
        with lock:
            if target not in templates:
                _make_template(stack, target)
                templates.add(target)
            name = f"{target}_{next(count)}"
        stack.postgres.sql("postgres", f"create database {name} template template_{target} owner {target}_owner")
        return Database(stack, target, name)

    return make


def _make_template(stack: Stack, target: str) -> None:
    from shared.eventsourcing.migrate import migrate

    template = f"template_{target}"
    stack.postgres.create(template, target)
    with ThreadPoolExecutor(1) as pool:  # in a thread: the caller may be inside a running loop
        pool.submit(asyncio.run, migrate(stack.dsn(f"{target}_owner", template), target)).result()


@pytest.fixture
def store_database(fresh_database: Callable[[str], Database]) -> Iterator[Database]:
    database = fresh_database("intake")
    yield database
    database.drop()


@pytest.fixture
def fresh_store(store_database: Database) -> str:
    """Address of an empty event store, as intake's api."""
    return store_database.app


@pytest.fixture
def fresh_store_owner(store_database: Database) -> str:
    """Address of the database of `fresh_store`, as its owner."""
    return store_database.owner


@pytest.fixture
def fresh_keyring(fresh_database: Callable[[str], Database]) -> Iterator[str]:
    """Address of an empty keyring, as intake."""
    database = fresh_database("keyring")
    yield database.role("intake_keyring")
    database.drop()


@pytest.fixture
def fresh_access(fresh_database: Callable[[str], Database]) -> Iterator[str]:
    """Address of an empty database of grants, as intake."""
    database = fresh_database("access")
    yield database.role("intake_access")
    database.drop()


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the source tree."""
    return ROOT
