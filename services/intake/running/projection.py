"""What other services have open for a client: cases, stays and referrals, each a row until it ends. Ids and kinds, no more.

Whoever erases a client is told of it first.
"""

from shared.contracts.casework.case import CASE
from shared.contracts.referrals.referral import REFERRAL
from shared.eventsourcing.projection import Fact, Op, Projection

STAYS = "casework.stay.v1"

running = Projection("intake.running", version=2, topics=[CASE.topic, STAYS, REFERRAL.topic], forgets=["open_item"])

CASES, STAY, REFERRALS = "gabay.casework.case", "gabay.casework.shelter-stay", "gabay.referrals.referral"


def _open(kind: str, fact: Fact) -> Op | None:
    client = fact.data.get("client_id")
    return Op("start", (fact.stream, kind, client, fact.ctx["centre"])) if client else None


@running.on(f"{CASES}-opened.v1")
def case_opened(fact: Fact) -> Op | None:
    return _open("case", fact)


@running.on(f"{STAY}-started.v1")
def stay_started(fact: Fact) -> Op | None:
    return _open("stay", fact)


@running.on(f"{REFERRALS}-sent.v1", f"{REFERRALS}-accepted.v1")
def referral_sent(fact: Fact) -> Op | None:
    """One that came in names its client only when it is accepted."""
    return _open("referral", fact)


@running.on(
    f"{CASES}-closed.v1",
    f"{STAY}-ended.v1",
    *(f"{REFERRALS}-{end}.v1" for end in ("declined", "service-delivered", "withdrawn", "closed")),
)
def ended(fact: Fact) -> Op:
    return Op("end", (fact.stream, False))


@running.on(f"{CASES}-reopened.v1")
def case_reopened(fact: Fact) -> Op:
    return Op("end", (fact.stream, True))


@running.on("gabay.casework.entry-voided.v1")
def voided(fact: Fact) -> Op | None:
    """A stay that never began is over; one that never ended goes on."""
    goes_on = {"shelter-stay-started": False, "shelter-stay-ended": True}.get(fact.data["event_type"])
    return None if goes_on is None else Op("end", (fact.stream, goes_on))
