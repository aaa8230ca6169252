"""On what a command on a case rests, and what an id that was sent before means: the same questions of every command."""

from shared.codes import LegalBasis
from shared.contracts.casework.case import CaseEvent
from shared.errors import Rejected
from shared.eventsourcing.event import Event

from .commands import Consent, Ground
from .state import State


def permitted(ground: Ground, state: State) -> None:
    """Consent to case management, or another basis that a supervisor states and the region file names a statute for; for five
    working days after its withdrawal also without."""
    if ground.basis is not LegalBasis.CONSENT:
        if not (ground.stated and ground.statute):
            raise Rejected("consent-missing", "Without consent a supervisor states a basis of the region file.", purpose="CASE_MANAGEMENT")
        return
    if ground.consent is Consent.ACTIVE:
        return
    if ground.consent is Consent.MISSING:
        raise Rejected("consent-missing", "Ask the client, or name the consent that is in force.", purpose="CASE_MANAGEMENT")
    if state.grace_until is None or ground.on > state.grace_until:
        raise Rejected("consent-expired", "Close the case, or have a supervisor state another basis.", purpose="CASE_MANAGEMENT")


def once(known: CaseEvent, event: CaseEvent) -> list[Event]:
    """An id of the app's: the same content again is done already, another content is refused."""
    for which in known.sealed_classes:
        # The fold opens some classes only; what it cannot open (any more) counts as the same.
        if (told := getattr(known, which.value)) and told != getattr(event, which.value):
            raise _another()
    unsealed = {which.value: None for which in known.sealed_classes}
    if known.model_copy(update=unsealed) != event.model_copy(update=unsealed):
        raise _another()
    return []


def _another() -> Rejected:
    return Rejected("already-exists", "Another entry has this id: draw a new one.")


def refused_at(loc: str, code: str) -> Rejected:
    """A member of the form that this case does not take."""
    return Rejected("validation", "Correct the form.", errors=[{"loc": loc, "code": code}])


__all__ = ["once", "permitted", "refused_at"]
