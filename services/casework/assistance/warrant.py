"""What every step of assistance asks for before its own rules: a consent of its own, a case still worked on, a day that was."""

from datetime import date

from services.casework.basis import Consent, Warrant
from services.casework.case.state import State
from shared.codes import Purpose
from shared.errors import Rejected


def check_alive(warrant: Warrant, state: State) -> None:
    """Five working days after the end of the consent to case management nothing but closure is accepted."""
    if not warrant.managed and state.grace_until is not None and warrant.today > state.grace_until:
        raise Rejected("consent-expired", "Close the case, or have the client asked again.", purpose="CASE_MANAGEMENT")


def check_consent(warrant: Warrant, purpose: Purpose) -> None:
    """The consent to this very purpose, which no other legal basis replaces."""
    if warrant.consent is Consent.MISSING:
        raise Rejected("consent-missing", "Ask the client, or name the consent that is in force.", purpose=purpose)
    if warrant.consent is Consent.ENDED:
        raise Rejected("consent-expired", "Ask the client again.", purpose=purpose)


def check_day(on: date, warrant: Warrant) -> None:
    if on > warrant.today:
        raise Rejected("date-in-future", "Record a stage once it was reached.", fields=["/on"])


def refused_at(loc: str, code: str) -> Rejected:
    """A member of the form that is missing, or that this stage does not take."""
    return Rejected("validation", "Correct the form.", errors=[{"loc": loc, "code": code}])


def another() -> Rejected:
    return Rejected("already-exists", "Another one has this id: draw a new one.")
