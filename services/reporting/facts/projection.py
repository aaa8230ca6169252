"""Events of the three services -> people and facts to count (statistics chapter, sections 2 and 6).

Handlers only translate: one event, one row. Whether a fact counts, with which attributes, and what that moves in which
cell, is decided in `tables.sql`, where it is seen beside everything else that is known of the person.
"""

from services.reporting.facts.profile import attributes
from services.reporting.facts.row import fact, heard, person
from services.reporting.facts.zones import day_at
from shared.codes.service import WELL, ServiceCode
from shared.eventsourcing.projection import Fact, Op, Projection
from shared.privacy.classes import ERASED, PROFILE

facts = Projection(
    "reporting.facts",
    version=11,
    topics=(
        "intake.client.v1",
        "intake.encounter.v1",
        "intake.outreach-session.v1",
        "intake.incident.v1",
        "intake.household.v1",
        "casework.case.v1",
        "casework.stay.v1",
        "casework.training-session.v1",
        "casework.feedback.v1",
        "referrals.referral.v1",
    ),
    opens=(PROFILE,),
    forgets=("person_version", "fact", "waiting", "consent_state", "allowed", "heard"),
    shown=(
        "cell_person",
        "cell_code",
        "counting",
        "referral_state",
        "outcome",
        "known_then",
        "steady_then",
        "stirred_then",
        "forgotten",
        "watermark",
    ),
)

UNDESCRIBED = (None,) * 9
_STATISTICS = "STATISTICS"


@facts.on("gabay.intake.client-registered.v1")
def registered(f: Fact) -> Op:
    """Everybody is known by open fields; who allowed statistics brings a profile."""
    data = f.data
    profile = f.opened.get(PROFILE)
    described = attributes(profile) if profile else UNDESCRIBED
    return person("REGISTERED", f, described, day=data["registered_on"], centre=data["ctx"]["centre"], channel=data["channel"])


@facts.on("gabay.intake.client-profile-amended.v1")
def amended(f: Fact) -> Op:
    profile = f.opened.get(PROFILE)
    if not profile:
        return heard(f, f.stream)
    day = day_at(f.data["ctx"]["centre"], f.occurred_at).isoformat()
    return person(f.data["reason"], f, attributes(profile), day=day)


@facts.on("gabay.intake.consent-given.v1")
def consent_given(f: Fact) -> Op | None:
    data = f.data
    return person("GIVEN", f, UNDESCRIBED, consent=data["consent_id"]) if data["purpose"] == _STATISTICS else None


@facts.on("gabay.intake.consent-withdrawn.v1")
def consent_withdrawn(f: Fact) -> Op | None:
    """Taken back or expired: the person leaves the figures of all periods."""
    data = f.data
    return person("ENDED", f, UNDESCRIBED, consent=data["consent_id"]) if data["purpose"] == _STATISTICS else None


@facts.on("gabay.intake.client-erased.v1")
def erased(f: Fact) -> list[Op]:
    """Gone from the figures of all periods; what is remembered is that this service has to say so."""
    told = Op("forgotten", (f.stream, " ".join(f.data.get("aliases", ())), f.version, f.recorded_at))
    return [person("ENDED", f, UNDESCRIBED), told]


@facts.on("gabay.intake.client-records-merged.v1")
def merged(f: Fact) -> Op:
    """Two records are one person from now on, until they are taken apart."""
    return Op("merge", ("MERGED", f.stream, f.data["retired_id"], f.recorded_at))


@facts.on("gabay.intake.client-records-unmerged.v1")
def unmerged(f: Fact) -> Op:
    return Op("merge", ("UNMERGED", f.stream, f.data["retired_id"], f.recorded_at))


@facts.on("gabay.intake.transit-arrival-recorded.v1")
def transit(f: Fact) -> Op:
    p = f.opened.get(PROFILE)
    if not p:
        return heard(f, f.stream)
    data = f.data
    return fact(
        "transit", f, p["date"], client=f.stream, item=data["episode_id"], c1=data["point"], c2=" ".join(p.get("mode") or ()),
        c3=p.get("travel_group"), c4=p.get("departure_country"), c5=p.get("intended_destination"), c6=p.get("reason"),
    )  # fmt: skip


@facts.on("gabay.intake.departure-recorded.v1")
def departure(f: Fact) -> Op:
    p = f.opened.get(PROFILE)
    if not p:
        return heard(f, f.stream)
    job = p.get("isco")
    return fact(
        "departure", f, p["date"], client=f.stream, item=f.data["episode_id"], c1=p["destination"], c2=p["land_sea"],
        c3=p["hire_type"], c4=_known(p["documented"]), c5=_known(p["channel"]), c6=job[:1] if job else None,
        qty=p.get("intended_months"),
    )  # fmt: skip


