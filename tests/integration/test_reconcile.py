"""After a restore of the keyring: which profile keys are destroyed again, and which a consent or a legal hold keeps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from shared.privacy.reconcile import reconcile

YESTERDAY = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
Told = tuple[str, dict[str, Any]]


def given(consent: str = "first", replaces: str | None = None) -> Told:
    return "consent-given", {"consent_id": consent, "purpose": "STATISTICS", "replaces": replaces}


def ended(consent: str = "first") -> Told:
    return "consent-withdrawn", {"consent_id": consent, "purpose": "STATISTICS"}


def held(hold: str = "a", until: str | None = None) -> Told:
    return "legal-hold-placed", {"hold_id": hold, "until": until}


def lifted(hold: str = "a") -> Told:
    return "legal-hold-lifted", {"hold_id": hold}


KEPT: dict[str, list[Told]] = {
    "in force": [given()],
    "ended under a hold": [given(), held(), ended()],
    "another hold was placed before that one was lifted": [given(), held(), ended(), held("b"), lifted()],
    "under the consent that took its place": [given(), given("second", "first")],
    "given again under the hold": [given(), held(), ended(), given("second")],
}
DESTROYED: dict[str, list[Told]] = {
    "ended": [given(), ended()],
    "ended before the hold": [given(), ended(), held()],
    "the hold was lifted": [given(), held(), ended(), lifted()],
    "another hold was placed after that one was lifted": [given(), held(), ended(), lifted(), held("b")],
    "the hold ran out": [given(), held(until=YESTERDAY), ended()],
    "the consent that took its place ended": [given(), given("second", "first"), ended("second")],
}


async def test_a_restored_profile_key_stays_only_where_a_consent_or_a_hold_kept_it(fresh_database: Callable[[str], Any]) -> None:
    clients = {name: uuid4() for name in KEPT | DESTROYED}
    async with AsyncExitStack() as stack:
        keyring, intake, referrals = [
            await _connected(stack, fresh_database(target).owner) for target in ("keyring", "intake", "referrals")
        ]
        for name, told in (KEPT | DESTROYED).items():
            await _happened(intake, clients[name], told)
            await keyring.execute(
                "insert into subject_key (subject_id, class, key_id, wrapped_key, kek_version) values ($1, 'profile', $1, $2, 1)",
                clients[name],
                b"wrapped",
            )
        told = await reconcile(keyring, intake, referrals)
        there = {row[0] for row in await keyring.fetch("select key_id from subject_key")}
    assert {name for name, client in clients.items() if client in there} == set(KEPT)
    assert told.profiles == len(DESTROYED)


async def _connected(stack: AsyncExitStack, address: str) -> Any:
    connection = await asyncpg.connect(address)
    stack.push_async_callback(connection.close)
    return connection


async def _happened(intake: Any, client: UUID, told: list[Told]) -> None:
    """The facts of one client, as they are stored. The key has the client's id."""
    await intake.executemany(
        "insert into event (event_id, stream_id, version, kind, type, schema, data, meta, occurred_at, recorded_at)"
        " values ($1, $2, $3, 'client', $4, 1, $5, '{}', now(), now())",
        [
            (uuid4(), client, n, kind, orjson.dumps(data | {"profile_key": client} if kind == "consent-given" else data).decode())
            for n, (kind, data) in enumerate(told, 1)
        ],
    )
