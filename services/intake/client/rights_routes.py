"""The rights of a person to their own data over HTTP: what they asked for, what was decided, and the register of all requests."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from services.intake.parts import RIGHTS, Intake
from shared.contracts.intake.client import ErasureRequested
from shared.contracts.intake.rights import RequestWords, RightsRequestDecided, RightsRequestReceived
from shared.errors import Rejected
from shared.eventsourcing.event import instant
from shared.http.command import Answer, Call, CommandRouter, Resource
from shared.http.listing import page, position
from shared.privacy.classes import IDENTITY

from .commands import AnswerRightsRequest, DecideRightsRequest, ReceiveRightsRequest
from .decisions import CLIENT
from .forgetting_routes import drawn, run_resting
from .rights_forms import AnswerRightsRequestBody, DecideRightsRequestBody, ReceiveRightsRequestBody, RegisterQuery
from .state import State

router = CommandRouter("clients")

REQUEST = "/v1/clients/{id:uuid}/rights-requests/{rid:uuid}"


@router.command(
    "POST", "/v1/clients/{id:uuid}/rights-requests", body=ReceiveRightsRequestBody, action="rights.receive", concurrency="additive"
)
async def receive_rights_request(call: Call, body: ReceiveRightsRequestBody) -> Answer:
    """Write down that a person wants to see their data, have them corrected, or that a use of them stops. Their answer is due
    within the time that the region's law gives."""
    parts: Intake = call.parts
    centre = await parts.centre_of(call.path["id"])
    request_id = body.request_id or drawn(call, "request")
    due = parts.region.rights.after(cast(datetime, call.occurred_at), parts.region.centre(centre))
    command = ReceiveRightsRequest(
        request_id=request_id, right=body.right, due_answer=due, objects_to=body.objects_to, text=body.text
    )  # fmt: skip
    return await run_resting(call, centre, command, {"request_id": request_id, "due_answer": instant(due)})


@router.command("POST", f"{REQUEST}:decide", body=DecideRightsRequestBody, action="rights.decide", concurrency="guarded")
async def decide_rights_request(call: Call, body: DecideRightsRequestBody) -> Answer:
    """Grant a request, or refuse it. A granted objection ends every consent to that use at once."""
    parts: Intake = call.parts
    centre = await parts.centre_of(call.path["id"])
    today = parts.today(call.runtime.now(), centre)
    command = DecideRightsRequest(
        today=today, request_id=call.path["rid"], outcome=body.outcome, reason=body.reason, text=body.text
    )  # fmt: skip
    answer = await run_resting(call, centre, command)
    parts.handle.keyring.forget_cached(call.path["id"])
    return answer


@router.command("POST", f"{REQUEST}:answer", body=AnswerRightsRequestBody, action="rights.decide", concurrency="guarded")
async def answer_rights_request(call: Call, body: AnswerRightsRequestBody) -> Answer:
    """Write down that the person was told what was decided: nothing is due any more."""
    parts: Intake = call.parts
    centre = await parts.centre_of(call.path["id"])
    return await run_resting(call, centre, AnswerRightsRequest(request_id=call.path["rid"]))


@router.read("GET", "/v1/clients/{id:uuid}/rights-requests", action="rights.read", classes=(IDENTITY,), statuses=(410,))
async def read_rights_requests(call: Call) -> Answer:
    """What a person asked for about their data, oldest first, with what was written about it."""
    client_id: UUID = call.path["id"]
    parts: Intake = call.parts
    loaded = await call.load(CLIENT, client_id, Resource(centre=await parts.centre_of(client_id), subject_id=client_id))
    state: State = loaded.state
    if state.status == "erased":
        raise Rejected("client-erased", "This person asked to be forgotten.")
    items = [_told(fact, state) for fact in loaded.facts if isinstance(fact.event, RightsRequestReceived | ErasureRequested)]
    words = {f.event.request_id: _text(f.event) for f in loaded.facts if isinstance(f.event, RightsRequestDecided)}
    shown = [{**item, "decision": words.get(item["request_id"])} for item in items if item is not None]
    return await call.show({"items": shown}, subjects=[client_id], fields=["rights_requests"], version=loaded.version)


@router.read("GET", "/v1/rights-requests", action="rights.read", query=RegisterQuery)
async def list_rights_requests(call: Call) -> Answer:
    """The register: who asked for what, until when an answer is due, and what came of it, newest first. No words, no names; who
    was forgotten has no `client_id` any more. Who reads it is on record."""
    parts: Intake = call.parts
    query: RegisterQuery = call.query
    everywhere = call.may("rights.read", Resource())
    own = [c for c in sorted(call.caller.centres) if query.centre in (None, c) and call.may("rights.read", Resource(centre=c))]
    centres = own if not everywhere else None if query.centre is None else [query.centre]
    late = call.runtime.now() if query.overdue else None
    found = await parts.pool.fetch(
        RIGHTS.list_requests, centres, query.right, query.open, late, *position(call), query.limit + 1, call.reach
    )  # fmt: skip
    subjects = [row["client_id"] for row in found[: query.limit] if row["client_id"]]
    await call.record("LIST", subjects, ["rights_requests"], result_count=len(subjects))
    now = call.runtime.now()
    rows = [{**row, "overdue": row["answered_at"] is None and row["due_answer"] is not None and row["due_answer"] < now} for row in found]
    times = ("received_at", "due_answer", "answered_at")
    return await page(call, [{**row, **{name: row[name] and instant(row[name]) for name in times}} for row in rows], key="event_id")


def _told(fact: Any, state: State) -> dict[str, Any] | None:
    asked = state.protection.rights.get(fact.event.request_id)
    if asked is None:
        return None
    told = fact.event.model_dump(mode="json", include={"right", "objects_to", "due_answer"}, exclude_none=True)
    return {
        "request_id": fact.event.request_id, "right": "ERASURE", **told, "received_at": instant(fact.occurred_at), "state": asked.stage,
        "outcome": asked.outcome, "reason": asked.reason, "text": _text(fact.event),
    }  # fmt: skip


def _text(event: Any) -> str | None:
    words = getattr(event, "identity", None)
    return words.text if isinstance(words, RequestWords) else "erased" if words else None
