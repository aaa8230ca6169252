"""What casework's change feed tells whom: of a confidential case only its worker and the protection supervisor hear. A centre
that asked another to take a case over hears the answer, which is the other's fact.

Feedback is left out: a complaint does not exist for the worker complained of, whom no open member names.
"""

from collections.abc import Iterable

from shared.changes.projection import address, assign, changes, hide, show
from shared.codes import C4_CASE_TYPES, CaseKind, TransferAnswer
from shared.contracts.casework.case import CASE
from shared.contracts.casework.stay import STAY
from shared.contracts.casework.training_session import TRAINING_SESSION
from shared.eventsourcing.projection import Fact, Op
from shared.privacy.classes import NARRATIVE

HIDDEN = "case.read-confidential"
"""The function by which a confidential case is seen."""


def opened(fact: Fact) -> Iterable[Op]:
    return [hide(fact)] if fact.data["case_kind"] == CaseKind.CONFIDENTIAL else []


def assessed(fact: Fact) -> Iterable[Op]:
    """The narrative is opened for one bit: an assessment may make a case confidential, and the open part must not tell."""
    told = fact.open(NARRATIVE)
    return [hide(fact)] if isinstance(told, dict) and told["case_type"] in C4_CASE_TYPES else []


def protected(fact: Fact) -> Iterable[Op]:
    return [hide(fact)]


def assigned(fact: Fact) -> Iterable[Op]:
    return [assign(fact, fact.data["worker"])]


def offered(fact: Fact) -> Iterable[Op]:
    return [address(fact, fact.ctx["centre"])]


def answered(fact: Fact) -> Iterable[Op]:
    """Taken over, it is nobody's until it is assigned there."""
    return [assign(fact, "")] if fact.data["answer"] == TransferAnswer.ACCEPTED else []


def voided(fact: Fact) -> Iterable[Op]:
    return [show(fact, fact.data["event_id"])]


HEARING = {
    CASE.ce_type("case-opened"): opened,
    CASE.ce_type("needs-assessed"): assessed,
    CASE.ce_type("protection-assessed"): protected,
    CASE.ce_type("case-assigned"): assigned,
    CASE.ce_type("case-transfer-requested"): offered,
    CASE.ce_type("case-transfer-answered"): answered,
    CASE.ce_type("entry-voided"): voided,
}

TOLD = (CASE, STAY, TRAINING_SESSION)

LEAVING = (CASE.ce_type("case-transfer-answered"), CASE.ce_type("case-closed"))
"""After these a transfer does not wait any more."""

FEED = changes("casework", TOLD, hearing=HEARING, leaving=LEAVING, opens=[NARRATIVE])
