"""A domestic worker in distress arrives at night at a centre on the route: shelter, counselling, a paper, and home of her own will."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.demo.stories.forms import ground, need, registration, screening, service
from cli.demo.stories.stage import Stage

CENTRE, MISSION = "HN-EP-01", "CONS_VEN"


async def play(stage: Stage) -> None:
    """Urgent screening, a case by itself, a bed, a paper from her consulate, and a voluntary return."""
    stage.at(CENTRE, "America/Tegucigalpa")
    reception, worker = await stage.person("reception"), await stage.person("caseworker")
    supervisor, warden = await stage.person("supervisor"), await stage.person("warden")
    client, management, consular, home = (stage.id() for _ in range(4))
    shelter, papers, request, back = (stage.id() for _ in range(4))
    basis = ground(management)
    days_ago = (datetime.now(UTC) - timedelta(days=2)).isoformat()

    await stage.say(reception, "23:40, at the door: a woman who fled from her employer. She needs a bed, now. No questions first.")
    await stage.send(
        reception, "intake", "/v1/encounters",
        {
            "centre": CENTRE, "purpose": "CASE_MANAGEMENT", "channel": "WALK_IN", "topics": ["SHE"], "minutes": 5, "immediate_need": True,
            "first_time": True, "info_given": True,
        },
    )  # fmt: skip
    await stage.say(worker, "Consent, registration, screening. Past abuse is severe: the software proposes urgent, the worker decides it.")
    await stage.send(
        worker, "intake", "/v1/clients",
        registration(
            stage, client=client, management=management, names={"given": "Yulimar (example)", "family": "Rivas (example)"},
            born="1997-03-02", profile={"client_types": ["STRANDED"], "nationality": ["VEN"], "residence_country": "VEN"},
            consents=[stage.consent("STATISTICS", stage.id())],
            screening=screening(stage, ("INDIVIDUAL", "PAST_ABUSE", 3), urgent=True, risk="HIGH"),
        ),
    )  # fmt: skip
    opened = await stage.happens("case-opened", client_id=client)
    case = f"/v1/cases/{opened.stream}"

    await stage.say(warden, "A bed in the women's dormitory. The house knows a name to call her by, and nothing of her case.")
    stay = await stage.send(
        warden, "casework", "/v1/stays",
        {
            "centre": CENTRE, **basis, "client_id": client, "case_id": opened.stream, "unit": "HN-EP-01-W", "sex": "F",
            "adult_child": "ADULT", "family": False, "expected_exit": stage.in_days(7), "display_name": "Yuli",
        },
    )  # fmt: skip
    await stage.say(worker, "The next morning. Needs, counselling.")
    await stage.send(worker, "casework", f"{case}:assign", {**basis, "worker": worker.staff}, version=1)
    await stage.send(
        worker, "casework", f"{case}/needs",
        {
            **basis, "needs": [need(shelter, "SHELTER", "URGENT"), need(papers, "DOCUMENTS")], "case_type": "TRANSIT_ASSISTANCE",
            "risk_level": "HIGH", "assessment": "<text>", "minor": False,
        },
        version="*",
    )  # fmt: skip
    await stage.send(worker, "casework", f"{case}/services", {**basis, **service(stage, "PSS", minutes=50)}, version="*")

    await stage.say(worker, "Her passport is with the employer. A paper from her consulate: not without her consent for that consulate.")
    asked = {"request_id": request, "document": "TRAVEL_DOCUMENT", "mission": "VEN"}
    at = await stage.version(worker, "casework", case)
    await stage.refused(
        worker, "casework", f"{case}/consular-requests", {**ground(consular, "CONSULAR"), **asked}, "consent-missing", version=at
    )
    told = stage.consent("CONSULAR", consular, recipient_org=MISSION), stage.consent("RETURN", home)
    for each in told:
        await stage.send(
            worker, "intake", f"/v1/clients/{client}/consents", {"centre": CENTRE, "purpose": "CASE_MANAGEMENT", **each}, version="*"
        )
    step = await stage.send(
        worker, "casework", f"{case}/consular-requests", {**ground(consular, "CONSULAR"), **asked}, version=at
    )  # fmt: skip
    for done, expiry in (("SUBMITTED", {}), ("ISSUED", {"expiry": stage.in_days(180)})):
        step = await stage.send(
            worker, "casework", f"{case}/consular-requests/{request}:progress",
            {**ground(consular, "CONSULAR"), "stage": done, **expiry}, version=step["version"],
        )  # fmt: skip

    await stage.say(worker, "She wants to go home. A free choice and an informed one: a day lies between counselling and her signature.")
    returning = ground(home, "RETURN")
    step = await stage.send(
        worker, "casework", f"{case}/returns",
        {
            **returning, "occurred_at": days_ago, "on": stage.in_days(-2), "return_id": back, "from_country": "HND", "to_country": "VEN",
            "vulnerability_class": "OTHER",
        },
        version=step["version"],
    )  # fmt: skip
    progress = f"{case}/returns/{back}:progress"
    stages: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("COUNSELLED", {"country_information": True, "alternatives": True, "on": stage.in_days(-2), "occurred_at": days_ago}),
        ("VOLUNTARINESS_CONFIRMED", {"declaration_ref": "attachment-1"}), ("DOCUMENTS_IN_PROGRESS", {}),
        ("MEDICALLY_CLEARED", {"fit_to_travel": True, "escort": False}),
        ("TRAVEL_BOOKED", {"document_held": True, "wish_confirmed": True}), ("DEPARTED", {}), ("ARRIVED", {}), ("CLOSED", {}),
    )  # fmt: skip
    for reached, more in stages:
        if reached == "DEPARTED":
            await stage.say(warden, "The bed is free again.")
            await stage.send(
                warden, "casework", f"/v1/stays/{stay['id']}:end", {**basis, "exit": "RETURNED_HOME", "destination": "HOME_COUNTRY"},
                version=stay["version"],
            )  # fmt: skip
            await stage.say(worker, "She flies home, and writes that she has arrived.")
        step = await stage.send(worker, "casework", progress, {**returning, "stage": reached, **more}, version=step["version"])

    await stage.say(supervisor, "An urgent case is closed by two: the worker asks, the supervisor signs.")
    outcomes = [{"need_id": each, "code": code, "outcome": "MET"} for each, code in ((shelter, "SHELTER"), (papers, "DOCUMENTS"))]
    closing = {**basis, "closed_on": stage.today, "reason": "COMPLETED", "outcomes": outcomes, "summary": "<text>"}
    await stage.refused(worker, "casework", f"{case}:close", closing, "approval-needed", version=step["version"])
    await stage.send(supervisor, "casework", f"{case}:close", {**closing, "requested_by": worker.staff}, version=step["version"])


LEAVES = {
    "intake": (
        "encounter-recorded", "client-registered", "consent-given", "consent-given", "vulnerability-screened", "consent-given",
        "consent-given",
    ),
    "casework": (
        "case-opened", "shelter-stay-started", "case-assigned", "needs-assessed", "service-delivered",
        *("consular-request-progressed",) * 3, *("return-assistance-progressed",) * 6, "shelter-stay-ended",
        *("return-assistance-progressed",) * 3, "case-closed",
    ),
}  # fmt: skip
