"""From which state which command is accepted (domain chapter, section 8)."""

from collections.abc import Mapping
from typing import Final, get_args

from shared.codes import ReferralState as S
from shared.errors import Rejected

from .commands import Command, SendReferral
from .state import State

RUNNING = frozenset({S.SENT, S.ACKNOWLEDGED, S.ACCEPTED, S.IN_SERVICE})
"""Somebody still waits for an answer or for the service."""

ENDED = frozenset({S.DELIVERED, S.DECLINED, S.WITHDRAWN})

TRANSITIONS: Final[Mapping[str, frozenset[S]]] = {
    "Acknowledge": frozenset({S.SENT, S.LAPSED}),
    "Accept": frozenset({S.SENT, S.ACKNOWLEDGED, S.LAPSED}),
    "Decline": frozenset({S.SENT, S.ACKNOWLEDGED, S.ACCEPTED, S.LAPSED}),
    "StartService": frozenset({S.ACCEPTED, S.LAPSED}),
    "Deliver": frozenset({S.ACCEPTED, S.IN_SERVICE, S.LAPSED}),
    "Withdraw": RUNNING | {S.LAPSED},
    "Lapse": RUNNING,
    "Close": ENDED | {S.LAPSED},
}

ONCE_ACCEPTED: Final = frozenset({"StartService", "Deliver"})
"""A lapsed referral takes these only if it had been accepted before it lapsed."""


def accepts(state: State, name: str) -> bool:
    """Whether a referral in this state takes the command of this name."""
    if state.state not in TRANSITIONS[name]:
        return False
    return state.state is not S.LAPSED or name not in ONCE_ACCEPTED or state.accepted


def allowed(state: State) -> list[str]:
    """Names of the commands that a referral in this state takes."""
    if state.state is None:
        return [SendReferral.__name__]
    return [name for command in get_args(Command) if (name := command.__name__) in TRANSITIONS and accepts(state, name)]


def invalid_state(state: State) -> Rejected:
    """The refusal of a command that the state does not take."""
    return Rejected("invalid-state", "See what is allowed now.", state=state.state, allowed=allowed(state))
