"""Reading cases: one, its facts, its timeline, the list."""

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from services.casework.parts import CASELOAD, Casework
from shared.codes import CaseState, NoteKind
from shared.contracts.casework.case import CaseNoteRecorded
from shared.eventsourcing.event import Recorded, instant, voided
from shared.http.command import Answer, Call, CentreCode, CommandRouter, Resource, StaffId
from shared.http.listing import ListQuery, page, position
from shared.privacy.classes import NARRATIVE, PROTECTED, FieldClass
from shared.privacy.member import member

from .decisions import case_at
from .following import on_time
from .routes import Found, find, found_in
from .state import FollowUp, State
from .table import allowed

router = CommandRouter("cases")


class CaseQuery(ListQuery):
    """Which cases to list."""

    centre: Annotated[CentreCode | None, member("Of this centre.")] = None
    state: Annotated[CaseState | None, member("In this state.")] = None
    worker: Annotated[StaffId | None, member("Assigned to this member of staff.")] = None


@router.read("GET", "/v1/cases/{id:uuid}", action="case.read")
async def read_case(call: Call) -> Answer:
    """A case as it stands: open members only; what is told in it is in its facts."""
    found = await _readable(call)
    state = found.state
    content = {
        "id": call.path["id"],
        "version": found.version,
        "client_id": state.client_id,
        "centre": found.centre,
        "case_kind": state.kind,
        "priority": state.priority,
        "state": state.state,
        "worker": state.worker,
        "needs": len(state.needs),
        "services": [
            {"service_id": s.service_id, "service_code": s.service_code, "delivered_on": s.delivered_on} for s in state.services.values()
        ],
        "plan": _plan(state) if state.plan_no else None,
        "follow_ups": [_follow_up(key, each) for key, each in state.follow_ups.items()],
        "consular_requests": [{"request_id": key, "stage": each.stage} for key, each in state.assistance.requests.items()],
        "returns": [{"return_id": key, "stage": each.stage} for key, each in state.assistance.returns.items()],
        "tracings": [{"tracing_id": key, "stage": each.stage} for key, each in state.assistance.searches.items()],
        "contact_block": state.assistance.contact_block,
        "transfer": {"transfer_id": state.transfer.transfer_id, "to_centre": state.transfer.to_centre} if state.transfer else None,
        "closed_on": state.closed_on,
        "allowed": allowed(state.state),
    }
    return await call.show(content, version=found.version)


def _plan(state: State) -> dict[str, Any]:
    """The newest plan and where its steps stand."""
    steps = {key: action.status for key, action in state.actions.items() if action.plan_no == state.plan_no}
    return {"plan_no": state.plan_no, "approved": state.plan_approved, "actions": steps}


def _follow_up(key: UUID, each: FollowUp) -> dict[str, Any]:
    done = {"done": each.done, "contact": each.contact, "on_time": on_time(each.due, each.done)} if each.done else {}
    return {"follow_up_id": key, "type": each.type, "due": each.due, **done}


async def _readable(call: Call) -> Found:
    """The case, for its own people, and for whoever may sign at a centre that was asked to take it over."""
    found = await found_in(call)
    there = Resource(centre=found.state.transfer.to_centre) if found.state.transfer else None
    reading = "case.read-confidential" if found.state.confidential else "case.sign"
    if there is not None and call.may("case.sign", there) and call.may(reading, there):
        return found
    return await find(call)


@router.read("GET", "/v1/cases/{id:uuid}/events", action="case.read-narrative", classes=(NARRATIVE, PROTECTED))
async def read_case_events(call: Call) -> Answer:
    """The facts of a case with their narrative, oldest first; what is protected for those who may read that. Who reads is
    on record. A counsellor's own notes are left out for everybody else, who sees only that there is one."""
    found = await find(call)
    shown = (NARRATIVE, PROTECTED) if call.may("case.read-confidential", found.resource) else (NARRATIVE,)
    facts = await call.history(case_at(found.centre), call.path["id"], frozenset(shown))
    subjects = [found.state.client_id] if found.state.client_id else []
    if PROTECTED in shown:
        subjects += {search.sought_id for search in found.state.assistance.searches.values()}
    void = voided([fact.event for fact in facts])
    items = [told(fact, *(() if _unread(call, found, fact) else shown)) for fact in facts]
    items = [item | {"void": True} if item["event_id"] in void else item for item in items]
    classes = [which for which in shown if any(which.value in item["data"] for item in items)]
    return await call.show({"items": items}, subjects=subjects, classes=classes, centre=found.centre)


