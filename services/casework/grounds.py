"""On what help beside a case rests: a consent in force, or another basis that the region file names a statute for."""

from services.casework.case.commands import Consent, Ground
from shared.codes import LegalBasis
from shared.errors import Rejected


def grounded(ground: Ground) -> None:
    """Raises Rejected `consent-missing` or `consent-expired`."""
    if ground.basis is not LegalBasis.CONSENT:
        if not ground.statute:
            raise Rejected("consent-missing", "State a basis that the region file names a statute for.", purpose="CASE_MANAGEMENT")
    elif ground.consent is Consent.MISSING:
        raise Rejected("consent-missing", "Ask the client, or name the consent that is in force.", purpose="CASE_MANAGEMENT")
    elif ground.consent is Consent.ENDED:
        raise Rejected("consent-expired", "Ask the client again, or state another basis.", purpose="CASE_MANAGEMENT")
