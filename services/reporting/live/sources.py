"""What the live board counts: open fields of facts, nothing that is sealed (statistics chapter, section 14). Pure."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Seen(NamedTuple):
    """So many of a kind, at a centre and, on the way, at a point."""

    metric: str
    centre: str
    point: str
    n: int


METRICS: Final = (
    "registrations", "arrivals", "observed", "urgent", "stays", "encounters", "services", "referral_answers",
)  # fmt: skip
"""In the order of the board. Each comes from one topic, so that a count can be kept by the partition that brought it."""

WATCHED: Final = ("registrations", "arrivals", "observed", "urgent", "stays")
"""Those of which a surge is told."""

TYPES: Final[Mapping[str, str]] = {
    "gabay.intake.client-registered.v1": "registrations",
    "gabay.intake.transit-arrival-recorded.v1": "arrivals",
    "gabay.intake.transit-group-observed.v1": "observed",
    "gabay.intake.vulnerability-screened.v1": "urgent",
    "gabay.casework.shelter-stay-started.v1": "stays",
    "gabay.intake.encounter-recorded.v1": "encounters",
    "gabay.casework.service-delivered.v1": "services",
    "gabay.referrals.referral-accepted.v1": "referral_answers",
    "gabay.referrals.referral-declined.v1": "referral_answers",
}


def seen(ce_type: str, data: Mapping[str, Any]) -> Seen | None:
    """What one fact adds; None: nothing. data: `ctx` and the open fields as they travel.

    Raises KeyError or TypeError for a fact that is not as its contract says.
    """
    metric = TYPES.get(ce_type)
    if metric is None or (metric == "urgent" and not data["urgent"]):
        return None
    n = sum(each["n"] for each in data["counts"]) if metric == "observed" else 1
    point = data["point"] if metric in ("arrivals", "observed") else ""
    return Seen(metric, data["ctx"]["centre"], point, n) if n else None
