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


def ended(consent: str = "first", purpose: str = "STATISTICS", days_ago: int = 0) -> Told:
    return "consent-withdrawn", {"consent_id": consent, "purpose": purpose, "days_ago": days_ago}


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
    # Nobody looked at the key when another consent ended, so it is there for the hold that came after.
    "another purpose ended between two holds": [
        given(),
        held(until=YESTERDAY),
        ended(days_ago=2),
        ended("other", "CASE_MANAGEMENT"),
        held("b"),
    ],
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


def merged(into: UUID, record: UUID) -> list[tuple[UUID, Told]]:
    told = {"survivor_id": str(into), "retired_id": str(record)}
    return [(into, ("client-records-merged", told)), (record, ("client-retired", told))]


def unmerged(into: UUID, record: UUID) -> list[tuple[UUID, Told]]:
    told = {"survivor_id": str(into), "retired_id": str(record)}
    return [(into, ("client-records-unmerged", told)), (record, ("client-reinstated", told))]


def stories() -> dict[str, tuple[bool, UUID, list[tuple[UUID, Told]]]]:
    """Name -> whether the merged record's key stays, the record, and what happened, in order."""
    told: dict[str, tuple[bool, UUID, list[tuple[UUID, Told]]]] = {}

    def story(name: str, stays: bool, *happened: Callable[[UUID, UUID, UUID], list[tuple[UUID, Told]]]) -> None:
        one, other, third = uuid4(), uuid4(), uuid4()
        begun = [(each, given()) for each in (one, other, third)]
        told[name] = (stays, other, begun + [fact for step in happened for fact in step(one, other, third)])

    ends = lambda one, other, third: [(one, ended())]  # noqa: E731  # steps read best in one line
    joins = lambda one, other, third: merged(one, other)  # noqa: E731
    story("nobody withdrew", True, joins)
    story("who goes on withdrew", False, joins, ends)
    story("withdrew, and was asked again", False, joins, ends, lambda one, other, third: [(one, given("second"))])
    story("the consent took another's place", True, joins, lambda one, other, third: [(one, given("second", "first"))])
    story("a hold on who goes on", True, lambda one, other, third: [(one, held())], joins, ends)
    story("a hold on the merged one", True, joins, lambda one, other, third: [(other, held())], ends)
    story("a hold that was lifted", False, joins, lambda one, o, t: [(o, held())], ends, lambda one, o, t: [(o, lifted())])
    story("a hold that ran out", False, joins, lambda one, o, t: [(o, held(until=YESTERDAY))], ends)
    story("apart again before", True, joins, lambda one, other, third: unmerged(one, other), ends)
    story("apart again after", False, joins, ends, lambda one, other, third: unmerged(one, other))
    story("over a third", False, joins, lambda one, o, third: merged(third, one), lambda one, o, third: [(third, ended())])
    story("another's withdrawal", True, joins, lambda one, other, third: [(third, ended())])
    return told


async def test_a_merged_records_profile_key_goes_with_the_consent_of_who_goes_on(fresh_database: Callable[[str], Any]) -> None:
    told = stories()
    async with AsyncExitStack() as stack:
        keyring, intake, referrals = [
            await _connected(stack, fresh_database(target).owner) for target in ("keyring", "intake", "referrals")
        ]
        for _, record, happened in told.values():
            versions: dict[UUID, int] = {}
            for client, fact in happened:
                versions[client] = versions.get(client, 0) + 1
                await _happened(intake, client, [fact], versions[client])
            await keyring.execute(
                "insert into subject_key (subject_id, class, key_id, wrapped_key, kek_version) values ($1, 'profile', $1, $2, 1)",
                record,
                b"wrapped",
            )
        await reconcile(keyring, intake, referrals)
        there = {row[0] for row in await keyring.fetch("select key_id from subject_key")}
    assert {name for name, (_, record, _) in told.items() if record in there} == {name for name, (stays, *_) in told.items() if stays}


async def test_members_whom_only_the_forgotten_declared_stay_forgotten(fresh_database: Callable[[str], Any]) -> None:
    gone, too, stays, home = uuid4(), uuid4(), uuid4(), uuid4()
    alone, shared, registered, known = members = [uuid4() for _ in range(4)]
    async with AsyncExitStack() as stack:
        keyring, intake, referrals = [
            await _connected(stack, fresh_database(target).owner) for target in ("keyring", "intake", "referrals")
        ]
        declared = ((alone, gone), (shared, gone), (shared, too), (registered, gone), (known, gone), (known, stays))
        links = [("household-member-linked", {"member_id": str(member), "declared_by": str(by)}) for member, by in declared]
        await _happened(intake, home, links)
        for client in (gone, too, stays, registered):
            await _happened(intake, client, [("client-registered", {})])
        for client in (gone, too):
            await _happened(intake, client, [("client-erased", {})], 2)
        for member in members:
            await keyring.execute(
                "insert into subject_key (subject_id, class, key_id, wrapped_key, kek_version) values ($1, 'identity', $1, $2, 1)",
                member,
                b"wrapped",
            )
        await reconcile(keyring, intake, referrals)
        there = {row[0] for row in await keyring.fetch("select key_id from subject_key")}
    assert there == {registered, known}


async def _connected(stack: AsyncExitStack, address: str) -> Any:
    connection = await asyncpg.connect(address)
    stack.push_async_callback(connection.close)
    return connection


async def _happened(intake: Any, client: UUID, told: list[Told], first: int = 1) -> None:
    """The facts of one client from a version on, as they are stored. The key has the client's id."""
    await intake.executemany(
        "insert into event (event_id, stream_id, version, kind, type, schema, data, meta, occurred_at, recorded_at)"
        " values ($1, $2, $3, 'client', $4, 1, $5, '{}', now(),"
        " now() - make_interval(days => coalesce(($5::jsonb ->> 'days_ago')::int, 0)))",
        [
            (uuid4(), client, n, kind, orjson.dumps(data | {"profile_key": client} if kind == "consent-given" else data).decode())
            for n, (kind, data) in enumerate(told, first)
        ],
    )
