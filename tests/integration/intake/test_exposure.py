"""Whom an account was shown or wrote about between two times, by the access log and the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from cli.breach.assessment import gather
from shared.eventsourcing.sql import statements
from tests.harness.people import CENTRE, a_registration, new_id
from tests.integration.intake.conftest import Desk, staff_of

SQL = statements("cli.breach")
HOUR = timedelta(hours=1)


async def test_whoever_was_shown_or_written_about_is_found_and_nobody_else(desk: Desk) -> None:
    leaked, other = desk.as_("reception"), desk.as_("supervisor")
    read, written, foreign = [UUID((await by.register(a_registration(local_id=new_id())))["id"]) for by in (other, leaked, other)]
    await leaked.read(read)
    await other.read(foreign)
    now, account = datetime.now(UTC), staff_of("reception", CENTRE)
    rows = [
        ("intake", row)
        for statement in (SQL.exposed, SQL.recorded)
        for row in await desk.parts.pool.fetch(statement, account, None, now - HOUR, now + HOUR)
    ]
    found = {each.subject_id: each for each in gather(rows)}
    assert found.keys() == {read, written}
    assert (found[read].actions, found[written].actions) == ({"READ"}, {"RECORDED"})
    assert {"identity", "profile"} <= found[read].classes & found[written].classes
    for statement in (SQL.exposed, SQL.recorded):
        assert await desk.parts.pool.fetch(statement, account, None, now - 2 * HOUR, now - HOUR) == []
        assert await desk.parts.pool.fetch(statement, None, "dev-1", now - HOUR, now + HOUR) == []
