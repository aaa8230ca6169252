"""Migrations only add: the code of the release before must work on the schema of this one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.eventsourcing.locks import locks_of, statements_of
from tests.architecture.sources import ROOT

FOLDERS = sorted({file.parent for file in ROOT.glob("s*/**/migrations/**/*.sql") if ".venv" not in file.parts})
# File -> why it may take away or lock: nobody of the release before uses it any more, or no installation has it yet.
ALLOWED = {
    "shared/eventsourcing/migrations/versions/0003_occupancy.sql": "replaces a function by one whose new parameters have defaults",
}


def breaks(script: str) -> Iterator[str]:
    """What would stop the release before, or stop the world."""
    made = {table for table, lock in locks_of(script) if lock == "new"}
    for statement in statements_of(script):
        altered = re.match(r"alter table (?:if exists )?(?:only )?([a-z_.]+)", statement)
        if altered and altered[1] == "event" and "event" not in made and "trigger" not in statement:
            yield "changes the table event, which is never rewritten"
        if re.match(r"drop (table|view|function|schema)", statement) or "drop column" in statement:
            yield "takes something away: that is for two releases later"
        if re.search(r"\brename (to|column)|alter column \w+ (set data )?type\b", statement):
            yield "renames or changes a type: the release before knows the old one"
        if (
            altered
            and altered[1] not in made
            and re.search(r"set not null|add (column )?\w+ [\w\[\]]+ not null(?!.*\bdefault\b)", statement)
        ):
            yield "asks for a value that the release before does not write"
        index = re.match(r"create (?:unique )?index (concurrently )?.*?\bon ([a-z_.]+)", statement)
        if index and not index[1] and index[2] not in made:
            yield "makes an index while writes wait: concurrently"


def scripts() -> list[Path]:
    return [file for folder in FOLDERS for file in sorted(folder.glob("*.sql")) if not file.name.startswith("0001_")]


@pytest.mark.parametrize("file", scripts(), ids=lambda file: file.name)
def test_a_migration_only_adds(file: Path) -> None:
    found = list(breaks(file.read_text()))
    assert bool(found) == (file.relative_to(ROOT).as_posix() in ALLOWED), "\n".join(found) or "needs no exception any more"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_migrations_are_numbered_without_gaps(folder: Path) -> None:
    numbers = [int(file.name[:4]) for file in sorted(folder.glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "script",
    [
        "alter table event add column more text",
        "alter table stream drop column kind",
        "alter table stream alter column kind type varchar(10)",
        "alter table stream rename to streams",
        "alter table parked add column owner text not null",
        "create index parked_reason on parked (reason)",
        "drop table search",
    ],
)
def test_what_would_break_the_release_before_is_found(script: str) -> None:
    assert list(breaks(script))


@pytest.mark.parametrize(
    "script",
    [
        "create table later (id uuid primary key); create index later_id on later (id); alter table later add column x text not null;",
        "alter table parked add column owner text; alter table parked add column level integer not null default 1",
        "create index concurrently parked_reason on parked (reason)",
        "-- drop table event\nselect 1",
        "create function f() returns void language plpgsql as $$ begin drop table event; end $$",
    ],
)
def test_what_adds_is_welcome(script: str) -> None:
    assert not list(breaks(script))


def test_the_locks_of_a_migration_are_told() -> None:
    script = "create table a (id int); alter table a add b int; alter table stream add c int; create index concurrently i on event (kind)"
    assert locks_of(script) == [
        ("a", "new"),
        ("stream", "access exclusive: reads and writes wait"),
        ("event", "share update exclusive: nobody waits"),
    ]
