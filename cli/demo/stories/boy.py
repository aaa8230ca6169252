"""An unaccompanied boy at a border: tracing, best interests, and no return without a decision."""

from datetime import UTC, datetime, timedelta

from cli.demo.stories.forms import ground, need, registration, screening, service
from cli.demo.stories.stage import Stage

CENTRE = "HN-EP-01"


async def play(stage: Stage) -> None:
    """The guardian speaks, the boy agrees; his aunt is found; only then, and only if it is best for him, he goes to her."""
    stage.at(CENTRE, "America/Tegucigalpa")
    protection = await stage.person("protection_supervisor")
    worker, warden = await stage.person("caseworker"), await stage.person("warden")
    client, management, tracing, home, search, back, family = (stage.id() for _ in range(7))
    basis = ground(management)
    days_ago = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    # Nobody with him: the protection supervisor answers as OTHER, with an authority, and he says himself that he agrees.
    guarded = {
        "given_by": "OTHER", "form": "PROXY", "assent": "GIVEN",
        "giver": {"name": "<protection supervisor>", "relation": "GUARDIAN", "document": "<order>"},
    }  # fmt: skip

    await stage.say(worker, "A boy of thirteen, alone. His guardian consents for him, and he agrees for himself. Screened as urgent.")
    await stage.send(
        worker, "intake", "/v1/clients",
        registration(
            stage, client=client, management=management, names={"given": "Wilson (example)"}, born=f"{stage.day.year - 13}-01-15",
            profile={"client_types": ["UASC"], "sex": "M", "nationality": ["GTM"], "residence_country": "GTM"}, given=guarded,
            consents=[stage.consent("STATISTICS", stage.id(), **guarded)],
            screening=screening(stage, ("INDIVIDUAL", "AGE", 3), ("HOUSEHOLD", "CAREGIVER_ABSENT", 3), urgent=True, risk="CRITICAL"),
        ),
    )  # fmt: skip
    opened = await stage.happens("case-opened", client_id=client)
    case = f"/v1/cases/{opened.stream}"
    await stage.say(warden, "A bed in the children's room; a grown-up would be refused there.")
    await stage.send(
        warden, "casework", "/v1/stays",
        {
            "centre": CENTRE, **basis, "client_id": client, "case_id": opened.stream, "unit": "HN-EP-01-C", "sex": "M",
            "adult_child": "CHILD", "family": False, "expected_exit": stage.in_days(14), "display_name": "Willy",
        },
    )  # fmt: skip
    await stage.send(protection, "casework", f"{case}:assign", {**basis, "worker": protection.staff}, version=1)
    await stage.say(
        protection, "Unaccompanied. The case is confidential from now on; an assessment of his best interests is due in 14 days."
    )
    await stage.send(
        protection, "casework", f"{case}/protection",
        {
            **basis, "matter": "CHILD_SEPARATION", "urgent": True, "account": "<text>",
            "child_separation": {"separation": "UNACCOMPANIED", "care": "RESIDENTIAL", "guardian": True, "tracing_wanted": True},
        },
        version="*",
    )  # fmt: skip
    await stage.send(
        protection, "casework", f"{case}/needs",
        {
            **basis, "needs": [need(family, "FAMILY_CONTACT", "URGENT")], "case_type": "CHILD_PROTECTION", "risk_level": "CRITICAL",
            "assessment": "<text>", "minor": True,
        },
        version="*",
    )  # fmt: skip

    await stage.say(protection, "His aunt is searched for, under a consent of its own. Her name is sealed under keys of her own.")
    for purpose, consent in (("TRACING", tracing), ("RETURN", home)):
        await stage.send(
            worker, "intake", f"/v1/clients/{client}/consents",
            {"centre": CENTRE, "purpose": "CASE_MANAGEMENT", **stage.consent(purpose, consent, **guarded)}, version="*",
        )  # fmt: skip
    sought = ground(tracing, "TRACING")
    at = await stage.version(protection, "casework", case)
    step = await stage.send(
        protection, "casework", f"{case}/tracings",
        {**sought, "tracing_id": search, "relation": "OTHER_RELATIVE", "names": {"given": "Rosa (example)"}, "last_place": "<town>"},
        version=at,
    )  # fmt: skip

    await stage.say(protection, "Meanwhile somebody wants him sent home. Counselled, yes; but no return without a decision for him.")
    returning = ground(home, "RETURN")
    step = await stage.send(
        protection, "casework", f"{case}/returns",
        {
            **returning, "occurred_at": days_ago, "on": stage.in_days(-2), "return_id": back, "from_country": "HND", "to_country": "GTM",
            "vulnerability_class": "CHILD",
        },
        version=step["version"],
    )  # fmt: skip
    progress = f"{case}/returns/{back}:progress"
    step = await stage.send(
        protection, "casework", progress,
        {
            **returning, "stage": "COUNSELLED", "country_information": True, "alternatives": True, "on": stage.in_days(-2),
            "occurred_at": days_ago,
        },
        version=step["version"],
    )  # fmt: skip
    signed = {**returning, "stage": "VOLUNTARINESS_CONFIRMED", "declaration_ref": "attachment-1", "guardian": True}
    await stage.refused(protection, "casework", progress, signed, "open-items", version=step["version"])

    await stage.say(protection, "The aunt is found and agrees to be named. What is best for him is decided: with her.")
    for reached, more in (("IN_PROGRESS", {"action": "CASE_BY_CASE"}), ("VERIFIED", {})):
        step = await stage.send(
            protection, "casework", f"{case}/tracings/{search}:progress", {**sought, "stage": reached, **more}, version=step["version"]
        )
    await stage.send(
        protection, "casework", f"{case}/protection",
        {
            **basis, "matter": "BEST_INTERESTS", "urgent": False, "account": "<text>",
            "best_interests": {"kind": "BID", "decided_on": stage.today, "option": "REUNIFY", "review_on": stage.in_days(90)},
        },
        version="*",
    )  # fmt: skip
    at = await stage.version(protection, "casework", case)
    await stage.send(protection, "casework", progress, signed, version=at)
    await stage.send(protection, "casework", f"{case}/services", {**basis, **service(stage, "TRC")}, version="*")


LEAVES = {
    "intake": ("client-registered", "consent-given", "consent-given", "vulnerability-screened", "consent-given", "consent-given"),
    "casework": (
        "case-opened", "shelter-stay-started", "case-assigned", "protection-assessed", "follow-up-scheduled", "needs-assessed",
        "tracing-progressed", "return-assistance-progressed", "return-assistance-progressed", "tracing-progressed",
        "tracing-progressed", "protection-assessed", "return-assistance-progressed", "service-delivered",
    ),
}  # fmt: skip
