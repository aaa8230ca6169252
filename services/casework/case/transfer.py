"""A case that moves to another centre of the region: asked for here, answered there (domain chapter, section 7)."""

from shared.codes import TransferAnswer
from shared.contracts.casework import ending
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.event import Event

from .commands import AnswerTransfer, RequestTransfer
from .ground import permitted, refused_at
from .state import State
from .table import invalid_state


def request(command: RequestTransfer, state: State) -> list[Event]:
    """One transfer at a time, and not to where the case is already."""
    permitted(command.ground, state)
    if command.to_centre == command.here:
        raise refused_at("/to_centre", "not-allowed-here")
    if state.transfer is not None:
        if (state.transfer.transfer_id, state.transfer.to_centre) == (command.transfer_id, command.to_centre):
            return []
        raise invalid_state(state.state)
    if command.transfer_id in state.answered:
        raise Rejected("already-exists", "Another transfer had this id: draw a new one.")
    note = ending.TransferNote(reason=command.reason)
    return [ending.CaseTransferRequested(transfer_id=command.transfer_id, to_centre=command.to_centre, narrative=note)]


def answer(command: AnswerTransfer, state: State) -> list[Event]:
    """By a supervisor there, who did not ask for it; a refusal says why."""
    if state.transfer is None or state.transfer.transfer_id != command.transfer_id:
        if command.transfer_id in state.answered:
            raise invalid_state(state.state)
        raise OutOfScope()
    if command.by is not None and command.by == command.asked_by:
        raise Rejected("same-person-signoff", "Let another supervisor answer.")
    if command.by is not None and command.answer is TransferAnswer.REFUSED and not command.reason:
        raise refused_at("/reason", "missing")
    note = ending.TransferNote(reason=command.reason) if command.reason else None
    to_centre = state.transfer.to_centre
    return [ending.CaseTransferAnswered(transfer_id=command.transfer_id, to_centre=to_centre, answer=command.answer, narrative=note)]
