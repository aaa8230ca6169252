"""A worker that dies between any two of its steps on one fact, and the next one that gets the fact again.

A worker's steps: it looks up, it carries out each command in an append of its own, it destroys keys, it locks its offsets,
it writes guard and offsets, it commits. It is stopped before and after each of them; then the effect must be there once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.eventsourcing.database import open_pool
from shared.eventsourcing.handle import Handle
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Reactions, Rule
from shared.eventsourcing.store import PostgresStore
from shared.messaging import guard
from shared.messaging.batch import Batch, Entry
from shared.messaging.reactions import Reacting
from shared.messaging.session import connect
from shared.privacy.keyring import Keyring
from tests.integration.casework.desk import CENTRE, Desk

AT = "2026-03-06T02:00:00.000Z"


class Died(BaseException):
    """A worker that was killed: nothing catches this on the way."""


@dataclass
class Death:
    """Strikes at the n-th step; n None: never. passed: how many steps there were."""

    at: int | None
    passed: int = 0

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise Died()


@contextmanager
def mortal(death: Death, rules: dict[str, list[Rule]] | None = None) -> Iterator[None]:
    """Steps of a worker are counted, and one of them is its last. rules: of its reactions, whose look-ups are steps too."""
    rules = {} if rules is None else rules
    alive = dict(rules)
    run, lock, store, destroy = Handle.run, guard.lock, guard.store, Keyring.destroy

    def around(function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def stepping(*arguments: Any, **options: Any) -> Any:
            death.step()
            result = await function(*arguments, **options)
            death.step()
            return result

        return stepping

    for kind, each in alive.items():
        rules[kind] = [replace(rule, look_up=around(rule.look_up)) if rule.look_up else rule for rule in each]
    Handle.run, guard.lock, guard.store = around(run), around(lock), around(store)  # type: ignore[method-assign,assignment]
    Keyring.destroy = around(destroy)  # type: ignore[method-assign]
    try:
        yield
    finally:
        Handle.run, guard.lock, guard.store, Keyring.destroy = run, lock, store, destroy  # type: ignore[method-assign]
        rules.update(alive)


@asynccontextmanager
async def a_worker(desk: Desk, reactions: Reactions) -> AsyncIterator[tuple[Reacting, Any]]:
    connection = await connect(desk.worker_dsn, "tests")
    pool = await open_pool(desk.worker_dsn, minimum=1, maximum=2)
    try:
        yield Reacting(reactions, Handle(PostgresStore(pool), desk.parts.handle.keyring)), connection
    finally:
        await pool.close()
        await connection.close()


async def deliver(desk: Desk, reactions: Reactions, fact: Fact, death: Death) -> None:
    """A fact comes to a worker, which may die on it."""
    place = (fact.topic, fact.partition)
    async with a_worker(desk, reactions) as (worker, connection):
        await connection.execute(
            "insert into consumed (consumer, topic, partition, next) values ($1, $2, $3, 0) on conflict do nothing", worker.name, *place
        )
        record = SimpleNamespace(topic=fact.topic, partition=fact.partition, offset=fact.offset)
        entry = Entry(record, fact.stream, fact.version, fact.type, fact)
        with mortal(death, worker.reactions.rules):
            await worker.write(connection, Batch(1, {place: [entry]}, following={place: fact.offset + 1}), {place: 0})


async def survived(
    desk: Desk, reactions: Reactions, fact: Callable[[], Awaitable[Fact]], effects: Callable[[Fact], Awaitable[Any]], once: Any
) -> None:
    """Whichever step was a worker's last, the fact has its effect once when the next one has had it. fact: makes a fresh one."""
    life = Death(None)
    await deliver(desk, reactions, await fact(), life)
    assert life.passed > 4, "hardly anything happened"
    for last in range(1, life.passed + 1):
        told = await fact()
        with pytest.raises(Died):
            await deliver(desk, reactions, told, Death(last))
        await deliver(desk, reactions, told, Death(None))
        assert await effects(told) == once, f"after a death at step {last} of {life.passed}"
        await deliver(desk, reactions, told, Death(None))
        assert await effects(told) == once, f"when it came a third time, after a death at step {last}"


def told_by(kind: str, stream: UUID, offset: int = 0, **data: Any) -> Fact:
    """A fact of another service. The topic is its own, so that each worker begins at its offset."""
    ctx = {
        "centre": CENTRE, "actor": "stf-r1", "role": "reception", "purpose": "CASE_MANAGEMENT", "basis": "CONSENT",
        "consent_id": str(uuid4()), "subject_id": str(stream),
    }  # fmt: skip
    return Fact(f"tests.{uuid4()}", 0, offset, str(stream), 1, kind, str(uuid4()), AT, AT, "", {"ctx": ctx, **data})


async def heard(desk: Desk, consumer: str, stream: UUID, version: int = 1) -> None:
    """A read model of our own has had the fact too."""
    connection = await connect(desk.worker_dsn, "tests")
    try:
        await connection.execute(
            "insert into applied (consumer, stream_id, version) values ($1, $2, $3) on conflict do nothing", consumer, stream, version
        )
    finally:
        await connection.close()
