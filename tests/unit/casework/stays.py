"""Builders of the facts and commands of stays, with good defaults."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.casework.stay.commands import EndStay, ExtendStay, MoveStay, StartStay
from services.casework.stay.decisions import stay_in
from shared.codes import AdultChild, Destination, RoomClass, Sex, StayExit, UnitKind
from shared.contracts.casework import stay as facts
from shared.region_centre import ShelterUnit
from tests.unit.casework.cases import CLIENT, ground

ZONE = ZoneInfo("America/Tegucigalpa")
ARRIVED = datetime(2026, 5, 2, 5, 0, tzinfo=UTC)  # 1 May, 23:00 at the centre
LEFT = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)  # 3 May, 06:00
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def a_unit(code: str = "U-W", room: RoomClass = RoomClass.DORM_F, kind: UnitKind = UnitKind.CENTRE, capacity: int = 4) -> ShelterUnit:
    return ShelterUnit(code=code, name=code, kind=kind, room_class=room, capacity=capacity, floor_m2=capacity * 4.0)


WOMEN, MEN = a_unit(), a_unit("U-M", RoomClass.DORM_M)
FAMILY, CHILDREN = a_unit("U-F", RoomClass.FAMILY), a_unit("U-C", RoomClass.CHILD)
HOTEL = a_unit("U-H", RoomClass.SINGLE, UnitKind.HOTEL, 2)
SAFE = a_unit("U-S", RoomClass.SINGLE, UnitKind.SAFE, 2)
UNITS = (WOMEN, MEN, FAMILY, CHILDREN, HOTEL, SAFE)
STAYS = stay_in(UNITS)


def starting(**changes: Any) -> StartStay:
    return StartStay(
        **{
            "client_id": CLIENT,
            "unit": WOMEN,
            "sex": Sex.F,
            "adult_child": AdultChild.ADULT,
            "family": False,
            "arrived": ARRIVED,
            "expected_exit": date(2026, 5, 8),
            "now": NOW,
            "zone": ZONE,
            "ground": ground(),
            "display_name": "Rosa",
            **changes,
        }
    )


def started(**changes: Any) -> facts.ShelterStayStarted:
    [event] = STAYS.decide(starting(**changes), STAYS.initial)
    assert isinstance(event, facts.ShelterStayStarted)
    return event


def extending(day: date = date(2026, 5, 20), **changes: Any) -> ExtendStay:
    return ExtendStay(**{"expected_exit": day, "reason": "no boat yet", "on": date(2026, 5, 4), "approved": True, **changes})


def moving(unit: ShelterUnit = HOTEL, **changes: Any) -> MoveStay:
    return MoveStay(**{"unit": unit, "sex": Sex.F, **changes})


def ending(**changes: Any) -> EndStay:
    return EndStay(
        **{"left": LEFT, "exit": StayExit.PLANNED, "destination": Destination.FAMILY, "now": NOW, "zone": ZONE, "note": "well", **changes}
    )


def ended(**changes: Any) -> facts.ShelterStayEnded:
    [event] = STAYS.decide(ending(**changes), STAYS.fold([started()]))
    assert isinstance(event, facts.ShelterStayEnded)
    return event
