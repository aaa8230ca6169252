"""Reading training sessions: one, its facts, the list. Ids, codes and counts only; scores are for statistics."""

from typing import Annotated

from services.casework.case.pages import told
from services.casework.parts import SESSIONS, Casework
from shared.codes import Course, SessionState
from shared.codes.valid import Day
from shared.eventsourcing.event import instant
from shared.http.command import Answer, Call, CentreCode, CommandRouter, Resource
from shared.http.listing import ListQuery, page, position
from shared.privacy.member import member

from .routes import find
from .table import allowed

router = CommandRouter("training-sessions")


class SessionQuery(ListQuery):
    """Which sessions to list."""

    centre: Annotated[CentreCode | None, member("Of this centre.")] = None
    course: Annotated[Course | None, member("Of this course.")] = None
    state: Annotated[SessionState | None, member("In this state.")] = None
    since: Annotated[Day | None, member("That start on this day (UTC) or later.")] = None


@router.read("GET", "/v1/training-sessions/{id:uuid}", action="open.read")
async def read_session(call: Call) -> Answer:
    """A session as it stands: who is enrolled, and what it came to for each, without scores."""
    found = await find(call)
    state = found.state
    scheduled = state.scheduled.model_dump(mode="json") if state.scheduled else {}
    content = {
        "id": call.path["id"],
        "version": found.version,
        "centre": found.centre,
        "state": state.state,
        **scheduled,
        "enrolled": sorted(map(str, state.enrolled)),
        "held": state.held.model_dump(mode="json", exclude_none=True) if state.held else None,
        "outcomes": [
            {"client_id": client_id, "attended_hours": outcome.attended_hours, "completed": outcome.completed}
            for client_id, outcome in state.outcomes.items()
        ],
        "allowed": allowed(state.state),
    }
    return await call.show(content, version=found.version)


@router.read("GET", "/v1/training-sessions/{id:uuid}/events", action="open.read")
async def read_session_events(call: Call) -> Answer:
    """The facts of a session, oldest first: open members only."""
    found = await find(call)
    return await call.show({"items": [told(fact) for fact in found.facts]})


@router.read("GET", "/v1/training-sessions", action="open.read", query=SessionQuery)
async def list_sessions(call: Call) -> Answer:
    """The trainings of the caller's centres, and of an agency those that it gives, newest first."""
    parts: Casework = call.parts
    query: SessionQuery = call.query
    centres = [centre for centre in sorted(call.caller.centres) if call.may("open.read", Resource(centre=centre))]
    orgs = [org for org in sorted(call.caller.subject.orgs) if call.may("open.read", Resource(orgs=frozenset({org})))]
    filters = (query.centre, query.course, query.state, query.since)
    rows = await parts.pool.fetch(SESSIONS.list_sessions, centres, orgs, *filters, *position(call), query.limit + 1)
    return await page(call, [{**dict(row), "starts": instant(row["starts"])} for row in rows], key="session_id")
