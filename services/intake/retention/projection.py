"""Since when nobody has needed a person's data: last contacts, and when cases were closed (domain chapter, section 11)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from shared.codes import CaseKind
from shared.contracts.casework.case import CASE
from shared.contracts.intake.client import CLIENT
from shared.contracts.intake.encounter import ENCOUNTER
from shared.contracts.referrals.referral import REFERRAL
from shared.eventsourcing.event import Event
from shared.eventsourcing.projection import Fact, Op, Projection

STAYS: Final = "casework.stay.v1"

retention = Projection(
    "intake.retention",
    version=2,
    topics=[CLIENT.topic, ENCOUNTER.topic, CASE.topic, STAYS, REFERRAL.topic],
    forgets=["client", "contact", "case_file"],
)

PROTECTION: Final = frozenset(
    f"gabay.intake.{name}.v1"
    for name in ("legal-hold-placed", "legal-hold-lifted", "erasure-requested", "client-erased", "client-records-merged",
                 "client-retired", "client-records-unmerged", "client-reinstated", "duplicates-reviewed", "entry-voided",
                 "rights-request-received", "rights-request-decided", "rights-request-answered")
)  # fmt: skip
"""Facts that are no contact with the person: they are about the record."""


def _contacts(fact: Fact, subject: str | None) -> Iterable[Op]:
    """What the clock did by itself is no contact."""
    if subject and fact.ctx["actor"] != "system":
        yield Op("contact", (subject, datetime.fromisoformat(fact.occurred_at).date().isoformat()))


def _told(*kinds: type[Event]) -> list[str]:
    return [f"gabay.intake.{kind.event_type}.v1" for kind in kinds]


CONTACTS: Final = [name for name in _told(*CLIENT.events.values()) if name not in PROTECTION and not name.endswith("client-registered.v1")]


@retention.on("gabay.intake.client-registered.v1")
def registered(fact: Fact) -> Iterable[Op]:
    yield Op("register", (fact.stream, fact.ctx["centre"], fact.data["registered_on"]))
    yield Op("contact", (fact.stream, fact.data["registered_on"]))


@retention.on("gabay.intake.client-retired.v1")
def merged(fact: Fact) -> Op:
    return Op("merge", (fact.stream, datetime.fromisoformat(fact.occurred_at).date().isoformat()))


@retention.on("gabay.intake.client-reinstated.v1")
def fallen_apart(fact: Fact) -> Op:
    return Op("merge", (fact.stream, None))


@retention.on(*CONTACTS)
def spoken_with(fact: Fact) -> Iterable[Op]:
    return _contacts(fact, fact.stream)


@retention.on("gabay.intake.encounter-recorded.v1")
def met(fact: Fact) -> Iterable[Op]:
    return _contacts(fact, fact.data.get("client_id"))


@retention.on("gabay.casework.case-opened.v1")
def case_opened(fact: Fact) -> Iterable[Op]:
    data = fact.data
    yield Op("open_case", (fact.stream, data["client_id"], data["case_kind"] == CaseKind.CONFIDENTIAL))
    yield from _contacts(fact, data["client_id"])


@retention.on("gabay.casework.protection-assessed.v1")
def protected(fact: Fact) -> Iterable[Op]:
    yield Op("protect", (fact.stream,))
    yield from _contacts(fact, fact.ctx.get("subject_id"))


@retention.on("gabay.casework.case-closed.v1")
def case_closed(fact: Fact) -> Op:
    return Op("close_case", (fact.stream, fact.data["closed_on"]))


@retention.on("gabay.casework.case-reopened.v1")
def case_reopened(fact: Fact) -> Iterable[Op]:
    yield Op("close_case", (fact.stream, None))
    yield from _contacts(fact, fact.ctx.get("subject_id"))


def _helped(*types: str) -> Callable[[Callable[[Fact], Iterable[Op]]], object]:
    return retention.on(*types)


@_helped(
    *(f"gabay.casework.{name}.v1" for name in ("service-delivered", "follow-up-recorded", "case-plan-agreed", "shelter-stay-ended")),
    *(f"gabay.referrals.referral-{name}.v1" for name in ("sent", "service-delivered")),
)
def helped(fact: Fact) -> Iterable[Op]:
    return _contacts(fact, fact.ctx.get("subject_id"))
