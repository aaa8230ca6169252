"""The commands on stays over HTTP: shape in, look-ups, the runner, shape out."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.casework.case.decisions import case_at
from services.casework.case.routes import ground_of
from services.casework.parts import Casework
from shared.codes import CaseState, StayChange, StayState, UnitKind
from shared.errors import Rejected
from shared.http.command import Answer, Call, CommandRouter, OutOfScope, Resource, invalid, violation
from shared.http.voiding import VoidEntryBody, void_entry
from shared.region_centre import Centre, ShelterUnit

from .commands import EndStay, ExtendStay, MoveStay, StartStay
from .decisions import stay_in
from .forms import ChangeStayBody, EndStayBody, StartStayBody
from .state import State

router = CommandRouter("stays")


@dataclass(frozen=True, slots=True)
class Found:
    """A stay, and the centre whose it is."""

    state: State
    centre: Centre
    version: int
    facts: Any


async def load(call: Call) -> Found:
    """The stay of the path, before anybody has asked whether the caller may see it."""
    parts: Casework = call.parts
    loaded = await call.fold(stay_in(()), call.path["id"])
    if loaded.version == 0:
        raise OutOfScope()
    return Found(loaded.state, parts.region.centre(loaded.facts[0].ctx.centre), loaded.version, loaded.facts)


@router.command("POST", "/v1/stays", body=StartStayBody, action="stay.work", concurrency="creation")
async def start_stay(call: Call, body: StartStayBody) -> Answer:
    """Take somebody in. A place of the unit is taken with the fact itself, so no unit ever holds more than its capacity.
    Who stays somewhere already leaves there first."""
    place = Resource(centre=body.centre)
    call.allow(place)
    parts: Casework = call.parts
    assert call.occurred_at is not None
    centre = parts.region.centre(body.centre)
    await parts.check_not_retired(body.client_id)
    await _nowhere_else(parts, body.client_id)
    if body.case_id is not None:
        await _case_of(call, body.case_id, body.client_id)
    command = StartStay(
        client_id=body.client_id,
        unit=_unit(centre, body.unit),
        sex=body.sex,
        adult_child=body.adult_child,
        family=body.family,
        arrived=body.arrived or call.occurred_at,
        expected_exit=body.expected_exit,
        now=call.occurred_at,
        zone=ZoneInfo(centre.zone),
        ground=await ground_of(call, body.client_id, body.centre),
        case_id=body.case_id,
        display_name=body.display_name,
        safety_flags=body.safety_flags,
    )
    return await call.run(stay_in(centre.units), None, command, resource=place, subject_id=body.client_id)


@router.command("POST", "/v1/stays/{id:uuid}:change", body=ChangeStayBody, action="stay.work", concurrency="guarded")
async def change_stay(call: Call, body: ChangeStayBody) -> Answer:
    """Extend a stay (a supervisor, at somebody else's request), or go on with it in another unit of the centre."""
    found = await load(call)
    place = Resource(centre=found.centre.code)
    call.allow(place)
    _fits(body)
    parts: Casework = call.parts
    assert call.occurred_at is not None
    command: ExtendStay | MoveStay
    if body.reason is StayChange.EXTENDED:
        assert body.expected_exit is not None
        assert body.reason_text is not None
        command = ExtendStay(
            expected_exit=body.expected_exit,
            reason=body.reason_text,
            on=parts.local_day(call.occurred_at, found.centre.code),
            approved=body.requested_by is not None and call.may("case.sign", place),
        )
    else:
        assert body.unit is not None
        assert body.sex is not None
        command = MoveStay(unit=_unit(found.centre, body.unit), sex=body.sex, reason=body.reason_text)
    return await _run(call, found, command)


@router.command("POST", "/v1/stays/{id:uuid}:end", body=EndStayBody, action="stay.work", concurrency="guarded")
async def end_stay(call: Call, body: EndStayBody) -> Answer:
    """End a stay; its place is free for somebody else at once."""
    found = await load(call)
    call.allow(Resource(centre=found.centre.code))
    assert call.occurred_at is not None
    erased = _erased_unit(found, body.safe_unit)
    command = EndStay(
        left=body.left or call.occurred_at,
        exit=body.exit,
        destination=body.destination,
        now=call.occurred_at,
        zone=ZoneInfo(found.centre.zone),
        unit_known=found.state.unit is not None or erased is not None,
        note=body.note,
    )
    return await _run(call, found, command, erased=erased)


@router.command("POST", "/v1/stays/{id:uuid}/events/{event_id:uuid}:void", body=VoidEntryBody, action="stay.work", concurrency="guarded")
async def void_stay_entry(call: Call, body: VoidEntryBody) -> Answer:
    """Void the last fact of a stay, if it never was true. The place that it took is free again, the one it gave up is taken."""
    found = await load(call)
    decider = stay_in(found.centre.units, erased=_erased_unit(found, None))
    return await void_entry(call, decider, Resource(centre=found.centre.code))


async def _run(call: Call, found: Found, command: Any, *, erased: str | None = None) -> Answer:
    ctx = call.ctx(subject_id=found.state.client_id, centre=found.centre.code)
    decider = stay_in(found.centre.units, erased=erased)
    return await call.run(decider, call.path["id"], command, resource=Resource(centre=found.centre.code), ctx=ctx)


async def _nowhere_else(parts: Casework, client_id: UUID) -> None:
    """Of the record itself the append makes sure; of those that were merged with it only we know."""
    for record in await parts.records(client_id):
        if record != client_id and await parts.running_stays(record):
            raise Rejected("invalid-state", "This person has a place already: end that stay first.", state=StayState.STAYING)


async def _case_of(call: Call, case_id: UUID, client_id: UUID) -> None:
    """A case that is not this client's, is closed, or is not there at all: all refused alike."""
    parts: Casework = call.parts
    case = (await parts.handle.load(case_at(""), case_id)).state
    if case.client_id != client_id or case.state is CaseState.CLOSED:
        raise invalid(violation("/case_id", "not-allowed-here"))


def _unit(centre: Centre, code: str) -> ShelterUnit:
    unit = centre.unit(code)
    if unit is None:
        raise invalid(violation("/unit", "not-allowed-here"))
    return unit


def _fits(body: ChangeStayBody) -> None:
    """What each kind of change needs, and what it has no use for."""
    needed = ("expected_exit", "reason_text") if body.reason is StayChange.EXTENDED else ("unit", "sex")
    strange = ("unit", "sex") if body.reason is StayChange.EXTENDED else ("expected_exit",)
    wrong = [violation(f"/{name}", "missing") for name in needed if getattr(body, name) is None]
    wrong += [violation(f"/{name}", "not-allowed-here") for name in strange if getattr(body, name) is not None]
    if wrong:
        raise invalid(*wrong)


def _erased_unit(found: Found, named: str | None) -> str | None:
    """The SAFE unit of a stay whose client was erased: the centre's only one, or the one that its house names."""
    safe = [unit.code for unit in found.centre.units if unit.kind is UnitKind.SAFE]
    if found.state.unit is not None or (named is not None and named not in safe):
        if named is not None:
            raise invalid(violation("/safe_unit", "not-allowed-here"))
        return None
    return named or (safe[0] if len(safe) == 1 else None)
