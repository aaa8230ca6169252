"""What comes of a command on a stay (domain chapter, section 9): sexes, ages and families apart, no unit beyond its capacity."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from functools import cache, partial
from typing import Final
from uuid import UUID

from services.casework.grounds import grounded
from shared.codes import AdultChild, RoomClass, Sex, StayChange, UnitKind
from shared.contracts.casework import stay as facts
from shared.contracts.casework.stay import STAY
from shared.errors import Rejected
from shared.eventsourcing.decider import LAST, Decider, Row
from shared.eventsourcing.event import Event
from shared.privacy.classes import NARRATIVE, PROTECTED
from shared.region_centre import ShelterUnit

from .commands import Command, EndStay, ExtendStay, MoveStay, StartStay
from .state import State, evolve
from .table import MACHINE, invalid_state

NAMES: Final = {StartStay: "StartStay", ExtendStay: "ChangeStay", MoveStay: "ChangeStay", EndStay: "EndStay"}


def decide(command: Command, state: State) -> list[Event]:
    if not MACHINE.accepts(NAMES[type(command)], state.state):
        raise invalid_state(state.state)
    match command:
        case StartStay():
            return _start(command)
        case ExtendStay():
            return _extend(command, state)
        case MoveStay():
            return _move(command, state)
        case EndStay():
            return _end(command, state)


def _start(command: StartStay) -> list[Event]:
    grounded(command.ground)
    if command.arrived > command.now:
        raise Rejected("date-in-future", "Record a stay once the person is there.", fields=["/arrived"])
    if command.expected_exit < _day(command.arrived, command.zone):
        raise _out_of_range("/expected_exit", "Give a day on or after the arrival.")
    _apart(command.unit.room_class, command.sex, command.adult_child, command.family)
    safe = command.unit.kind is UnitKind.SAFE
    told = facts.StayProfile(room_class=command.unit.room_class, adult_child=command.adult_child)
    hidden = facts.StayProtection(safety_flags=command.safety_flags, safe_unit=command.unit.code if safe else None)
    return [
        facts.ShelterStayStarted(
            client_id=command.client_id,
            case_id=command.case_id,
            unit=None if safe else command.unit.code,
            unit_kind=command.unit.kind,
            m2_per_person=f"{command.unit.floor_m2 / command.unit.capacity:.2f}",
            family=command.family,
            arrived=command.arrived,
            expected_exit=command.expected_exit,
            profile=told,
            narrative=facts.StayNarrative(**told.model_dump(), display_name=command.display_name),
            protected=hidden if safe or command.safety_flags else None,
        )
    ]


def _extend(command: ExtendStay, state: State) -> list[Event]:
    if command.expected_exit == state.expected_exit:
        return []
    if state.expected_exit is not None and command.expected_exit < max(state.expected_exit, command.on):
        raise _out_of_range("/expected_exit", "Give a later day, not before today; who leaves earlier ends the stay.")
    if not command.approved:
        raise Rejected("approval-needed", "A supervisor extends a stay and names who asked (requested_by).")
    note = facts.ChangeNote(reason_text=command.reason)
    return [facts.ShelterStayChanged(expected_exit=command.expected_exit, reason=StayChange.EXTENDED, narrative=note)]


def _move(command: MoveStay, state: State) -> list[Event]:
    if state.safe or command.unit.kind is UnitKind.SAFE:
        errors = [{"loc": "/unit", "code": "not-allowed-here"}]
        raise Rejected("validation", "Into or out of a protected place: end this stay and start another.", errors=errors)
    if command.unit.code == state.unit:
        return []
    _apart(command.unit.room_class, command.sex, state.adult_child, state.family)
    note = facts.ChangeNote(reason_text=command.reason) if command.reason else None
    return [facts.ShelterStayChanged(unit=command.unit.code, reason=StayChange.MOVED, narrative=note)]


def _end(command: EndStay, state: State) -> list[Event]:
    assert state.arrived is not None
    if command.left > command.now:
        raise Rejected("date-in-future", "Record an exit once the person has left.", fields=["/left"])
    if command.left < state.arrived:
        raise _out_of_range("/left", "Give a time after the arrival.")
    if state.unit is None and not command.unit_known:
        errors = [{"loc": "/safe_unit", "code": "missing"}]
        raise Rejected("validation", "The client was erased: name the protected unit that becomes free.", errors=errors)
    nights = (_day(command.left, command.zone) - _day(state.arrived, command.zone)).days
    told = facts.ExitProfile(exit=command.exit, destination=command.destination)
    narrative = facts.ExitNarrative(**told.model_dump(), note=command.note)
    return [facts.ShelterStayEnded(left=command.left, nights=nights, profile=told, narrative=narrative)]


def _apart(room: RoomClass, sex: Sex, age: AdultChild, family: bool) -> None:
    """Sexes, age groups and families apart, by the room's class. Unknown age counts as a child's."""
    fits = {
        RoomClass.DORM_F: sex is Sex.F and age is AdultChild.ADULT and not family,
        RoomClass.DORM_M: sex is Sex.M and age is AdultChild.ADULT and not family,
        RoomClass.FAMILY: family,
        RoomClass.CHILD: age is not AdultChild.ADULT,
        RoomClass.SINGLE: True,
        RoomClass.MEDICAL: True,
    }
    if not fits[room]:
        raise Rejected("separation-rule", "Choose a unit whose room class fits sex, age and family.", room_class=room)


def _out_of_range(loc: str, remedy: str) -> Rejected:
    return Rejected("validation", remedy, errors=[{"loc": loc, "code": "out-of-range"}])


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def open_stay(client_id: UUID | str) -> Row:
    """The search row by which a client's running stays are found."""
    return Row("search", "open-stay-of", str(client_id))


