"""What comes of a command on a referral (domain chapter, section 8)."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from shared.codes import DeclineReason, Direction, LapseTimer, ReferralState
from shared.contracts.referrals import referral as facts
from shared.contracts.referrals.referral import REFERRAL, ReferralEvent
from shared.errors import Rejected
from shared.eventsourcing.decider import LAST, Decider, Row
from shared.eventsourcing.event import Event
from shared.privacy.classes import PACKET

from .commands import Accept, Acknowledge, Close, Command, Decline, Deliver, ExpireCopy, Lapse, SendReferral, StartService, Withdraw
from .sending import misfit, send
from .state import State, evolve
from .table import accepts, invalid_state

AFTER_ACCEPTANCE: Final = frozenset({DeclineReason.UNREACHABLE, DeclineReason.CLIENT_DECLINED, DeclineReason.NO_CAPACITY})
"""Whoever accepted may still decline for these."""


def decide(command: Command, state: State) -> list[Event]:
    if isinstance(command, SendReferral):
        return send(command, state)
    if not accepts(state, type(command).__name__):
        raise invalid_state(state)
    if isinstance(command, Acknowledge | Accept | StartService | Deliver) and command.consent_ended:
        raise Rejected("consent-expired", "Decline it: the client no longer agrees to the sharing.", purpose="SHARE_FOR_SERVICE")
    match command:
        case Acknowledge():
            return [_acknowledged(command, state)]
        case Accept():
            return _accept(command, state)
        case Decline():
            return _decline(command, state)
        case StartService(at=at):
            return [facts.ReferralServiceStarted(at=at)]
        case Deliver(at=at):
            confirmed = command.client_confirmed
            return [facts.ReferralServiceDelivered(at=at, result=command.result, client_confirmed=confirmed, packet=_note(command.note))]
        case Withdraw(at=at, reason=reason):
            return [facts.ReferralWithdrawn(at=at, reason=reason)]
        case Lapse(at=at, timer=timer):
            if timer is LapseTimer.ACK and state.state is not ReferralState.SENT:
                raise invalid_state(state)
            escalated = None if state.confidential else command.escalated_to
            return [facts.ReferralLapsed(timer=timer, at=at, escalated_to=escalated)]
        case Close(at=at):
            assert state.result is not None  # every state from which one closes has an end
            return [facts.ReferralClosed(result=state.result, client_told=command.client_told, at=at)]
        case ExpireCopy(at=at):
            return [facts.ReferralCopyExpired(at=at)]


def _acknowledged(command: Acknowledge | Accept, state: State) -> Event:
    return facts.ReferralAcknowledged(at=command.at, by_org=None if state.confidential else command.by_org or state.to_org)


def _accept(command: Accept, state: State) -> list[Event]:
    if command.client_id is not None and state.direction is Direction.OUT:
        raise misfit("/client_id", "not-allowed-here")
    told = facts.Instructions(instructions=command.instructions) if command.instructions else None
    accepted = facts.ReferralAccepted(
        at=command.at,
        appointment_at=command.appointment_at,
        client_id=command.client_id,
        packet=told,
    )
    return [accepted] if state.acknowledged else [_acknowledged(command, state), accepted]


def _decline(command: Decline, state: State) -> list[Event]:
    if state.state is ReferralState.ACCEPTED and command.reason not in AFTER_ACCEPTANCE:
        raise invalid_state(state)
    if command.redirect_to is not None and command.redirect_to in (state.to_org, state.from_org):
        raise misfit("/redirect_to", "not-allowed-here")
    return [
        facts.ReferralDeclined(
            at=command.at,
            reason=command.reason,
            redirect_to=None if state.confidential else command.redirect_to,
            packet=_note(command.note),
        )
    ]


def _note(note: str | None) -> facts.AnswerNote | None:
    return facts.AnswerNote(note=note) if note else None


def under_consent(consent_id: UUID | str) -> Row:
    """The search row by which the referrals under a consent are found, running or lapsed."""
    return Row("search", "referral-under-consent", str(consent_id))


def of_client(client_id: UUID | str) -> Row:
    """The search row by which all referrals of a client are found, also those that ended."""
    return Row("search", "referral-of", str(client_id))


def _rows(stream_id: UUID, state: State, event: ReferralEvent) -> Iterable[Row]:
    match event:
        case facts.ReferralSent() as sent:
            if sent.client_id:
                yield of_client(sent.client_id)
            if sent.consent_id:
                yield under_consent(sent.consent_id)
        case facts.ReferralAccepted(client_id=UUID() as client_id):
            yield of_client(client_id)
        case facts.ReferralDeclined() | facts.ReferralServiceDelivered() | facts.ReferralWithdrawn() | facts.ReferralClosed():
            if state.consent_id:
                yield Row("unsearch", "referral-under-consent", str(state.consent_id))
        case _:
            return


REFERRAL_DECIDER: Final[Decider[Command, State]] = Decider(
    aggregate=REFERRAL,
    initial=State(),
    decide=decide,
    evolve=evolve,
    rows=_rows,
    opens=frozenset({PACKET}),
    # The answers, the last one before the earlier ones. What was sent is withdrawn; a lapse is the clock's.
    voidable={
        facts.ReferralAcknowledged: LAST,
        facts.ReferralAccepted: LAST,
        facts.ReferralDeclined: LAST,
        facts.ReferralServiceStarted: LAST,
        facts.ReferralServiceDelivered: LAST,
    },
)
