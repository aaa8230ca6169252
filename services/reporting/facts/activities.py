"""Events of outreach, incidents, households, trainings, returns and feedback -> facts to count.

Handlers of the projection `facts`, apart from those of people, cases and referrals.
"""

from services.reporting.facts.profile import age_told
from services.reporting.facts.projection import facts
from services.reporting.facts.row import fact
from services.reporting.facts.zones import day_at
from shared.eventsourcing.projection import Fact, Op
from shared.privacy.classes import PROFILE

RATED = tuple(f"sqd{n}" for n in range(1, 9))


def code(said: str | None) -> str:
    """A code of a list as figures have it: what nobody knows is `_U`."""
    return "_U" if said in (None, "U", "UNKNOWN") else said


@facts.on("gabay.intake.outreach-session-held.v1")
def reached_out(f: Fact) -> list[Op]:
    """A row for each sex and age that was there, or one for a broadcast: two series that are never added."""
    data = f.data
    codes = {"c1": data["kind"], "c2": data["topic"], "c4": data["sub_committee"]}
    if data.get("media_reach"):
        return [fact("media", f, None, qty=data["media_reach"], **codes)]
    return [
        fact("outreach", f, None, part=n, sex=code(each["sex"]), age=age_told(each["age_band"], None), qty=each["n"], **codes)
        for n, each in enumerate(data.get("attendees") or ())
    ]


@facts.on("gabay.intake.incident-reported.v1")
def incident(f: Fact) -> list[Op] | None:
    """What was reported; of deaths and missing people, how many at least."""
    p = f.opened.get(PROFILE)
    if not p:
        return None
    client = f.data.get("client_id")
    found = [fact("incident", f, p["event_date"], client=client, c1=p["type"], c2=p["country"], c3=p.get("licence_checked"))]
    heads = {"dead": p.get("dead"), "missing": p.get("missing")}
    found += [
        fact(kind, f, p["event_date"], part=n, c1=p.get("route"), c2=code(p.get("cause")), qty=number)
        for n, (kind, number) in enumerate(heads.items(), 1)
        if number
    ]
    return found


@facts.on("gabay.intake.household-economics-declared.v1")
def economics(f: Fact) -> Op | None:
    p = f.opened.get(PROFILE)
    return fact("economics", f, None, client=f.data["declared_by"], c1=p["remittance_band"], qty=p["size"]) if p else None


@facts.on("gabay.casework.training-session-scheduled.v1")
def announced(f: Fact) -> Op:
    data = f.data
    return fact("session", f, day_at(data["ctx"]["centre"], data["starts"]).isoformat(), c1=data["course"], c2=data["sub_committee"])


@facts.on("gabay.casework.training-session-held.v1")
def held(f: Fact) -> Op:
    return fact("held", f, f.data["held_on"], qty=f.data["attendees"])


@facts.on("gabay.casework.training-enrolled.v1", "gabay.casework.training-unenrolled.v1")
def enrolled(f: Fact) -> Op:
    """`c1` whether a seat was taken or given up."""
    return fact("seat", f, None, client=f.data["client_id"], c1="TAKEN" if "training-enrolled" in f.type else "GIVEN_UP")


@facts.on("gabay.casework.training-outcome-recorded.v1")
def learned(f: Fact) -> Op:
    """`c1` whether the course was completed; `qty` what the scores gained."""
    p = f.opened.get(PROFILE) or {}
    gained = float(p["post"]) - float(p["pre"]) if p.get("pre") and p.get("post") else None
    done = "YES" if f.data["completed"] else "NO"
    return fact("learned", f, None, client=f.data["client_id"], c1=done, qty=None if gained is None else f"{gained:.4f}")


@facts.on("gabay.casework.reintegration-measured.v1")
def measured(f: Fact) -> Op | None:
    """`due` orders nothing: which measure was first is told by the months since the return."""
    p = f.opened.get(PROFILE)
    if not p:
        return None
    return fact(
        "reintegration", f, None, client=f.data["ctx"]["subject_id"], item=f.data["return_id"],
        c1=f"{f.data['months_since_return']:03d}", c2=p["economic"], c3=p["social"], c4=p["psychosocial"], qty=p["composite"],
    )  # fmt: skip


@facts.on("gabay.casework.feedback-recorded.v1")
def felt(f: Fact) -> Op | None:
    """A form names nobody and is counted by what it says of itself; a complaint waits for its resolution."""
    data = f.data
    if data["kind"] == "COMPLAINT":
        day = day_at(data["ctx"]["centre"], data["due_resolution"]).isoformat()
        return fact("complaint", f, day, c1=data.get("about_service"), due=data["due_resolution"])
    if data["kind"] != "CSM":
        return None
    rated = [data[name] for name in RATED if data.get(name)]
    sqd0 = data.get("sqd0")
    return fact(
        "feedback", f, data["date"], sex=code(data.get("sex")), age=age_told(data.get("age_band"), None), c1=str(sqd0) if sqd0 else None,
        c2=data.get("service_code"), c3=data.get("channel"), qty=f"{sum(rated) / len(rated):.4f}" if rated else None,
    )  # fmt: skip


@facts.on("gabay.casework.complaint-progressed.v1")
def complaint_moved(f: Fact) -> Op:
    return fact("complaint-step", f, f.data["on"], c1=f.data["stage"])
