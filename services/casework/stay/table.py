"""From which state which command is accepted, and where it leads (domain chapter, section 9)."""

from typing import Final

from shared.codes import StayState as S
from shared.errors import Rejected
from shared.eventsourcing.machine import Machine, Move

STAYING: Final = frozenset({S.STAYING})

MACHINE: Final = Machine(
    "Stay",
    S,
    (
        Move("StartStay", frozenset(), S.STAYING, "ShelterStayStarted", "warden, supervisor", "the unit has a free place; its room class "
             "fits sex, age and family"),
        Move("ChangeStay", STAYING, None, "ShelterStayChanged", "supervisor whom somebody asked", "EXTENDED: a later day"),
        Move("ChangeStay", STAYING, None, "ShelterStayChanged", "warden, supervisor", "MOVED: as at the start; neither unit is SAFE"),
        Move("EndStay", STAYING, S.ENDED, "ShelterStayEnded", "warden, supervisor", "not before the arrival"),
    ),
)  # fmt: skip

MACHINES: Final = (MACHINE,)


def allowed(state: S | None) -> list[str]:
    """Names of the commands that a stay in this state accepts."""
    return MACHINE.commands(state)


def invalid_state(state: S | None) -> Rejected:
    """The refusal of a command that the state does not accept."""
    return Rejected("invalid-state", "See what is allowed now.", state=state, allowed=allowed(state))
