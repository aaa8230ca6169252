"""Reading stays: one, its facts, the list of residents, the occupancy of the units."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any

from services.casework.case.decisions import case_at
from services.casework.case.pages import own_centres, told
from services.casework.parts import SHELTER, Casework
from shared.codes import StayState, UnitKind
from shared.codes.valid import Day
from shared.contracts.casework.stay import ShelterStayStarted, StayNarrative, StayProtection, UnitCode
from shared.eventsourcing.event import instant
from shared.http.command import Answer, Call, CentreCode, CommandRouter, Form, Problem, Resource
from shared.http.listing import ListQuery, page, position
from shared.privacy.classes import NARRATIVE, PROTECTED
from shared.privacy.member import member
from shared.region_centre import ShelterUnit

from .decisions import stay_in
from .routes import Found, load
from .table import allowed

router = CommandRouter("stays")

MONTH = timedelta(days=30)
LONGEST = timedelta(days=366)


class StayQuery(ListQuery):
    """Which stays to list."""

    centre: Annotated[CentreCode | None, member("Of this centre.")] = None
    unit: Annotated[UnitCode | None, member("Staying in this unit; a SAFE one is not found by its name.")] = None
    state: Annotated[StayState | None, member("In this state.")] = None


class UnitQuery(Form):
    """Whose units, and for which nights."""

    centre: Annotated[CentreCode, member("Units of this centre.")]
    since: Annotated[Day | None, member("First night that counts; left out: 30 days before `until`.")] = None
    until: Annotated[Day | None, member("Last night that counts, at most a year after `since`; left out: yesterday.")] = None


@router.read("GET", "/v1/stays/{id:uuid}", action="stay.read", classes=(NARRATIVE, PROTECTED))
async def read_stay(call: Call) -> Answer:
    """A stay as it stands: display name and unit, and nothing else that is told in it. Who reads is on record."""
    found = await load(call)
    state, place = found.state, await _place(call, found)
    call.allow(place)
    started: ShelterStayStarted = found.facts[0].event
    content: dict[str, Any] = {
        "id": call.path["id"],
        "version": found.version,
        "centre": found.centre.code,
        "state": state.state,
        "display_name": _name(started),
        "unit": None if state.safe else state.unit,
        "unit_kind": state.unit_kind,
        "m2_per_person": started.m2_per_person,
        "family": state.family,
        "arrived": instant(started.arrived),
        "expected_exit": state.expected_exit,
        "left": instant(state.left) if state.left else None,
        "nights": state.nights,
        "allowed": allowed(state.state),
    }
    if call.may("client.read", Resource(centre=place.centre)):  # a warden reads names, not records
        content["client_id"] = state.client_id
    classes: list[str] = [NARRATIVE]
    if call.may("case.read-confidential", place):
        hidden = started.protected if isinstance(started.protected, StayProtection) else None
        content |= {
            "case_id": state.case_id,
            "safety_flags": hidden.safety_flags if hidden else (),
            "safe_unit": hidden and hidden.safe_unit,
        }
        classes.append(PROTECTED)
    subjects = [state.client_id] if state.client_id else []
    return await call.show(content, subjects=subjects, classes=classes, version=found.version, centre=found.centre.code)


@router.read("GET", "/v1/stays/{id:uuid}/events", action="stay.read", classes=(NARRATIVE,))
async def read_stay_events(call: Call) -> Answer:
    """The facts of a stay, oldest first; their narrative for those who may read a case's. Who reads is on record."""
    found = await load(call)
    place = await _place(call, found)
    call.allow(place)
    items = [told(fact, NARRATIVE) for fact in found.facts]
    case_too = call.may("case.read-confidential", place)
    for item in items:
        if not call.may("client.read", Resource(centre=place.centre)):
            item["data"].pop("client_id", None)
        if not case_too:
            item["data"].pop("case_id", None)
        if not call.may("case.read-narrative", place):
            item["data"]["narrative"] = _name_only(item["data"].get("narrative"))
    subjects = [found.state.client_id] if found.state.client_id else []
    return await call.show({"items": items}, subjects=subjects, centre=found.centre.code)


