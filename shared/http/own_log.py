"""The person's own access log: who read what of them in this service, when and why. Reading it is itself on record."""

from typing import Annotated, Any, Final
from uuid import UUID

from shared.codes.valid import Moment
from shared.eventsourcing.sql import Statements
from shared.http.answer import Answer
from shared.http.authorise import Resource
from shared.http.call import Call
from shared.http.command import CommandRouter
from shared.http.listing import ListQuery, page, position
from shared.privacy.member import member

SQL: Final = Statements("shared.http")


class AccessLogQuery(ListQuery):
    """Which part of the log."""

    since: Annotated[Moment | None, member("First moment.")] = None


def own_log_router() -> CommandRouter:
    """The operation that every service offers for its own reads."""
    router = CommandRouter("access-log")

    @router.read("GET", "/v1/clients/{id:uuid}/access-log", action="privacy.access-log", query=AccessLogQuery)
    async def read_access_log(call: Call) -> Answer:
        """Who read what of this person here, newest first: times, staff, purposes and names of what was shown; no values."""
        subject: UUID = call.path["id"]
        call.allow(Resource(subject_id=subject))
        rows = await call.parts.pool.fetch(SQL.own_log, subject, *position(call), call.query.since, call.query.limit + 1)
        # Before the answer, like every read of a person's data; it stands in the same log from then on.
        await call.record("READ", [subject], ["access_log"], result_count=min(len(rows), call.query.limit))
        return await page(call, [_told(row) for row in rows], key="entry_id", at="at")

    return router


def _told(row: Any) -> dict[str, Any]:
    return {name: value for name, value in dict(row).items() if value not in (None, [], 0)}
