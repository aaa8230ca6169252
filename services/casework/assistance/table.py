"""The stages of consular requests, assisted returns and searches (domain chapter, section 9)."""

from typing import Any, Final

from shared.codes import ConsularStage as C
from shared.codes import ReturnStage as R
from shared.codes import TracingStage as T
from shared.errors import Rejected
from shared.eventsourcing.machine import Machine, Move

CONSULAR: Final = Machine(
    "Consular request",
    C,
    tuple(
        Move("ProgressConsular", frozenset(sources), target, "ConsularRequestProgressed", who, guard)
        for sources, target, who, guard in (
            ((), C.PREPARED, "caseworker", "the client's consent for that mission; no contact block"),
            ((C.PREPARED,), C.SUBMITTED, "caseworker", "the same"),
            ((C.SUBMITTED,), C.INTERVIEWED, "caseworker", "the same"),
            ((C.SUBMITTED, C.INTERVIEWED), C.ISSUED, "caseworker", "the same"),
            ((C.SUBMITTED, C.INTERVIEWED), C.REFUSED, "caseworker", "the same"),
            ((C.PREPARED,), C.CANCELLED, "caseworker; system when the consent is withdrawn", ""),
            ((C.SUBMITTED, C.INTERVIEWED), C.HALTED, "caseworker; system when the consent is withdrawn", ""),
        )
    ),
)

REQUESTED_STILL: Final = frozenset({C.PREPARED, C.SUBMITTED, C.INTERVIEWED})
"""A request that runs."""

BEFORE_DEPARTURE: Final = frozenset(
    {R.REQUESTED, R.COUNSELLED, R.VOLUNTARINESS_CONFIRMED, R.DOCUMENTS_IN_PROGRESS, R.MEDICALLY_CLEARED, R.TRAVEL_BOOKED}
)
"""Until here a return may be withdrawn, without a reason and without losing any service."""

ARRIVED: Final = frozenset({R.ARRIVED, R.PLAN_AGREED, R.MONITORED, R.CLOSED})

RETURN: Final = Machine(
    "Assisted return",
    R,
    tuple(
        Move("ProgressReturn", frozenset(sources), target, "ReturnAssistanceProgressed", who, guard)
        for sources, target, who, guard in (
            ((), R.REQUESTED, "caseworker", "consent to return; with a contact block: legal advice recorded"),
            ((R.REQUESTED,), R.COUNSELLED, "caseworker", "country information given, alternatives explained"),
            ((R.COUNSELLED,), R.VOLUNTARINESS_CONFIRMED, "caseworker", "signed declaration, at least 24 hours after the counselling; a "
             "minor: guardian, and a best-interests decision for it"),
            ((R.VOLUNTARINESS_CONFIRMED,), R.DOCUMENTS_IN_PROGRESS, "caseworker", ""),
            ((R.DOCUMENTS_IN_PROGRESS,), R.MEDICALLY_CLEARED, "caseworker", "fit to travel; escort or none"),
            ((R.MEDICALLY_CLEARED,), R.TRAVEL_BOOKED, "caseworker", "document held; wish confirmed again"),
            ((R.TRAVEL_BOOKED,), R.DEPARTED, "caseworker", "consent to return until here"),
            ((R.DEPARTED,), R.ARRIVED, "caseworker", ""),
            ((R.ARRIVED,), R.PLAN_AGREED, "caseworker", ""),
            ((R.PLAN_AGREED,), R.MONITORED, "caseworker", "one measurement of reintegration"),
            ((R.ARRIVED, R.PLAN_AGREED, R.MONITORED), R.CLOSED, "caseworker", ""),
            (BEFORE_DEPARTURE, R.WITHDRAWN, "caseworker; system when the consent is withdrawn", "no reason needed"),
        )
    ),
)  # fmt: skip

SEARCHING: Final = frozenset({T.OPEN, T.IN_PROGRESS, T.VERIFIED})
"""A search that goes on, and is suspended when the consent to it is withdrawn."""

TRACING: Final = Machine(
    "Tracing",
    T,
    tuple(
        Move("ProgressTracing", frozenset(sources), target, "TracingProgressed", who, guard)
        for sources, target, who, guard in (
            ((), T.OPEN, "caseworker", "the asker's consent to tracing"),
            ((T.OPEN, T.SUSPENDED), T.IN_PROGRESS, "caseworker", "the same"),
            ((T.IN_PROGRESS,), T.VERIFIED, "caseworker", "the same; whereabouts only with the sought person's consent"),
            ((T.VERIFIED,), T.REUNIFIED, "caseworker", "both consents"),
            (SEARCHING, T.SUSPENDED, "caseworker; system when the consent is withdrawn", ""),
            ((*SEARCHING, T.REUNIFIED, T.SUSPENDED), T.CLOSED, "caseworker", "with an outcome"),
        )
    ),
)

MACHINES: Final = (CONSULAR, RETURN, TRACING)


def check(machine: Machine[Any], stage: Any, target: Any) -> None:
    """Refuse a stage to which no row leads from here."""
    if not machine.leads(stage, target):
        raise Rejected("invalid-state", "See what is allowed now.", state=stage, allowed=[str(each) for each in machine.following(stage)])
