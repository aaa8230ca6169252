"""Events of households abroad, disability, money, shelter, returns, missions, tracing and protection -> facts to count.

Handlers of the projection `facts`, apart from those of people, cases and referrals.
"""

from services.reporting.facts.projection import facts
from services.reporting.facts.row import fact, heard
from services.reporting.facts.zones import day_at
from shared.eventsourcing.projection import Fact, Op
from shared.privacy.classes import PROFILE


@facts.on("gabay.intake.functioning-assessed.v1")
def functioning(f: Fact) -> Op:
    p = f.opened.get(PROFILE)
    return fact("functioning", f, None, client=f.stream, c1="YES" if p["disabled"] else "NO") if p else heard(f, f.stream)


@facts.on("gabay.intake.migration-economics-declared.v1")
def earned(f: Fact) -> Op:
    """What a migration cost (`c1`, in `c2`) and earned in its first month (`c3`, in `c4`), where both were told."""
    p = f.opened.get(PROFILE) or {}
    cost, pay = p.get("recruitment_cost"), p.get("first_month_earnings")
    if not cost or not pay:
        return heard(f, f.stream)
    return fact(
        "earning", f, None, client=f.stream, item=f.data["episode_id"], c1=cost["amount"], c2=cost["currency"], c3=pay["amount"],
        c4=pay["currency"],
    )  # fmt: skip


@facts.on("gabay.intake.household-member-linked.v1")
def member(f: Fact) -> Op:
    """`c1` country, `c2` whether abroad, `c3` when they left; `item` the member. The row is that of the client who says so."""
    p, client = f.opened.get(PROFILE), f.data["declared_by"]
    if not p:
        return heard(f, client)
    return fact(
        "member", f, f.data["from"], client=client, item=f.data["member_id"], c1=p.get("country"), c2="YES" if p["abroad"] else "NO",
        c3=p.get("departed"), done=f.occurred_at,
    )  # fmt: skip


@facts.on("gabay.intake.household-member-unlinked.v1")
def unlinked(f: Fact) -> Op:
    return fact("unlinked", f, f.data["to"], item=f.data["member_id"])


@facts.on("gabay.casework.shelter-stay-started.v1")
def sheltered(f: Fact) -> Op:
    data = f.data
    day = day_at(data["ctx"]["centre"], data["arrived"]).isoformat()
    return fact("stay", f, day, client=data["client_id"], c1=data["unit_kind"], c2=data["m2_per_person"])


@facts.on("gabay.casework.shelter-stay-ended.v1")
def left(f: Fact) -> Op:
    data = f.data
    day = day_at(data["ctx"]["centre"], data["left"]).isoformat()
    return fact("stay-end", f, day, client=data["ctx"]["subject_id"], qty=data["nights"])


@facts.on("gabay.casework.return-assistance-progressed.v1")
def assisted(f: Fact) -> Op:
    data, p, client = f.data, f.opened.get(PROFILE), f.data["ctx"]["subject_id"]
    if not p:
        return heard(f, client)
    return fact("assist", f, data["on"], client=client, item=data["return_id"], c1=data["stage"], c2=p["to_country"], c3=p["from_country"])


@facts.on("gabay.casework.consular-request-progressed.v1")
def requested(f: Fact) -> Op:
    data, p, client = f.data, f.opened.get(PROFILE), f.data["ctx"]["subject_id"]
    if not p:
        return heard(f, client)
    return fact("consular", f, data["on"], client=client, item=data["request_id"], c1=data["stage"], c2=p["document"], c3=p["mission"])


@facts.on("gabay.casework.tracing-progressed.v1")
def traced(f: Fact) -> Op:
    data = f.data
    return fact("tracing", f, data["on"], client=data["ctx"]["subject_id"], item=data["tracing_id"], c1=data["stage"])


@facts.on("gabay.casework.protection-assessed.v1")
def protected(f: Fact) -> Op:
    """`c1` the matter; `c2` the status of trafficking, how far a child is on its own, or BIA and BID; `c3` kinds of exploitation."""
    p, client = f.opened.get(PROFILE), f.data["ctx"]["subject_id"]
    if not p:
        return heard(f, client)
    day = p.get("identified_on") if p["matter"] == "CHILD_SEPARATION" else p.get("decided_on")
    told = p.get("trafficking_status") or p.get("separation") or p.get("kind")
    return fact("protection", f, day, client=client, c1=p["matter"], c2=told, c3=" ".join(p.get("exploitation") or ()) or None)
