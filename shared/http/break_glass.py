"""Break-glass: a record that is not one's own, opened in an emergency, for an hour, on record, and reviewed by somebody else.

    router = break_glass_router(OpenClientBody, of_client, IDENTITY)    # intake: by the client
    router = break_glass_router(OpenCaseBody, of_case, NARRATIVE)       # casework: by a case of the own centre

What was opened counts in every service, since its row lies in the database `access` (within 30 seconds elsewhere, at once
here). The dpo and the supervisors of the centre find it in `GET /v1/break-glass` at once, and hear of it by an alert.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import orjson
from pydantic import Field

from shared import telemetry
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.event import instant
from shared.eventsourcing.sql import Statements
from shared.http.answer import Answer
from shared.http.authorise import Resource
from shared.http.bodies import EXAMPLE_ID, Form, example
from shared.http.call import Call
from shared.http.command import CommandRouter
from shared.http.listing import ListQuery, page, position
from shared.privacy.classes import Erased, FieldClass
from shared.privacy.keyring import Wanted
from shared.privacy.member import member
from shared.privacy.sealed import SealedItem, seal

SQL: Final = Statements("shared.http")
EVERY_S: Final = 60.0
TEXT: Final = "break-glass-opened"  # what ties the sealed text to its place, as the name of an event does elsewhere


class Emergency(StrEnum):
    """Why a record is opened that is not one's own."""

    VITAL_INTEREST = "VITAL_INTEREST"
    CHILD_AT_RISK = "CHILD_AT_RISK"
    LEGAL_DUTY = "LEGAL_DUTY"
    COVER = "COVER"


class Finding(StrEnum):
    """What a review found."""

    JUSTIFIED = "JUSTIFIED"
    UNJUSTIFIED = "UNJUSTIFIED"


class OpenBody(Form):
    """Why."""

    reason: Annotated[Emergency, member("What kind of emergency.")]
    text: Annotated[str, Field(min_length=20, max_length=500), member("What happened, in your words; sealed like a note.")]


class OpenClientBody(OpenBody):
    """Whose record to open, and why."""

    model_config = example({"client_id": EXAMPLE_ID, "reason": "VITAL_INTEREST", "text": "Hospital asks for allergies, worker is away."})

    client_id: Annotated[UUID, member("The client.")]


class OpenCaseBody(OpenBody):
    """Which case to open, and why. A confidential one is asked for by its client, at intake."""

    model_config = example({"case_id": EXAMPLE_ID, "reason": "COVER", "text": "Worker is ill, the client stands at the desk."})

    case_id: Annotated[UUID, member("A case of your own centre.")]


class ReviewBody(Form):
    """What you found."""

    model_config = example({"finding": "JUSTIFIED"})

    finding: Annotated[Finding, member("Whether the emergency was one.")]


class GlassQuery(ListQuery):
    """Which emergency accesses to list."""

    reviewed: Annotated[bool | None, member("Only those that somebody reviewed, or only those that wait for it.")] = None


Whose = Callable[[Call, Any], Awaitable[tuple[UUID, str]]]
"""(call, body) -> (the person, the centre of their record). Raises OutOfScope for whom the caller must not know of."""


