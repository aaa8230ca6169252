"""What a person may ask about their own data: received, decided, answered (RA 10173, chapter IV).

A granted objection ends every consent to the use objected to, in the same append: what relied on it stops as after any
withdrawal. A correction is granted by the amendment that carries it out, an erasure by the erasure itself.
"""

from uuid import UUID

from services.intake.client.commands import AnswerRightsRequest, DecideRightsRequest, ReceiveRightsRequest
from services.intake.client.rules import check_active, misfit, same
from services.intake.client.state import RightsRequest, State
from shared.codes import ConsentEnd, Right, RightOutcome
from shared.contracts.intake.client import ClientEvent
from shared.contracts.intake.consent import ConsentWithdrawn
from shared.contracts.intake.rights import RequestWords, RightsRequestAnswered, RightsRequestDecided, RightsRequestReceived
from shared.errors import OutOfScope, Rejected


def receive(command: ReceiveRightsRequest, state: State) -> list[ClientEvent]:
    """Asking is never refused. The id is the app's: the same again is received already."""
    check_active(state)
    if command.right is Right.ERASURE:
        raise misfit(("/right", "not-allowed-here"))  # POST .../erasure: it names its ground, and a second person
    if (command.right is Right.OBJECTION) != (command.objects_to is not None):
        raise misfit(("/objects_to", "missing" if command.objects_to is None else "not-allowed-here"))
    received = RightsRequestReceived(
        request_id=command.request_id, right=command.right, objects_to=command.objects_to, due_answer=command.due_answer,
        identity=_words(command.text),
    )  # fmt: skip
    if known := state.protection.rights.get(command.request_id):
        if same(known.received, received):
            return []
        raise Rejected("already-exists", "Draw a new request_id.")
    return [received]


def decide(command: DecideRightsRequest, state: State) -> list[ClientEvent]:
    """Granted, or refused with a reason; once."""
    asked = _known(command.request_id, state)
    refused = command.outcome is RightOutcome.REFUSED
    if refused != (command.reason is not None):
        raise misfit(("/reason", "missing" if refused else "not-allowed-here"))
    if asked.outcome is not None:
        if (asked.outcome, asked.reason) == (command.outcome, command.reason):
            return []
        raise _misplaced(asked, "It was decided before: ask the person whether they want to ask again.")
    right = _right(asked)
    if right is Right.ERASURE and not refused:
        raise _misplaced(asked, "Carry the erasure out: that grants it.", "EraseClient")
    decided = RightsRequestDecided(
        request_id=command.request_id, right=right, outcome=command.outcome, reason=command.reason, identity=_words(command.text)
    )
    if refused or not isinstance(asked.received, RightsRequestReceived) or right is not Right.OBJECTION:
        return [decided]
    check_active(state)
    stopped = [consent for consent in state.active_consents() if consent.purpose is asked.received.objects_to]
    ends = (
        ConsentWithdrawn(
            consent_id=consent.consent_id, purpose=consent.purpose, recipient_org=consent.recipient_org,
            reason=ConsentEnd.CLIENT_WISH, effective=command.today,
        )
        for consent in stopped
    )  # fmt: skip
    return [decided, *ends]


def answer(command: AnswerRightsRequest, state: State) -> list[ClientEvent]:
    """The person was told: nothing is due any more."""
    asked = _known(command.request_id, state)
    if asked.told:
        return []
    if asked.outcome is None:
        raise _misplaced(asked, "Decide it first.", "DecideRightsRequest")
    return [RightsRequestAnswered(request_id=command.request_id, right=_right(asked))]


def corrected(request_id: UUID, state: State) -> RightsRequestDecided:
    """An amendment carries out what was asked for."""
    asked = _known(request_id, state)
    if _right(asked) is not Right.CORRECTION or asked.outcome is not None:
        raise _misplaced(asked, "Name a request for a correction that nobody has decided yet.")
    return RightsRequestDecided(request_id=request_id, right=Right.CORRECTION, outcome=RightOutcome.GRANTED)


def _known(request_id: UUID, state: State) -> RightsRequest:
    if state.status == "erased":
        raise Rejected("client-erased", "This person was forgotten already.")
    asked = state.protection.rights.get(request_id)
    if asked is None:
        raise OutOfScope()
    return asked


def _right(asked: RightsRequest) -> Right:
    return asked.received.right if isinstance(asked.received, RightsRequestReceived) else Right.ERASURE


def _misplaced(asked: RightsRequest, remedy: str, *allowed: str) -> Rejected:
    return Rejected("invalid-state", remedy, state=asked.stage, allowed=list(allowed))


def _words(text: str | None) -> RequestWords | None:
    return None if text is None else RequestWords(text=text)