@facts.on("gabay.intake.return-recorded.v1")
def returned(f: Fact) -> Op:
    p = f.opened.get(PROFILE)
    if not p:
        return heard(f, f.stream)
    return fact(
        "return", f, p["date"], client=f.stream, item=f.data["episode_id"], c1=p["from"], c2=_known(p["reason"]),
        c3="YES" if p["distressed"] else "NO", c4=p.get("travel_group"), qty=p.get("months_abroad"),
    )  # fmt: skip


@facts.on("gabay.intake.vulnerability-screened.v1")
def screened(f: Fact) -> Op:
    p = f.opened.get(PROFILE)
    if not p:
        return heard(f, f.stream)
    severe = sorted({each["level"] for each in p["factors"] if each["polarity"] == "RISK" and each["severity"] == _SEVERE})
    return fact(
        "screening", f, None, client=f.stream, c1=p["risk_level"], c2="YES" if f.data["urgent"] else "NO", c3=" ".join(severe),
    )  # fmt: skip


@facts.on("gabay.intake.migration-intention-declared.v1")
def intended(f: Fact) -> Op:
    p = f.opened.get(PROFILE)
    if not p:
        return heard(f, f.stream)
    job = p.get("isco")
    return fact(
        "intention", f, None, client=f.stream, c1=p["destination"], c2=job[:1] if job else "_U", c3=_known(p["reason"]),
        c4=_known(p["channel"]),
    )  # fmt: skip


@facts.on("gabay.intake.encounter-recorded.v1")
def encounter(f: Fact) -> Op:
    data = f.data
    return fact("encounter", f, None, client=data.get("client_id"), c1=data["channel"], c2=" ".join(data["topics"]))


@facts.on("gabay.intake.transit-group-observed.v1")
def observed(f: Fact) -> list[Op]:
    """A row for each sex and age that was counted; nobody is named, so the group describes itself."""
    data = f.data
    nation, modes = data.get("nationality") or "XXX", " ".join(data.get("mode") or ())
    return [
        fact(
            "group", f, data["date"], part=part, sex=_known(each["sex"]), age=_CLASS[each["age"]], nat=nation, c1=data["point"],
            c2=modes, qty=each["n"],
        )
        for part, each in enumerate(data["counts"])
        if each["n"]
    ]  # fmt: skip


@facts.on("gabay.casework.service-delivered.v1")
def served(f: Fact) -> Op:
    if f.open(PROFILE) is ERASED:
        return heard(f, f.data["ctx"]["subject_id"])
    p = f.opened.get(PROFILE)
    data = f.data
    return fact(
        "service", f, data["delivered_on"], client=data["ctx"]["subject_id"], c1=data["service_code"], c2=data["sub_committee"],
        c3="DIRECT", c4=data["unit"], c5=p["result"] if p else None, c6=_well(data["service_code"]), qty=data["qty"],
    )  # fmt: skip


@facts.on("gabay.casework.case-opened.v1", "gabay.casework.case-reopened.v1")
def case_open(f: Fact) -> list[Op]:
    """`qty` is what it does to the number of open cases."""
    data = f.data
    load, client = fact("load", f, None, c1=_CASE[f.type]), data["ctx"]["subject_id"]
    if f.open(PROFILE) is ERASED:
        return [load, heard(f, client)]
    p = f.opened.get(PROFILE)
    told = fact("case", f, None, client=client, c1=_CASE[f.type], c2=data.get("source"), c3=p["case_type"] if p else None, qty=1)
    return [load, told]


@facts.on("gabay.casework.case-assigned.v1")
def case_assigned(f: Fact) -> list[Op]:
    """Who answers for a case: counted with and without consent, so of no client."""
    return [fact("load", f, None, c1="ASSIGNED", c2=f.data["worker"]), heard(f, f.data["ctx"]["subject_id"])]


@facts.on("gabay.casework.case-transfer-answered.v1")
def case_moved(f: Fact) -> list[Op]:
    """A case that another centre took counts there from that day on."""
    data = f.data
    client, there = data["ctx"]["subject_id"], data["to_centre"]
    if data["answer"] != "ACCEPTED":
        return [heard(f, client)]
    return [
        fact("load", f, None, centre=there, c1="TRANSFERRED"),
        fact("case", f, None, client=client, centre=there, c1="TRANSFERRED", qty=0),
    ]


