"""Casework's commands on a case over HTTP: shape in, look-ups, the runner, shape out."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from services.casework.parts import Casework
from shared.codes import ClosureReason, ServiceCode
from shared.contracts.casework.ending import CaseClosed
from shared.http.authorise import SUPERVISORS
from shared.http.command import Answer, Call, CommandRouter, OutOfScope, Resource, invalid, violation

from .commands import (
    AssessNeeds,
    AssignCase,
    CloseCase,
    DeliverService,
    Ground,
    OpenCase,
    ReopenCase,
)
from .decisions import WARN_CASELOAD, case_at, centre_of
from .forms import AssessNeedsBody, AssignCaseBody, CloseCaseBody, DeliverServiceBody, OpenCaseBody, ReopenCaseBody
from .state import State

router = CommandRouter("cases")

WORKERS = frozenset({"caseworker", "counsellor", "supervisor", "protection_supervisor"})


@dataclass(frozen=True, slots=True)
class Found:
    """A case that the caller may work on. centre: the one whose case it is."""

    state: State
    centre: str
    version: int
    facts: Any

    @property
    def resource(self) -> Resource:
        worker = self.state.worker
        return Resource(centre=self.centre, assigned=frozenset({worker} if worker else ()), subject_id=self.state.client_id)


async def found_in(call: Call) -> Found:
    """The case of the path, whoever asks: the caller checks who may see it."""
    loaded = await call.fold(case_at(""), call.path["id"])
    if loaded.version == 0:
        raise OutOfScope()
    return Found(loaded.state, centre_of(loaded), loaded.version, loaded.facts)


async def find(call: Call, resource: Resource | None = None) -> Found:
    """The case of the path, if the caller may see it. A confidential one exists for its worker and the protection
    supervisor only. resource: what the function is asked for, where that is not the case as it is assigned."""
    found = await found_in(call)
    if found.state.confidential:
        call.allow(found.resource, "case.read-confidential")
    if resource is not None:
        call.allow(Resource(centre=found.centre, assigned=resource.assigned))
    else:
        call.allow(found.resource)
    return found


@router.command("POST", "/v1/cases", body=OpenCaseBody, action="case.open", concurrency="creation")
async def open_case(call: Call, body: OpenCaseBody) -> Answer:
    """Open a case: with the client's consent to case management, or on another basis that a supervisor states."""
    place = Resource(centre=body.centre)
    call.allow(place)
    parts: Casework = call.parts
    await parts.check_not_retired(body.client_id)
    ground = await ground_of(call, body.client_id, body.centre)
    command = OpenCase(
        client_id=body.client_id,
        reason=body.reason,
        priority=body.priority,
        source=body.source,
        sub_committee=body.sub_committee or parts.region.sub_committee(ServiceCode.CM, ground.on),
        ground=ground,
        case_type=body.case_type,
        risk_level=body.risk_level,
        confidential=body.confidential,
        minor=body.minor,
        previous_case_id=body.previous_case_id,
        beside_another=body.beside_another,
        supervised=call.may("case.sign", place),
    )
    decider = case_at(body.centre, beside_another=body.beside_another)
    return await call.run(decider, None, command, resource=place, subject_id=body.client_id)


@router.command("POST", "/v1/cases/{id:uuid}:assign", body=AssignCaseBody, action="case.assign", concurrency="guarded")
async def assign_case(call: Call, body: AssignCaseBody) -> Answer:
    """Give a case to a worker of its centre, or take one that nobody has. Warns from 20 open cases on."""
    taken = Resource(assigned=frozenset({body.worker}))
    found = await find(call, taken)
    parts: Casework = call.parts
    roles = await _roles(call, body.worker, found.centre)
    caseload = await parts.open_cases(body.worker)
    command = AssignCase(
        worker=body.worker,
        role=roles,
        by=call.caller.staff_id,
        caseload=caseload,
        acknowledged=body.acknowledge_caseload,
        supervised=call.may("case.sign", found.resource),
    )
    extra = {"caseload": caseload} if caseload >= WARN_CASELOAD else {}
    return await carry_out(call, found, command, resource=Resource(centre=found.centre, assigned=taken.assigned), extra=extra)


@router.command("POST", "/v1/cases/{id:uuid}/needs", body=AssessNeedsBody, action="case.work", concurrency="additive")
async def assess_needs(call: Call, body: AssessNeedsBody) -> Answer:
    """Name what the case is about. Adds needs to those of earlier assessments."""
    found = await find(call)
    command = AssessNeeds(
        assessment_id=body.assessment_id or drawn(call, "assessment"),
        tool_version=body.tool_version,
        needs=body.needs,
        case_type=body.case_type,
        risk_level=body.risk_level,
        assessment=body.assessment,
        health=body.health,
        minor=body.minor,
        protection_note=body.protection_note,
        ground=await ground_in(call, found),
    )
    return await carry_out(call, found, command)


