"""Grants from the real database: two persons, taken back at once, roles of a token worth nothing."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.errors import Rejected, Unavailable
from shared.eventsourcing.database import open_pool
from shared.http import access
from shared.http.auth import Identity
from shared.http.authorise import Grant
from shared.http.development import development_token
from shared.http.grants import AccessDatabase
from shared.http.problems import Problem

ISSUER = "http://127.0.0.1:8100"


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class World:
    def __init__(self, owner: Any, pool: Any, dsn: str) -> None:
        self.owner, self.pool, self.dsn, self.clock = owner, pool, dsn, Clock()
        self.grants = AccessDatabase(pool, clock=self.clock)

    async def dpo(self) -> None:
        await access.add_staff(self.owner, "stf-dpo", ISSUER, "dpo")
        await access.ensure_granted(self.owner, "stf-dpo", "dpo", region="antique")

    async def worker(self) -> None:
        await access.add_staff(self.owner, "stf-w1", ISSUER, "w1")


def identity(sub: str = "w1", device: str | None = None) -> Identity:
    return Identity(ISSUER, sub, "app", frozenset(), device, "", 0, 0)


@pytest.fixture
async def world(fresh_database: Callable[[str], Any]) -> AsyncIterator[World]:
    database = fresh_database("access")
    owner = await asyncpg.connect(database.owner)
    pool = await open_pool(database.role("intake_access"), minimum=1, maximum=2)
    yield World(owner, pool, database.owner)
    await pool.close()
    await owner.close()
    database.drop()


async def test_a_grant_counts_from_the_confirmation_of_a_second_person(world: World) -> None:
    await world.dpo()
    await world.worker()
    grant = await access.grant(world.owner, "stf-w1", "caseworker", centre="PH-ANT-01", by="stf-admin")
    assert (await world.grants.subject(identity())).grants == ()
    await access.confirm(world.owner, grant, by="stf-dpo")
    world.clock.now += 31
    subject = await world.grants.subject(identity())
    assert subject.staff_id == "stf-w1"
    assert [(g.role, g.centre) for g in subject.grants] == [("caseworker", "PH-ANT-01")]


async def test_a_grant_taken_back_stops_within_half_a_minute(world: World) -> None:
    await world.worker()
    await access.ensure_granted(world.owner, "stf-w1", "caseworker", centre="PH-ANT-01")
    assert (await world.grants.subject(identity())).grants
    grant = await world.owner.fetchval('select grant_id from "grant" where staff_id = $1', "stf-w1")
    await access.revoke(world.owner, grant, by="stf-admin")
    world.clock.now += 31
    assert (await world.grants.subject(identity())).grants == ()


async def test_a_grant_for_a_time_is_taken_back_before_it_is_over_and_one_that_is_not_there_is_named(world: World) -> None:
    await world.worker()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    grant = await access.grant(world.owner, "stf-w1", "caseworker", centre="PH-ANT-01", by="stf-admin", until=tomorrow)
    for _ in range(2):  # a second time changes nothing
        await access.revoke(world.owner, grant, by="stf-admin")
    assert await world.owner.fetchval('select valid_to <= clock_timestamp() from "grant" where grant_id = $1', grant)
    with pytest.raises(Rejected) as refusal:
        await access.revoke(world.owner, uuid4(), by="stf-admin")
    assert refusal.value.code == "not-found"


@pytest.mark.parametrize(
    ("by", "code"), [("stf-admin", "same-person-signoff"), ("stf-w1", "same-person-signoff"), ("stf-none", "forbidden")]
)
async def test_nobody_confirms_what_they_gave_or_get(world: World, by: str, code: str) -> None:
    await world.dpo()
    await world.worker()
    for who in ("stf-admin", "stf-w1"):
        await access.add_staff(world.owner, who, ISSUER, "w1" if who == "stf-w1" else who)
        await access.ensure_granted(world.owner, who, "dpo", region="antique")
    grant = await access.grant(world.owner, "stf-w1", "supervisor", centre="PH-ANT-01", by="stf-admin")
    with pytest.raises(Rejected) as refusal:
        await access.confirm(world.owner, grant, by=by)
    assert refusal.value.code == code


async def test_the_database_itself_refuses_a_grant_confirmed_by_one_person(world: World) -> None:
    await world.worker()
    grant = await access.grant(world.owner, "stf-w1", "supervisor", centre="PH-ANT-01", by="stf-admin")
    for who in ("stf-admin", "stf-w1"):
        with pytest.raises(asyncpg.CheckViolationError):
            await world.owner.execute('update "grant" set confirmed_by = $1 where grant_id = $2', who, grant)


async def test_a_service_may_read_grants_and_not_make_them(world: World) -> None:
    await world.worker()
    for statement in (
        "insert into staff (staff_id, iss, sub) values ('stf-x', 'i', 's')",
        "update \"grant\" set role = 'dpo'",
        "delete from device",
        "delete from audit_head",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await world.pool.execute(statement)


async def test_what_somebody_might_do_is_asked_for_the_day_it_was_done(world: World) -> None:
    await world.worker()
    now = datetime.now(UTC)
    grant = await access.grant(
        world.owner, "stf-w1", "reception", centre="PH-ANT-01", by="stf-admin", since=now - timedelta(days=9), until=now - timedelta(days=2)
    )
    await world.owner.execute("update \"grant\" set confirmed_by = 'stf-dpo' where grant_id = $1", grant)
    then = await world.grants.held("stf-w1", now - timedelta(days=5))
    assert [g.role for g in then.grants] == ["reception"]
    assert (await world.grants.held("stf-w1", now)).grants == ()
    assert (await world.grants.held("stf-w1", now - timedelta(days=20))).grants == ()


async def test_a_blocked_device_is_told_to_wipe_itself(world: World) -> None:
    await access.set_device(world.owner, "tab-1", "PH-ANT-01")
    found = await world.grants.subject(identity(device="tab-1"))
    assert found.grants == (Grant("device", "PH-ANT-01"),)
    await access.set_device(world.owner, "tab-1", "PH-ANT-01", blocked=True)
    world.clock.now += 31
    with pytest.raises(Problem) as refusal:
        await world.grants.subject(identity(device="tab-1"))
    assert refusal.value.code == "device-blocked"
    assert (await world.grants.subject(identity(device="unknown"))).grants == ()


async def test_without_the_access_database_nobody_is_let_in(world: World) -> None:
    await world.pool.close()
    with pytest.raises(Unavailable):
        await world.grants.subject(identity())


async def test_a_development_token_makes_its_rows_once(world: World, tmp_path: Any) -> None:
    for _ in range(2):
        await development_token(
            home=tmp_path, issuer=ISSUER, access_dsn=world.dsn, region="antique", role="caseworker", centre="PH-ANT-01", step_up=True
        )
        await development_token(home=tmp_path, issuer=ISSUER, access_dsn=world.dsn, region="antique", device="tab-1", centre="PH-ANT-01")
    rows = await world.owner.fetch('select staff_id, role from "grant" order by 1')
    assert [tuple(row) for row in rows] == [("staff-pages", "statistician"), ("stf-caseworker-ph-ant-01", "caseworker")]
    assert (tmp_path / "issuer" / "key.json").stat().st_mode & 0o777 == 0o600


async def test_a_role_with_a_place_needs_one(world: World, tmp_path: Any) -> None:
    with pytest.raises(Rejected, match="centre"):
        await development_token(home=tmp_path, issuer=ISSUER, access_dsn=world.dsn, region="antique", role="caseworker")