@facts.on("gabay.casework.case-closed.v1")
def case_closed(f: Fact) -> list[Op]:
    """The closure, and what became of each need."""
    client, day = f.data["ctx"]["subject_id"], f.data["closed_on"]
    load = fact("load", f, day, c1="CLOSED")
    if f.open(PROFILE) is ERASED:
        return [load, heard(f, client)]
    p = f.opened.get(PROFILE)
    closed = fact("case", f, day, client=client, c1="CLOSED", c4=p["reason"] if p else None, qty=-1)
    needs = p.get("outcomes") or () if p else ()
    return [
        load, closed,
        *(fact("need", f, day, client=client, part=n, c1=each["code"], c2=each["outcome"]) for n, each in enumerate(needs, 1)),
    ]  # fmt: skip


@facts.on("gabay.casework.needs-assessed.v1")
def assessed(f: Fact) -> Op:
    """The true type of the case, from now on."""
    p, client = f.opened.get(PROFILE), f.data["ctx"]["subject_id"]
    return fact("assessment", f, None, client=client, c1=p["case_type"]) if p else heard(f, client)


@facts.on("gabay.casework.case-plan-agreed.v1")
def plan_agreed(f: Fact) -> Op:
    return fact("plan", f, f.data["agreed_on"], client=f.data["ctx"]["subject_id"])


@facts.on("gabay.casework.follow-up-scheduled.v1")
def follow_up(f: Fact) -> Op:
    data = f.data
    return fact("follow-up", f, data["due"], client=data["ctx"]["subject_id"], item=data["follow_up_id"], c1=data["type"])


@facts.on("gabay.casework.follow-up-recorded.v1")
def followed_up(f: Fact) -> Op:
    data = f.data
    return fact(
        "contact", f, data["done"], client=data["ctx"]["subject_id"], item=data["follow_up_id"], c1=data["type"], c2=data["contact"],
    )  # fmt: skip


@facts.on("gabay.referrals.referral-sent.v1")
def sent(f: Fact) -> list[Op]:
    """The referral, and the days until which something was promised."""
    data = f.data
    client, centre = data.get("client_id"), data["ctx"]["centre"]
    codes = {"c1": data["service_code"], "c2": data["direction"], "c3": data.get("to_org") or "_Z", "c5": data["priority"]}
    return [
        fact("referral", f, None, client=client, c4=data["sub_committee"], c6=_well(data["service_code"]), due=data["due_ack"], **codes),
        *(
            fact("promise", f, day_at(centre, data[what]).isoformat(), client=client, part=part, c4=what.upper(), due=data[what], **codes)
            for part, what in enumerate(("due_ack", "due_service", "lapse_ack"), 1)
        ),
    ]


@facts.on(
    "gabay.referrals.referral-acknowledged.v1", "gabay.referrals.referral-accepted.v1", "gabay.referrals.referral-declined.v1",
    "gabay.referrals.referral-service-delivered.v1", "gabay.referrals.referral-withdrawn.v1", "gabay.referrals.referral-lapsed.v1",
)  # fmt: skip
def answered(f: Fact) -> Op:
    """What became of a referral; whose it is, the row of its sending says."""
    data = f.data
    day = day_at(data["ctx"]["centre"], data["at"]).isoformat()
    return fact("answer", f, day, c1=_ANSWER[f.type], c2=data.get("reason") or data.get("timer"), done=data["at"])


@facts.on("gabay.intake.entry-voided.v1", "gabay.casework.entry-voided.v1", "gabay.referrals.entry-voided.v1")
def voided(f: Fact) -> Op:
    return Op("void", (f.stream, f.data["event_id"], f.recorded_at))


def _well(service: str) -> str:
    """Which of work, education, legal help, livelihood and violence a service answers to."""
    found = WELL[ServiceCode(service)]
    return found.value if found else "_Z"


def _known(code: str) -> str:
    return "_U" if code in ("U", "UNKNOWN") else code


_CLASS = {"ADULT": "Y_GE18", "CHILD": "Y0T17", "U": "_U"}
_SEVERE = 3
_CASE = {f"gabay.casework.case-{what.lower()}.v1": what for what in ("OPENED", "REOPENED")}
_ANSWER = {
    "gabay.referrals.referral-acknowledged.v1": "ACKNOWLEDGED",
    "gabay.referrals.referral-accepted.v1": "ACCEPTED",
    "gabay.referrals.referral-declined.v1": "DECLINED",
    "gabay.referrals.referral-service-delivered.v1": "DELIVERED",
    "gabay.referrals.referral-withdrawn.v1": "WITHDRAWN",
    "gabay.referrals.referral-lapsed.v1": "LAPSED",
}

# Last: its handlers are added to the projection that stands above.
from services.reporting.facts import activities as activities  # noqa: E402
from services.reporting.facts import protections as protections  # noqa: E402
