"""On what a command of casework rests, as it was looked up: consents, another legal basis, a contact block."""

from dataclasses import dataclass
from datetime import date

from shared.codes import LegalBasis
from shared.consent import Consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """On what a command rests. on: local day of the command; statute: whether the region file names one for the basis.

    stated: whether it is a supervisor who states the basis, now or before in the same case.
    """

    on: date
    basis: LegalBasis = LegalBasis.CONSENT
    consent: Consent = Consent.ACTIVE
    statute: bool = False
    stated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Warrant:
    """On what a step of assistance rests that needs a consent of its own. today: local day of the command.

    consent: the specific one (for that mission, to return, to trace). managed: whether the client's consent to case
    management is in force. blocked: whether another case of the client has a contact block.
    """

    today: date
    consent: Consent = Consent.ACTIVE
    managed: bool = True
    blocked: bool = False


__all__ = ["Consent", "Ground", "Warrant"]
