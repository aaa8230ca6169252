"""Holds and erasure: what forbids to forget a person, who may do it, and when it is done (events chapter, section 6)."""

from services.intake.client.commands import EraseClient, EraseMerged, LiftHold, PlaceHold, RequestErasure
from services.intake.client.rules import check_free, misfit, same
from services.intake.client.state import State
from shared.codes import ErasureBasis
from shared.contracts.intake.client import ClientErased, ClientEvent, ErasureRequested, LegalHoldLifted, LegalHoldPlaced
from shared.errors import OutOfScope, Rejected


def place_hold(command: PlaceHold, state: State) -> list[ClientEvent]:
    """A law's no to forgetting. Its id is the app's: the same again is done already."""
    _check_remembered(state)
    placed = LegalHoldPlaced(hold_id=command.hold_id, reason=command.reason, until=command.until)
    if known := state.protection.holds.get(command.hold_id):
        if known == placed:
            return []
        raise Rejected("already-exists", "Draw a new hold_id.")
    if command.hold_id in state.protection.lifted:
        raise Rejected("already-exists", "This hold was lifted: place a new one.")
    if command.until is not None and command.until < command.today:
        raise misfit(("/until", "out-of-range"))
    return [placed]


def lift_hold(command: LiftHold, state: State) -> list[ClientEvent]:
    """Lifted once; a second time changes nothing."""
    _check_remembered(state)
    if command.hold_id in state.protection.lifted:
        return []
    hold = state.protection.holds.get(command.hold_id)
    if hold is None:
        raise OutOfScope()
    return [LegalHoldLifted(hold_id=hold.hold_id, reason=hold.reason, until=hold.until)]


def request(command: RequestErasure, state: State) -> list[ClientEvent]:
    """Asking is never refused, not even under a hold: that somebody asked must be known when it falls."""
    _check_remembered(state)
    asked = ErasureRequested(request_id=command.request_id, basis=command.basis, due_answer=command.due_answer)
    if known := state.protection.requests.get(command.request_id):
        if same(known, asked):
            return []
        raise _taken()
    if command.request_id in state.protection.rights:
        raise _taken()  # the request of another right, which this one would hide
    return [asked]


def erase(command: EraseClient, state: State) -> list[ClientEvent]:
    """The last fact of a person: a second person carries out what was asked for, unless a law or a running service forbids it."""
    _check_remembered(state)
    asked = state.protection.requests.get(command.request_id)
    if asked is None:
        remedy = "Request the erasure first, or name the request."
        raise Rejected("invalid-state", remedy, state="NOT_REQUESTED", allowed=["RequestErasure"])
    if (right := state.protection.rights.get(command.request_id)) and right.outcome is not None:
        raise Rejected("invalid-state", "It was refused: let them ask again.", state=right.stage, allowed=["RequestErasure"])
    if command.requester == command.actor:
        raise Rejected("same-person-signoff", "Let a dpo who did not ask for it carry it out.")
    if asked.basis is ErasureBasis.RETENTION and command.kept:
        remedy = "They came back, or the time for keeping was made longer: nothing is due."
        raise Rejected("invalid-state", remedy, state="KEPT", allowed=["RequestErasure"])
    check_free(state, command.today, elsewhere=command.held)
    if command.in_progress and not command.force:
        raise Rejected("service-in-progress", "Close what is open first, or send force.", kinds=list(command.in_progress))
    return [ClientErased(request_id=asked.request_id, basis=asked.basis, aliases=command.aliases)]


def erase_merged(command: EraseMerged, state: State) -> list[ClientEvent]:
    """Whoever is erased is erased under every record that was merged into theirs, in the same append."""
    _check_remembered(state)
    check_free(state, command.today)
    if state.merged_into not in command.survivors:
        raise Rejected("invalid-state", "The records changed meanwhile: read the client again.")
    return [ClientErased(request_id=command.request_id, basis=command.basis)]


def _taken() -> Rejected:
    return Rejected("already-exists", "Draw a new request_id.")


def _check_remembered(state: State) -> None:
    """A merged record takes these commands too; one that was erased takes none."""
    if state.status == "erased":
        raise Rejected("client-erased", "This person was forgotten already.")
