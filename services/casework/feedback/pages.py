"""Reading feedback: one, its facts, the list of complaints by what is due."""

from datetime import datetime
from typing import Annotated, Any

from services.casework.case.pages import told
from services.casework.parts import COMPLAINTS, Casework
from shared.codes import ComplaintStage, FeedbackKind
from shared.contracts.casework.feedback import FeedbackNarrative, FeedbackRecorded
from shared.eventsourcing.event import instant
from shared.http.command import Answer, Call, CentreCode, CommandRouter, Resource
from shared.http.listing import ListQuery, page, position
from shared.privacy.classes import NARRATIVE
from shared.privacy.member import member

from .decisions import FEEDBACK
from .routes import find
from .table import MACHINE

router = CommandRouter("feedback")


class FeedbackQuery(ListQuery):
    """Which feedback to list."""

    centre: Annotated[CentreCode | None, member("About this centre.")] = None
    kind: Annotated[FeedbackKind | None, member("Of this kind.")] = None
    stage: Annotated[ComplaintStage | None, member("Complaints at this stage.")] = None


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
    filters = (query.centre, query.kind, query.stage)
    rows = await parts.pool.fetch(COMPLAINTS.list_feedback, centres, *filters, *position(call), query.limit + 1, call.reach)
    about = {row["feedback_id"] for row in rows[: query.limit] if await _about_caller(call, row)}
    return await page(call, [_line(row) for row in rows], key="feedback_id", unseen=about)


async def _about_caller(call: Call, row: Any) -> bool:
    """Only the sealed part says whom a complaint is about."""
    if row["kind"] != FeedbackKind.COMPLAINT:
        return False
    parts: Casework = call.parts
    return (await parts.handle.load(FEEDBACK, row["feedback_id"])).state.about_worker == call.caller.staff_id


def _line(row: Any) -> dict[str, Any]:
    return {name: instant(value) if isinstance(value, datetime) else value for name, value in row.items()}