@router.read("GET", "/v1/stays", action="stay.read", query=StayQuery, classes=(NARRATIVE,))
async def list_stays(call: Call) -> Answer:
    """Who stays where, newest first, with display names. All whom the page shows are on record."""
    parts: Casework = call.parts
    query: StayQuery = call.query
    centres = [centre for centre in sorted(call.caller.centres) if call.may("stay.read", Resource(centre=centre))]
    filters = (query.centre, query.unit, query.state)
    mine = (call.caller.staff_id, own_centres(call, "stay.read"))
    rows = await parts.pool.fetch(SHELTER.list_stays, centres, *mine, *filters, *position(call), query.limit + 1, call.reach)
    items, subjects = [], []
    for row in rows[: query.limit]:
        loaded = await parts.handle.load(stay_in(()), row["stay_id"])
        started = loaded.facts[0].event
        assert isinstance(started, ShelterStayStarted)
        items.append(_line(call, row, started))
        subjects.append(started.client_id)
    return await page(call, items + [dict(row) for row in rows[query.limit :]], key="stay_id", subjects=subjects)


@router.read("GET", "/v1/units", action="stay.work", query=UnitQuery)
async def list_units(call: Call) -> Answer:
    """The units of a centre: places taken and free now, overstays, and the nights spent in each over some days.

    Protected places are one line without a name.
    """
    parts: Casework = call.parts
    query: UnitQuery = call.query
    call.allow(Resource(centre=query.centre))
    centre = parts.region.centre(query.centre)
    today = parts.local_day(call.runtime.now(), query.centre)
    until = query.until or today - timedelta(days=1)
    since = query.since or until - MONTH + timedelta(days=1)
    if not since <= until <= since + LONGEST:
        raise Problem("malformed-request", where="until")
    taken = dict(await parts.pool.fetch(SHELTER.taken, [unit.code for unit in centre.units]))
    nights = {
        row["unit"]: row for row in await parts.pool.fetch(SHELTER.nights, query.centre, centre.zone, since, until, today, call.reach)
    }
    named = [_board(unit.code, [unit], taken, nights) for unit in centre.units if unit.kind is not UnitKind.SAFE]
    safe = [unit for unit in centre.units if unit.kind is UnitKind.SAFE]
    items = named + ([_board(None, safe, taken, nights)] if safe else [])
    return await call.show({"centre": query.centre, "since": since, "until": until, "items": items})


def _board(code: str | None, units: list[ShelterUnit], taken: Mapping[str, int], nights: Mapping[str | None, Any]) -> dict[str, Any]:
    capacity, full = sum(unit.capacity for unit in units), sum(taken.get(unit.code, 0) for unit in units)
    row = nights.get(code)
    return {
        "unit": code,
        "name": units[0].name if code else None,
        "kind": units[0].kind,
        "room_class": units[0].room_class if code else None,
        "capacity": capacity,
        "taken": full,
        "free": max(0, capacity - full),
        "overstays": row["overstays"] if row else 0,
        "nights": row["nights"] if row else 0,
    }


async def _place(call: Call, found: Found) -> Resource:
    """A stay is on the desk of whoever works on its case."""
    parts: Casework = call.parts
    worker = None
    if found.state.case_id is not None:
        worker = (await parts.handle.load(case_at(""), found.state.case_id)).state.worker
    assigned: Iterable[str] = {worker} if worker else ()
    return Resource(centre=found.centre.code, assigned=frozenset(assigned), subject_id=found.state.client_id)


def _name(started: ShelterStayStarted) -> str | None:
    """`erased` once the person was forgotten."""
    return started.narrative.display_name if isinstance(started.narrative, StayNarrative) else "erased"


def _name_only(narrative: Any) -> Any:
    return {"display_name": narrative.get("display_name")} if isinstance(narrative, dict) else narrative


def _line(call: Call, row: Any, started: ShelterStayStarted) -> dict[str, Any]:
    parts: Casework = call.parts
    today = parts.local_day(call.runtime.now(), row["centre"])
    arrived = parts.local_day(row["arrived"], row["centre"])
    return {
        "stay_id": row["stay_id"],
        "centre": row["centre"],
        "display_name": _name(started),
        "unit": row["unit"],
        "unit_kind": row["kind"],
        "arrived": instant(row["arrived"]),
        "expected_exit": row["expected_exit"],
        "left": instant(row["left_at"]) if row["left_at"] else None,
        "nights": row["nights"] if row["left_at"] else (today - arrived).days,
        "overstay": row["left_at"] is None and today > row["expected_exit"],
        "recorded_at": row["recorded_at"],
    }
