"""One question about consent, asked by every service before it shares, sends, searches or counts: may this be done? Pure.

Who asks, and why statistics and exports decide by the facts alone and yet the same: `tests/architecture/test_consent.py`. What a
service knows of a consent is its own read model, or the fold of the person's facts; how a consent that ends
at that moment is still heeded: docs/decisions/0017.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.codes import Purpose


class Consent(StrEnum):
    """How a consent stands. MISSING also says that it was given for another purpose, or to somebody else."""

    ACTIVE = "ACTIVE"
    ENDED = "ENDED"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that a person gave. valid_to: its last day; ended_on: the first day without it, once it was taken back."""

    purpose: Purpose
    recipient_org: str | None = None
    valid_to: date | None = None
    ended_on: date | None = None


def anybody(recipient: str | None) -> bool:
    """What is consented to concerns no organisation, or whichever."""
    return True


def may(purpose: Purpose, given: Given | None, recipient: Callable[[str | None], bool], at: date) -> Consent:
    """Whether what a person consented to permits a purpose on a day. Only ACTIVE does.

    given: None if nobody knows of the consent, or a merged record suspends it. recipient: whether the consent's own recipient is
    the one for whom it is asked.
    """
    if given is None or given.purpose is not purpose or not recipient(given.recipient_org):
        return Consent.MISSING
    over = (given.valid_to is not None and at > given.valid_to) or (given.ended_on is not None and at >= given.ended_on)
    return Consent.ENDED if over else Consent.ACTIVE