@router.command("POST", "/v1/cases/{id:uuid}/services", body=DeliverServiceBody, action="case.work", concurrency="additive")
async def deliver_service(call: Call, body: DeliverServiceBody) -> Answer:
    """Record help that was given."""
    found = await find(call)
    parts: Casework = call.parts
    command = DeliverService(
        service_id=body.service_id or drawn(call, "service"),
        service_code=body.service_code,
        sub_committee=parts.region.sub_committee(body.service_code, body.delivered_on),
        provider=body.provider,
        unit=body.unit,
        qty=body.qty,
        cost_band=body.cost_band,
        mode=body.mode,
        delivered_on=body.delivered_on,
        result=body.result,
        action_id=body.action_id,
        minutes=body.minutes,
        group_id=body.group_id,
        note=body.note,
        ground=await ground_in(call, found),
    )
    return await carry_out(call, found, command)


@router.command("POST", "/v1/cases/{id:uuid}:close", body=CloseCaseBody, action="case.work", concurrency="guarded")
async def close_case(call: Call, body: CloseCaseBody) -> Answer:
    """End a case; every need has an outcome. A supervisor who names `requested_by` signs where approval is needed."""
    found = await find(call)
    on = today(call, found.centre)
    if body.reason is ClosureReason.ERASURE:  # the system's alone: it passes every guard
        raise invalid(violation("/reason", "not-allowed-here"))
    if body.closed_on and body.closed_on > on:
        raise invalid(violation("/closed_on", "out-of-range"))
    command = CloseCase(
        closed_on=body.closed_on or on,
        reason=body.reason,
        outcomes=body.outcomes,
        summary=body.summary,
        approved=body.requested_by is not None and call.may("case.sign", found.resource),
        staying=await _staying(call, found),
    )
    return await carry_out(call, found, command)


async def _staying(call: Call, found: Found) -> bool:
    """Whether the client has a bed, under this case or under none."""
    parts: Casework = call.parts
    assert found.state.client_id is not None
    return any(stay.case_id in (None, call.path["id"]) for stay in await parts.running_stays(found.state.client_id))


@router.command("POST", "/v1/cases/{id:uuid}:reopen", body=ReopenCaseBody, action="case.sign", concurrency="guarded")
async def reopen_case(call: Call, body: ReopenCaseBody) -> Answer:
    """Go on with a closed case, at most twelve months after its closure."""
    found = await find(call)
    closures = [fact.event_id for fact in found.facts if isinstance(fact.event, CaseClosed)]
    command = ReopenCase(on=today(call, found.centre), prior_closure=closures[-1] if closures else call.path["id"], reason=body.reason)
    return await carry_out(call, found, command, beside_another=body.beside_another)


router.batch("/v1/services:batch", additive=[deliver_service], action="service.record")


async def carry_out(
    call: Call, found: Found, command: Any, *, resource: Resource | None = None, beside_another: bool = False, extra: Any = None
) -> Answer:
    """Run a command on a case that was found. resource: what the function is asked for, where that is not the case as it is."""
    decider = case_at(found.centre, beside_another=beside_another)
    ctx = call.ctx(subject_id=found.state.client_id, centre=found.centre)
    return await call.run(decider, call.path["id"], command, resource=resource or found.resource, ctx=ctx, extra=extra)


async def ground_of(call: Call, client_id: UUID | None, centre: str) -> Ground:
    """On what the body says that the command rests, and how that consent stands."""
    parts: Casework = call.parts
    body = call.body
    if body.basis is None:
        raise invalid(violation("/basis", "missing"))
    assert client_id is not None
    on = today(call, centre)
    consent = await parts.consent(client_id, body.consent_id, on)
    stated = call.may("case.sign", Resource(centre=centre))
    return Ground(on=on, basis=body.basis, consent=consent, statute=parts.region.statute(body.basis) is not None, stated=stated)


async def ground_in(call: Call, found: Found) -> Ground:
    """The same of a command on a case that was found. The basis on which it was opened, or that a supervisor stated in it
    later, is one for whoever goes on with it."""
    ground = await ground_of(call, found.state.client_id, found.centre)
    stated = {found.facts[0].ctx.basis, *(fact.ctx.basis for fact in found.facts if fact.ctx.role in SUPERVISORS)}
    return replace(ground, stated=ground.stated or ground.basis in stated)


async def _roles(call: Call, worker: str, centre: str) -> Any:
    """The role in which somebody works at a centre; refuses those who do not."""
    assert call.occurred_at is not None
    held = await call.runtime.grants.held(worker, call.occurred_at)
    roles = sorted(grant.role for grant in held.grants if grant.centre == centre and grant.role in WORKERS)
    if not roles:
        raise invalid(violation("/worker", "not-allowed-here"))
    return roles[0]


def today(call: Call, centre: str) -> date:
    """The local day of the command at a centre."""
    assert call.occurred_at is not None
    parts: Casework = call.parts
    return parts.local_day(call.occurred_at, centre)


def drawn(call: Call, what: str) -> UUID:
    """An id that the app left out: from the command's, so that a repetition draws the same."""
    assert call.command_id is not None
    return uuid5(call.command_id, what)


__all__ = ["Found", "carry_out", "drawn", "find", "found_in", "ground_in", "ground_of", "router", "today"]