def break_glass_router(body_model: type[OpenBody], whose: Whose, which: FieldClass) -> CommandRouter:
    """The operations of one service. which: a class whose key this service holds; it seals the text."""
    router = CommandRouter("break-glass")

    @router.command("POST", "/v1/break-glass", body=body_model, action="breakglass.open", concurrency="none", statuses=(201, 404, 409, 410))
    async def open_in_emergency(call: Call, body: OpenBody) -> Answer:
        """Open the record of one person for 60 minutes. Asked again while it is open, you get the same grant; three at most."""
        subject, centre = await whose(call, body)
        call.allow(Resource(centre=centre, subject_id=subject))
        staff = call.caller.staff_id
        async with call.runtime.grants.pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"break-glass:{staff}")
            standing = await connection.fetchrow(SQL.glass_standing, staff, subject)
            if standing is not None:
                return _opened(standing, 200)
            grant_id = call.command_id or uuid4()
            text = await _seal(call, subject, grant_id, body.text, which)
            row = await connection.fetchrow(SQL.glass_open, grant_id, staff, subject, body.reason, centre, call.runtime.service, text)
            if row is None:
                raise Rejected("open-items", "You have three open: wait until one has run out.", kinds=["BREAK_GLASS"])
            # Before this commits: whoever opens a record is on its access log, whatever happens afterwards.
            await call.record("BREAK_GLASS", [subject], [], centre=centre, break_glass_reason=body.reason)
        call.runtime.grants.forget()
        telemetry.logger().warning("sec_break_glass_opened", grant=str(grant_id), staff=staff, centre=centre, reason=body.reason)
        return _opened(row, 201)

    @router.read("GET", "/v1/break-glass", action="breakglass.review", query=GlassQuery, classes=(which,))
    async def list_emergencies(call: Call) -> Answer:
        """Who opened whose record in an emergency, newest first: the work of the dpo and of the supervisors of the centre."""
        everywhere = call.may("breakglass.review", Resource())
        places = [c for c in sorted(call.caller.subject.centres) if call.may("breakglass.review", Resource(centre=c))]
        asked = (None if everywhere else places, call.query.reviewed, *position(call), call.query.limit + 1)
        rows = [dict(row) for row in await call.runtime.grants.pool.fetch(SQL.glass_list, *asked)]
        await _open_texts(call, rows, which)
        shown = [{name: _plain(value) for name, value in row.items() if value is not None} for row in rows]
        subjects = [row["subject_id"] for row in rows[: call.query.limit]]
        return await page(call, shown, key="grant_id", at="opened_at", subjects=subjects)

    @router.command(
        "POST", "/v1/break-glass/{id:uuid}:review", body=ReviewBody, action="breakglass.review", concurrency="none", statuses=(404, 409)
    )
    async def review_emergency(call: Call, body: ReviewBody) -> Answer:
        """Say whether an emergency was one, within seven days; never about your own. What was not justified ends at once."""
        pool = call.runtime.grants.pool
        row = await pool.fetchrow(SQL.glass_of, call.path["id"])
        if row is None:
            raise OutOfScope()
        call.allow(Resource(centre=row["centre"]))
        if row["staff_id"] == call.caller.staff_id:
            raise Rejected("same-person-signoff", "Let somebody else carry it out.")
        at = await pool.fetchval(SQL.glass_review, call.path["id"], call.caller.staff_id, body.finding)
        if at is None and (row["reviewed_by"], row["finding"]) != (call.caller.staff_id, body.finding):
            raise Rejected("invalid-state", "It was reviewed before: see what was found.", state="REVIEWED", allowed=[])
        call.runtime.grants.forget()
        telemetry.logger().info("sec_break_glass_reviewed", grant=str(call.path["id"]), staff=call.caller.staff_id, reason=body.finding)
        return _done(call.path["id"], at or row["reviewed_at"], 200, finding=body.finding)

    return router


async def watch(access: Any, region: str) -> None:
    """Tell, every minute and for ever, how many are open and for how long the oldest has waited for its review."""
    while True:
        try:
            row = await access.fetchrow(SQL.glass_age)
            telemetry.BREAKGLASS_OPEN.set(row["open"], {"region": region})
            telemetry.BREAKGLASS_UNREVIEWED_AGE.set(row["oldest"], {"region": region})
        except Exception as error:  # nobody awaits this task: were it to end, the gauges would stand still and read as quiet
            telemetry.logger().warning("break_glass_not_counted", exc_info=error)
        await asyncio.sleep(EVERY_S)


def _opened(row: Any, status: int) -> Answer:
    return _done(row["grant_id"], row["opened_at"], status, grant_id=row["grant_id"], expires_at=instant(row["expires_at"]))


def _done(done_id: UUID, at: Any, status: int, **extra: Any) -> Answer:
    """As every command answers: ids, codes and times."""
    return Answer({"id": done_id, "version": 1, "recorded_at": instant(at), "events": [], **extra}, status, id=done_id, version=1)


async def _seal(call: Call, subject: UUID, grant_id: UUID, text: str, which: FieldClass) -> str:
    keys = await call.parts.handle.sealer.keyring.for_sealing([Wanted(subject, which)], fresh=False)
    key = keys.get((subject, which))
    if key is None:
        raise Rejected("client-erased", "This person asked to be forgotten.")
    return seal(key, orjson.dumps(text), subject, grant_id, grant_id, TEXT, which)


async def _open_texts(call: Call, rows: list[dict[str, Any]], which: FieldClass) -> None:
    """The words of those who opened something here; another service holds the keys of the others."""
    ours = [row for row in rows if row["service"] == call.runtime.service and row["text"] is not None]
    items = [SealedItem(row["subject_id"], row["grant_id"], row["grant_id"], TEXT, which, row["text"]) for row in ours]
    for row in rows:
        row["text"] = None
    for row, plain in zip(ours, await call.parts.handle.sealer.open_many(items), strict=True):
        row["text"] = "erased" if isinstance(plain, Erased) else orjson.loads(plain)


def _plain(value: Any) -> Any:
    return instant(value) if hasattr(value, "isoformat") else value