def _unread(call: Call, found: Found, fact: Recorded[Any]) -> bool:
    """Whether a fact is a counselling note that is not the caller's to read."""
    if not isinstance(fact.event, CaseNoteRecorded) or fact.event.kind is not NoteKind.COUNSELLING:
        return False
    own = Resource(centre=found.centre, assigned=frozenset({fact.ctx.actor}), subject_id=found.state.client_id)
    return not call.may("case.read-counselling", own)


@router.read("GET", "/v1/cases/{id:uuid}/timeline", action="case.read")
async def read_timeline(call: Call) -> Answer:
    """What happened in a case and to its referrals, from the read model: codes and ids only."""
    await find(call)
    parts: Casework = call.parts
    rows = await parts.pool.fetch(CASELOAD.timeline, call.path["id"], call.reach)
    items = [
        {"stream_id": r[0], "version": r[1], "type": r[2], "at": instant(r[3]), "actor": r[4], "details": orjson.loads(r[5]),
         **({"void": True} if r[6] else {})}
        for r in rows
    ]  # fmt: skip
    return await call.show({"items": items})


@router.read("GET", "/v1/cases", action="case.read", query=CaseQuery)
async def list_cases(call: Call) -> Answer:
    """The caller's cases, newest first."""
    parts: Casework = call.parts
    query: CaseQuery = call.query
    centres = sorted(call.caller.centres)
    general = [centre for centre in centres if call.may("case.read", Resource(centre=centre))]
    hidden = [centre for centre in centres if call.may("case.read-confidential", Resource(centre=centre))]
    mine = (call.caller.staff_id, own_centres(call, "case.read"))
    filters = (query.centre, query.state, query.worker)
    rows = await parts.pool.fetch(CASELOAD.list_cases, general, hidden, *mine, *filters, *position(call), query.limit + 1, call.reach)
    return await page(call, [{**dict(row), "opened_at": instant(row["opened_at"])} for row in rows], key="case_id")


def own_centres(call: Call, action: str) -> list[str]:
    """Centres at which whatever is assigned to the caller is theirs to see: not those where they worked before."""
    mine = frozenset({call.caller.staff_id})
    return [centre for centre in sorted(call.caller.centres) if call.may(action, Resource(centre=centre, assigned=mine))]


@router.read("GET", "/v1/transfers", action="case.read")
async def list_transfers(call: Call) -> Answer:
    """Transfers that wait for an answer: of the caller's own cases, and from or to the centres for which they sign."""
    parts: Casework = call.parts
    centres = sorted(call.caller.centres)
    general = [centre for centre in centres if call.may("case.sign", Resource(centre=centre))]
    hidden = [centre for centre in general if call.may("case.read-confidential", Resource(centre=centre))]
    mine = (call.caller.staff_id, own_centres(call, "case.read"))
    rows = await parts.pool.fetch(CASELOAD.list_transfers, general, hidden, *mine, call.reach)
    items = [{**dict(row), "transfer_at": instant(row["transfer_at"]), "due": parts.answer_due(row)} for row in rows]
    return await call.show({"items": items})


@router.read("GET", "/v1/caseload", action="case.read")
async def read_caseload(call: Call) -> Answer:
    """Who has how many open cases, and what of them is late: of the centres where the caller assigns, else their own. Counts
    only."""
    parts: Casework = call.parts
    centres = [centre for centre in sorted(call.caller.centres) if call.may("case.assign", Resource(centre=centre))]
    today = call.runtime.now().astimezone(ZoneInfo(parts.region.centres[0].zone)).date()
    rows = await parts.pool.fetch(CASELOAD.board, centres, call.caller.staff_id, today, own_centres(call, "case.read"), call.reach)
    return await call.show({"items": [{**dict(row), "bin": _bin(row["cases"])} for row in rows]})


def _bin(cases: int) -> str:
    """Caseloads are compared in tens; from thirty on they are too many."""
    return "30+" if cases >= 30 else f"{cases // 10 * 10}-{cases // 10 * 10 + 9}"


def told(fact: Recorded[Any], *shown: FieldClass) -> dict[str, Any]:
    """A fact as a reader of these classes sees it; a class that no longer opens reads `erased`."""
    event = fact.event
    sealed = {which.value for which in event.sealed_classes}
    data = event.model_dump(mode="json", exclude=sealed, exclude_none=True)
    for which in shown:
        if (member := getattr(event, which, None)) is not None:
            data[which.value] = member.model_dump(mode="json", exclude_none=True) if member else "erased"
    return {
        "event_id": fact.event_id,
        "type": event.event_type,
        "version": fact.version,
        "occurred_at": instant(fact.occurred_at),
        "recorded_at": instant(fact.recorded_at),
        "actor": fact.ctx.actor,
        "role": fact.ctx.role,
        "data": data,
    }
