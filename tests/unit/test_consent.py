"""Whether a consent permits something on a day: every answer of `may`."""

from datetime import date

import pytest

from shared.codes import Purpose
from shared.consent import Consent, Given, anybody, may

DAY = date(2026, 3, 5)
BEFORE, AFTER = date(2026, 3, 4), date(2026, 3, 6)
SHARE = Purpose.SHARE_FOR_SERVICE


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        (None, Consent.MISSING),
        (Given(Purpose.PHOTO, "OWWA"), Consent.MISSING),
        (Given(SHARE, "DMW"), Consent.MISSING),
        (Given(SHARE, None), Consent.MISSING),
        (Given(SHARE, "DMW", ended_on=BEFORE), Consent.MISSING),  # to another: that it ended is not told either
        (Given(SHARE, "OWWA"), Consent.ACTIVE),
        (Given(SHARE, "OWWA", valid_to=DAY), Consent.ACTIVE),
        (Given(SHARE, "OWWA", valid_to=BEFORE), Consent.ENDED),
        (Given(SHARE, "OWWA", ended_on=AFTER), Consent.ACTIVE),
        (Given(SHARE, "OWWA", ended_on=DAY), Consent.ENDED),
    ],
)
def test_a_consent_permits_one_purpose_to_one_recipient_until_its_end(given: Given | None, answer: Consent) -> None:
    assert may(SHARE, given, lambda org: org == "OWWA", DAY) is answer


def test_a_purpose_without_recipient_is_nobodys() -> None:
    assert may(Purpose.TRACING, Given(Purpose.TRACING), anybody, DAY) is Consent.ACTIVE
