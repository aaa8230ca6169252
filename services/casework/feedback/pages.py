"""Reading feedback: one, its facts, the list of complaints by what is due."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.casework.case.pages import told
from services.casework.parts import COMPLAINTS, Casework
from shared.codes import ComplaintStage, FeedbackKind
from shared.contracts.casework.feedback import FeedbackNarrative, FeedbackRecorded
from shared.eventsourcing.event import instant
from shared.http.command import Answer, Call, CentreCode, CommandRouter, Form, Resource
from shared.privacy.classes import NARRATIVE
from shared.privacy.member import member

from .decisions import FEEDBACK
from .routes import find
from .table import MACHINE

router = CommandRouter("feedback")


class FeedbackQuery(Form):
    """Which feedback to list."""

    centre: Annotated[CentreCode | None, member("About this centre.")] = None
    kind: Annotated[FeedbackKind | None, member("Of this kind.")] = None
    stage: Annotated[ComplaintStage | None, member("Complaints at this stage.")] = None
    limit: Annotated[int, Field(ge=1, le=200), member("Rows of a page.")] = 50
    cursor: Annotated[str | None, Field(max_length=1024), member("`next` of the page before.")] = None


@router.read("GET", "/v1/feedback/{id:uuid}", action="complaint.handle", classes=(NARRATIVE,))
async def read_feedback(call: Call) -> Answer:
    """Feedback as it stands, with its text. Who reads is on record."""
    found = await find(call)
    recorded: FeedbackRecorded = found.facts[0].event
    words = recorded.narrative.model_dump(exclude_none=True) if isinstance(recorded.narrative, FeedbackNarrative) else {}
    content = {
        "id": call.path["id"],
        "version": found.version,
        "centre": found.centre,
        **recorded.model_dump(mode="json", exclude={"narrative"}, exclude_none=True),
        **words,
        "stage": found.state.stage,
        "handler": found.state.handler,
        "allowed": MACHINE.following(found.state.stage) if found.state.stage else [],
    }
    return await call.show(content, version=found.version, centre=found.centre)


@router.read("GET", "/v1/feedback/{id:uuid}/events", action="complaint.handle", classes=(NARRATIVE,))
async def read_feedback_events(call: Call) -> Answer:
    """The facts of a piece of feedback with what was written, oldest first. Who reads is on record."""
    found = await find(call)
    return await call.show({"items": [told(fact, NARRATIVE) for fact in found.facts]}, centre=found.centre)


@router.read("GET", "/v1/feedback", action="complaint.handle", query=FeedbackQuery)
async def list_feedback(call: Call) -> Answer:
    """Feedback about the caller's centres, newest first, without its words; complaints about the caller are left out."""
    parts: Casework = call.parts
    query: FeedbackQuery = call.query
    everywhere = call.may("complaint.handle", Resource())
    centres = None if everywhere else [c for c in sorted(call.caller.centres) if call.may("complaint.handle", Resource(centre=c))]
    bound = f"feedback\n{call.caller.principal}\n{query.centre}\n{query.kind}\n{query.stage}"
    at, last = _position(call, query.cursor, bound)
    rows = await parts.pool.fetch(
        COMPLAINTS.list_feedback, centres, query.centre, query.kind, query.stage, at, last, query.limit + 1, call.reach
    )
    items = [_line(row) for row in rows[: query.limit] if not await _about_caller(call, row)]
    following = None
    if len(rows) > query.limit:
        end = rows[query.limit - 1]
        following = call.runtime.cursors.write([end["recorded_at"].isoformat(), str(end["feedback_id"])], bound_to=bound)
    answer = await call.show({"items": items, "next": following})
    if following:
        answer.headers["Link"] = f'</v1/feedback?limit={query.limit}&cursor={following}>; rel="next"'
    return answer


async def _about_caller(call: Call, row: Any) -> bool:
    """Only the sealed part says whom a complaint is about."""
    if row["kind"] != FeedbackKind.COMPLAINT:
        return False
    parts: Casework = call.parts
    return (await parts.handle.load(FEEDBACK, row["feedback_id"])).state.about_worker == call.caller.staff_id


def _line(row: Any) -> dict[str, Any]:
    return {name: instant(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _position(call: Call, cursor: str | None, bound: str) -> tuple[datetime | None, UUID | None]:
    if cursor is None:
        return None, None
    at, last = call.runtime.cursors.read(cursor, bound_to=bound)
    return datetime.fromisoformat(at), UUID(last)
