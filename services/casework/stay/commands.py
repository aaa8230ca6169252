"""What may be asked of a stay. Each carries what its decision needs from elsewhere, looked up by the route."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from services.casework.case.commands import Ground
from shared.codes import AdultChild, Destination, Sex, StayExit
from shared.region_centre import ShelterUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class StartStay:
    """unit: of the region file; now: when the command is given; zone: of the centre, for its local days."""

    client_id: UUID
    unit: ShelterUnit
    sex: Sex
    adult_child: AdultChild
    family: bool
    arrived: datetime
    expected_exit: date
    now: datetime
    zone: tzinfo
    ground: Ground
    case_id: UUID | None = None
    display_name: str | None = None
    safety_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendStay:
    """on: local day of the command; approved: a supervisor issues it at somebody else's request."""

    expected_exit: date
    reason: str
    on: date
    approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveStay:
    """sex: asked again, since no fact keeps it."""

    unit: ShelterUnit
    sex: Sex
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStay:
    """unit_known: whether it is known whose place becomes free."""

    left: datetime
    exit: StayExit
    destination: Destination
    now: datetime
    zone: tzinfo
    unit_known: bool = True
    note: str | None = None


Command = StartStay | ExtendStay | MoveStay | EndStay