OF: Final = "stay-of"


def stay_of(client_id: UUID | str) -> Row:
    """The search row by which all stays of a client are found."""
    return Row("search", OF, str(client_id))


def _rows(capacity: Mapping[str, int], erased: str | None, stream_id: UUID, state: State, event: Event) -> Iterable[Row]:
    def give(unit: str) -> Row:
        # With its limit: when the fact turns out never to have been true, the place is taken again.
        return Row("give", "occupancy", unit, capacity.get(unit, 0))

    match event:
        case facts.ShelterStayStarted(client_id=client_id):
            unit = evolve(state, event).unit
            if taken := unit or erased:
                yield Row("take", "occupancy", taken, capacity[taken])
            yield open_stay(client_id)
            yield Row("claim", "open-stay", str(client_id))
            yield stay_of(client_id)
        case facts.ShelterStayChanged(unit=str(unit)):
            yield Row("take", "occupancy", unit, capacity[unit])
            if state.unit:
                yield give(state.unit)
        case facts.ShelterStayEnded():
            if left := state.unit or erased:
                yield give(left)
            yield Row("unsearch", "open-stay-of", str(state.client_id))
            yield Row("release", "open-stay", str(state.client_id))
        case _:
            return


@cache
def stay_in(units: tuple[ShelterUnit, ...], *, erased: str | None = None) -> Decider[Command, State]:
    """A stay's behaviour at a centre with these units. No unit ever holds more people than its capacity: each place is
    taken in the append itself. Nobody ever has two places at once.

    erased: the SAFE unit of a stay whose seal no longer opens, because the client was forgotten; only its house knows.
    """
    return Decider(
        aggregate=STAY,
        initial=State(),
        decide=decide,
        evolve=evolve,
        rows=partial(_rows, {unit.code: unit.capacity for unit in units}, erased),
        opens=frozenset({NARRATIVE, PROTECTED}),
        kept=frozenset({OF}),  # what never was true is held all the same
        claimed=(("occupancy", "unit-full"), ("open-stay", "invalid-state")),
        voidable=dict.fromkeys((facts.ShelterStayStarted, facts.ShelterStayChanged, facts.ShelterStayEnded), LAST),
    )
