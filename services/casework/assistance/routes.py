"""Consular requests, returns, measurements, searches and protection matters of a case over HTTP."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.casework.basis import Warrant
from services.casework.case.decisions import case_at, case_of
from services.casework.case.routes import Found, carry_out, drawn, find, ground_in, today
from services.casework.parts import Casework
from shared.codes import ConsularStage, LegalBasis, Purpose, ReturnStage, TracingStage
from shared.contracts.casework.assistance import ReturnAssistanceProgressed
from shared.http.command import Answer, Call, CommandBody, CommandRouter

from .commands import (
    AssessProtection,
    BestInterests,
    ChildSeparation,
    MeasureReintegration,
    ProgressConsular,
    ProgressReturn,
    ProgressTracing,
    Safety,
    Trafficking,
)
from .forms import (
    MeasureReintegrationBody,
    OpenTracingBody,
    PrepareConsularBody,
    ProgressConsularBody,
    ProgressReturnBody,
    ProgressTracingBody,
    RequestReturnBody,
)
from .protection_forms import AssessProtectionBody

router = CommandRouter("cases")

REFLECTION: Final = timedelta(hours=24)
"""Between counselling and the declaration of one's own will."""


@router.command("POST", "/v1/cases/{id:uuid}/consular-requests", body=PrepareConsularBody, action="case.work", concurrency="guarded")
async def prepare_consular_request(call: Call, body: PrepareConsularBody) -> Answer:
    """Prepare a request to a mission: under the consent to that mission only, and never while a contact block stands."""
    found = await find(call)
    command = ProgressConsular(
        request_id=body.request_id or drawn(call, "request"),
        stage=ConsularStage.PREPARED,
        on=body.on or today(call, found.centre),
        warrant=await _warrant(call, found, Purpose.CONSULAR, mission=body.mission),
        document=body.document,
        mission=body.mission,
        note=body.note,
    )
    return await carry_out(call, found, command)


@router.command(
    "POST",
    "/v1/cases/{id:uuid}/consular-requests/{qid:uuid}:progress",
    body=ProgressConsularBody,
    action="case.work",
    concurrency="guarded",
)
async def progress_consular(call: Call, body: ProgressConsularBody) -> Answer:
    """Say which stage a request to a mission has reached."""
    found = await find(call)
    known = found.state.assistance.requests.get(call.path["qid"])
    command = ProgressConsular(
        request_id=call.path["qid"],
        stage=body.stage,
        on=body.on or today(call, found.centre),
        warrant=await _warrant(call, found, Purpose.CONSULAR, mission=known.mission if known else None),
        expiry=body.expiry,
        note=body.note,
    )
    return await carry_out(call, found, command)


@router.command("POST", "/v1/cases/{id:uuid}/returns", body=RequestReturnBody, action="case.work", concurrency="guarded")
async def request_return(call: Call, body: RequestReturnBody) -> Answer:
    """Take down the wish to go home. With a contact block legal advice has to be on record first."""
    found = await find(call)
    command = ProgressReturn(
        return_id=body.return_id or drawn(call, "return"),
        stage=ReturnStage.REQUESTED,
        on=body.on or today(call, found.centre),
        warrant=await _warrant(call, found, Purpose.RETURN),
        from_country=body.from_country,
        to_country=body.to_country,
        vulnerability_class=body.vulnerability_class,
        assessment=body.assessment,
    )
    return await carry_out(call, found, command)


@router.command(
    "POST", "/v1/cases/{id:uuid}/returns/{rid:uuid}:progress", body=ProgressReturnBody, action="case.work", concurrency="guarded"
)
async def progress_return(call: Call, body: ProgressReturnBody) -> Answer:
    """Say which stage a return has reached. Until departure the client may withdraw without a reason."""
    found = await find(call)
    command = ProgressReturn(
        return_id=call.path["rid"],
        on=body.on or today(call, found.centre),
        warrant=await _warrant(call, found, Purpose.RETURN),
        reflected=_reflected(call, found),
        **_told(body),
    )
    return await carry_out(call, found, command)


@router.command(
    "POST",
    "/v1/cases/{id:uuid}/returns/{rid:uuid}/measurements",
    body=MeasureReintegrationBody,
    action="case.work",
    concurrency="additive",
)
async def measure_reintegration(call: Call, body: MeasureReintegrationBody) -> Answer:
    """Enter the scores of somebody who has arrived."""
    found = await find(call)
    ground = await ground_in(call, found)
    return await carry_out(call, found, MeasureReintegration(return_id=call.path["rid"], ground=ground, **_told(body)))


