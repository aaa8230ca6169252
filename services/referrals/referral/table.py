"""From which state which command is accepted, and where it leads (domain chapter, section 8)."""

from typing import Final, get_args

from shared.codes import ReferralResult
from shared.codes import ReferralState as S
from shared.errors import Rejected
from shared.eventsourcing.machine import Machine, Move

from .commands import Command, SendReferral
from .state import State

RUNNING = frozenset({S.SENT, S.ACKNOWLEDGED, S.ACCEPTED, S.IN_SERVICE})
"""Somebody still waits for an answer or for the service."""

ENDED: Final = frozenset({S.DELIVERED, S.DECLINED, S.WITHDRAWN})
UNANSWERED: Final = frozenset({S.SENT, S.ACKNOWLEDGED, S.LAPSED})

MACHINE: Final = Machine(
    "Referral",
    S,
    (
        Move("SendReferral", frozenset(), S.SENT, "ReferralSent", "caseworker", "consent or override; agreement in force; entry fresh; "
             "packet complete; nothing withheld; no contact block"),
        Move("Acknowledge", frozenset({S.SENT, S.LAPSED}), S.ACKNOWLEDGED, "ReferralAcknowledged", "receiver"),
        Move("Accept", UNANSWERED, S.ACCEPTED, "ReferralAccepted", "receiver", "ReferralAcknowledged before it if missing"),
        Move("Decline", UNANSWERED | {S.ACCEPTED}, S.DECLINED, "ReferralDeclined", "receiver", "from ACCEPTED only UNREACHABLE, "
             "CLIENT_DECLINED, NO_CAPACITY"),
        Move("StartService", frozenset({S.ACCEPTED, S.LAPSED}), S.IN_SERVICE, "ReferralServiceStarted", "receiver", "LAPSED once accepted"),
        Move("Deliver", frozenset({S.ACCEPTED, S.IN_SERVICE, S.LAPSED}), S.DELIVERED, "ReferralServiceDelivered", "receiver",
             "FULL or PARTIAL; LAPSED once accepted"),
        Move("Withdraw", RUNNING | {S.LAPSED}, S.WITHDRAWN, "ReferralWithdrawn", "sender, system", "with its reason"),
        Move("Lapse", RUNNING, S.LAPSED, "ReferralLapsed", "timer", "ACK only from SENT; SERVICE from any"),
        Move("Close", ENDED | {S.LAPSED}, S.CLOSED, "ReferralClosed", "sender; system after 30 days", "says whether the client was told"),
        Move("ExpireCopy", frozenset({S.CLOSED}), S.CLOSED, "ReferralCopyExpired", "timer", "delivered; once; under no legal hold"),
    ),
)  # fmt: skip

MACHINES: Final = (MACHINE,)

ONCE_ACCEPTED: Final = frozenset({"StartService", "Deliver"})
"""A lapsed referral takes these only if it had been accepted before it lapsed."""


def accepts(state: State, name: str) -> bool:
    """Whether a referral in this state takes the command of this name."""
    if not MACHINE.accepts(name, state.state):
        return False
    if name == "ExpireCopy":
        return state.result is ReferralResult.DELIVERED and not state.expired
    return state.state is not S.LAPSED or name not in ONCE_ACCEPTED or state.accepted


def allowed(state: State) -> list[str]:
    """Names of the commands that a referral in this state takes."""
    if state.state is None:
        return [SendReferral.__name__]
    return [command.__name__ for command in get_args(Command) if accepts(state, command.__name__)]


def invalid_state(state: State) -> Rejected:
    """The refusal of a command that the state does not take."""
    return Rejected("invalid-state", "See what is allowed now.", state=state.state, allowed=allowed(state))
