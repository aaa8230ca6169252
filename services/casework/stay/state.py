"""What is known of one stay, folded from its facts."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never
from uuid import UUID

from shared.codes import AdultChild, StayState, UnitKind
from shared.contracts.casework.stay import (
    ShelterStayChanged,
    ShelterStayEnded,
    ShelterStayStarted,
    StayEvent,
    StayNarrative,
    StayProtection,
)
from shared.contracts.entry import EntryVoided


@dataclass(frozen=True, slots=True)
class State:
    """What later decisions need to know, and nothing else. `state` None: there is no such stay.

    unit: None also of a SAFE stay whose seal no longer opens. adult_child: U where the narrative no longer opens.
    """

    state: StayState | None = None
    client_id: UUID | None = None
    case_id: UUID | None = None
    unit: str | None = None
    unit_kind: UnitKind = UnitKind.CENTRE
    adult_child: AdultChild = AdultChild.U
    family: bool = False
    arrived: datetime | None = None
    expected_exit: date | None = None
    left: datetime | None = None
    nights: int | None = None

    @property
    def safe(self) -> bool:
        """Whether the unit must not be named."""
        return self.unit_kind is UnitKind.SAFE


def evolve(state: State, event: StayEvent) -> State:
    match event:
        case ShelterStayStarted(narrative=told, protected=hidden):
            return replace(
                state,
                state=StayState.STAYING,
                client_id=event.client_id,
                case_id=event.case_id,
                unit=hidden.safe_unit if isinstance(hidden, StayProtection) and hidden.safe_unit else event.unit,
                unit_kind=event.unit_kind,
                adult_child=told.adult_child if isinstance(told, StayNarrative) else AdultChild.U,
                family=event.family,
                arrived=event.arrived,
                expected_exit=event.expected_exit,
            )
        case ShelterStayChanged(unit=unit, expected_exit=day):
            return replace(state, unit=unit or state.unit, expected_exit=day or state.expected_exit)
        case ShelterStayEnded(left=left, nights=nights):
            return replace(state, state=StayState.ENDED, left=left, nights=nights)
        case EntryVoided():
            return state  # what it voids is never folded
        case _:
            assert_never(event)