@router.command("POST", "/v1/cases/{id:uuid}/tracings", body=OpenTracingBody, action="case.work", concurrency="guarded")
async def open_tracing(call: Call, body: OpenTracingBody) -> Answer:
    """Begin to search for somebody. What is told of them is sealed under keys of their own."""
    found = await find(call)
    command = ProgressTracing(
        tracing_id=body.tracing_id or drawn(call, "tracing"),
        stage=TracingStage.OPEN,
        on=body.on or today(call, found.centre),
        warrant=await _warrant(call, found, Purpose.TRACING),
        sought_id=body.sought_id or drawn(call, "sought"),
        relation=body.relation,
        action=body.action,
        names=body.names,
        last_place=body.last_place,
        phone=body.phone,
        separation=body.separation,
        note=body.note,
    )
    return await carry_out(call, found, command)


@router.command(
    "POST", "/v1/cases/{id:uuid}/tracings/{gid:uuid}:progress", body=ProgressTracingBody, action="case.work", concurrency="guarded"
)
async def progress_tracing(call: Call, body: ProgressTracingBody) -> Answer:
    """Say which stage a search has reached."""
    found = await find(call)
    parts: Casework = call.parts
    known = found.state.assistance.searches.get(call.path["gid"])
    on = today(call, found.centre)
    command = ProgressTracing(
        tracing_id=call.path["gid"],
        on=body.on or on,
        warrant=await _warrant(call, found, Purpose.TRACING),
        sought_agrees=known is not None and await parts.agrees(known.sought_id, Purpose.TRACING, on),
        **_told(body),
    )
    return await carry_out(call, found, command)


@router.command("POST", "/v1/cases/{id:uuid}/protection", body=AssessProtectionBody, action="case.work", concurrency="additive")
async def assess_protection(call: Call, body: AssessProtectionBody) -> Answer:
    """Write down a protection matter. A person decides; whichever it is, the case is confidential from then on."""
    found = await find(call)
    grants = call.caller.subject.grants
    command = AssessProtection(
        assessment_id=body.assessment_id or drawn(call, "protection"),
        matter=body.matter,
        account=body.account,
        on=body.on or today(call, found.centre),
        ground=await ground_in(call, found),
        urgent=body.urgent,
        contact_block=body.contact_block,
        by_protection_supervisor=any(g.role == "protection_supervisor" and g.centre == found.centre for g in grants),
        trafficking=Trafficking(**dict(body.trafficking)) if body.trafficking else None,
        child_separation=ChildSeparation(**dict(body.child_separation)) if body.child_separation else None,
        best_interests=BestInterests(**dict(body.best_interests)) if body.best_interests else None,
        safety=Safety(plan=body.safety_plan, services_wished=body.services_wished, legal_advice=body.legal_advice),
    )
    return await carry_out(call, found, command)


async def _warrant(call: Call, found: Found, purpose: Purpose, *, mission: str | None = None) -> Warrant:
    """The consent that the body names, to this purpose; and what else of the client's cases has a say."""
    parts: Casework = call.parts
    client_id, body, on = found.state.client_id, call.body, today(call, found.centre)
    assert client_id is not None
    named = body.consent_id if body.basis is LegalBasis.CONSENT else None
    return Warrant(
        today=on,
        consent=await parts.consent_to(purpose, client_id, named, on, mission=mission),
        managed=await parts.agrees(client_id, Purpose.CASE_MANAGEMENT, on),
        blocked=purpose is not Purpose.TRACING and await _blocked(call, client_id),
    )


async def _blocked(call: Call, client_id: UUID) -> bool:
    """Whether any case of the person, at any centre and under any record, has a contact block."""
    parts: Casework = call.parts
    rows = [case_of(record) for record in await parts.records(client_id)]
    for cases in (await parts.handle.search(rows)).values():
        for case_id in cases:
            if (await parts.handle.load(case_at(""), case_id)).state.contact_block:
                return True
    return False


def _reflected(call: Call, found: Found) -> bool:
    """Whether 24 hours have passed since the counselling of the return of the path."""
    counselled = [
        fact.occurred_at
        for fact in found.facts
        if isinstance(fact.event, ReturnAssistanceProgressed)
        and fact.event.return_id == call.path["rid"]
        and fact.event.stage is ReturnStage.COUNSELLED
    ]
    assert call.occurred_at is not None
    return bool(counselled) and call.occurred_at - counselled[-1] >= REFLECTION


def _told(body: CommandBody) -> dict[str, Any]:
    """The members of a body that are its own, save the day."""
    return {name: getattr(body, name) for name in type(body).model_fields if name not in CommandBody.model_fields and name != "on"}


__all__ = ["router"]
