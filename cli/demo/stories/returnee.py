"""A worker back early from Kuwait walks into the centre in San Jose, is helped by OWWA and closes her case (events chapter, section 8)."""

from cli.demo.stories.stage import Stage

CENTRE, AGENCY = "PH-ANT-01", "OWWA"
NAMES = {"given": "Maria (example)", "family": "Dela Cruz (example)"}


async def play(stage: Stage) -> None:
    """First talk, registration, case and plan, a referral to OWWA and its answer, follow-up, closure."""
    reception = await stage.person("reception")
    worker = await stage.person("caseworker")
    supervisor = await stage.person("supervisor")
    officer = await stage.person("agency_desk", org=AGENCY)
    steward = await stage.person("directory_steward")
    client, management, sharing, episode = stage.id(), stage.id(), stage.id(), stage.id()
    income, skills, step, course = stage.id(), stage.id(), stage.id(), stage.id()
    here = {"centre": CENTRE, "purpose": "CASE_MANAGEMENT"}
    ground = {"purpose": "CASE_MANAGEMENT", "basis": "CONSENT", "consent_id": management}

    await stage.say(reception, "A woman asks about help to start a small business. Nobody asks for her name.")
    await stage.send(
        reception, "intake", "/v1/encounters",
        {
            **here, "channel": "WALK_IN", "topics": ["REI", "LIV"], "minutes": 10, "immediate_need": False, "first_time": True,
            "info_given": True,
        },
    )  # fmt: skip

    await stage.say(
        worker, "She wants continuing help. Consent first, purpose by purpose, in Kinaray-a; then registration, return and screening."
    )
    await stage.send(
        worker, "intake", "/v1/clients",
        {
            **here, **ground, "local_id": client, "registered_on": stage.today, "channel": "WALK_IN", "open_case": True,
            "case_request": {"priority": "NORMAL", "confidential": False, "sub_committee": "MDI"},
            "identity": {
                "names": NAMES, "birth_date": "1991-06-14", "phones": ["+639170000000"],
                "address": {"lines": "<street>", "permanent": True}, "languages": ["krj", "fil"], "interpreter": False,
                "contact_safe": "call after 18:00",
            },
            "profile": {
                "client_types": ["RETURNEE"], "sex": "F", "nationality": ["PHL"], "psgc_mun": "0600613000", "vintage": "2026-1Q",
                "residence_country": "PHL", "civil_status": "Married", "education": "HIGH_SCHOOL_GRADUATE", "activity": "UNEMPLOYED",
                "isco": "9111", "documented": "YES", "land_sea": "LAND", "hire_type": "NEW",
            },
            "consents": [
                stage.consent("CASE_MANAGEMENT", management),
                stage.consent("STATISTICS", stage.id()),
                stage.consent("FOLLOW_UP_CONTACT", stage.id()),
            ],
            "return": {
                "episode_id": episode, "date": stage.in_days(-10), "from": "KWT", "reason": "EMPLOYER_CLOSED", "voluntary": "UNCLEAR",
                "distressed": False, "months_abroad": 14,
            },
            "screening": {
                "screening_id": stage.id(), "tool": "DOMV", "tool_version": "1", "urgent": False, "priority": "NORMAL",
                "risk_level": "MEDIUM",
                "factors": [
                    {"level": "HOUSEHOLD", "code": "INCOME", "polarity": "RISK", "severity": 2},
                    {"level": "COMMUNITY", "code": "NETWORKS", "polarity": "PROTECTIVE", "severity": 0},
                ],
            },
        },
    )  # fmt: skip
    opened = await stage.happens("case-opened", client_id=client)
    case = f"/v1/cases/{opened.stream}"

    await stage.say(worker, "Casework opened the case by itself. She takes it, and assesses two needs with the client.")
    await stage.send(worker, "casework", f"{case}:assign", {**ground, "worker": worker.staff}, version=1)
    needs = [{"need_id": income, "code": "INCOME", "priority": "URGENT"}, {"need_id": skills, "code": "SKILLS", "priority": "NORMAL"}]
    assessed = await stage.send(
        worker, "casework", f"{case}/needs",
        {**ground, "needs": needs, "case_type": "RETURN_REINTEGRATION", "risk_level": "MEDIUM", "assessment": "<text>", "minor": False},
        version="*",
    )  # fmt: skip
    proposed = await stage.send(
        worker, "casework", f"{case}/plans",
        {
            **ground, "goals": ["<text>"], "plan_types": ["Livelihood"], "target_end": stage.in_days(170),
            "actions": [
                {
                    "action_id": step, "service_code": "LIV", "provider": AGENCY, "due": stage.in_days(18), "cost_band": "B2",
                    "need_id": income,
                },
                {
                    "action_id": course, "service_code": "TRN", "provider": "ANT_PG", "due": stage.in_days(44), "cost_band": "B1",
                    "need_id": skills,
                },
            ],
        },
        version=assessed["version"],
    )  # fmt: skip
    await stage.say(worker, "The client agrees to the plan.")
    await stage.send(
        worker, "casework", f"{case}/plans/1:agree", {**ground, "client_agreed": True, "agreed_on": stage.today, "method": "WRITTEN"},
        version=proposed["version"],
    )  # fmt: skip

    await stage.say(steward, "The directory lists OWWA's livelihood help, and somebody has checked that it exists.")
    listed = await stage.send(
        steward, "referrals", "/v1/service-entries",
        {
            "centre": CENTRE, "purpose": "SHARE_FOR_SERVICE",
            "organization": {"org": AGENCY, "name": "Overseas Workers Welfare Administration"},
            "service": {"name": "Livelihood starter", "service_code": "LIV", "status": "active"},
        },
    )  # fmt: skip
    entry = listed["id"]
    await stage.send(
        steward, "referrals", f"/v1/service-entries/{entry}:verify", {"purpose": "SHARE_FOR_SERVICE", "verified_on": stage.today},
        version=listed["version"],
    )  # fmt: skip

    await stage.say(worker, "Before anything is shared: consent for OWWA, and what exactly OWWA will read.")
    await stage.send(
        worker, "intake", f"/v1/clients/{client}/consents", {**here, **stage.consent("SHARE_FOR_SERVICE", sharing, recipient_org=AGENCY)},
        version="*",
    )  # fmt: skip
    share = {"centre": CENTRE, "purpose": "SHARE_FOR_SERVICE", "basis": "CONSENT", "consent_id": sharing}
    sent = await stage.send(
        worker, "referrals", "/v1/referrals",
        {
            **share, "client_id": client, "case_id": opened.stream, "action_id": step, "direction": "OUT", "from_org": "ANT_PG",
            "to_org": AGENCY, "entry_id": entry, "service_code": "LIV", "priority": "NORMAL", "reason": "AdditionalServicesRequired",
            "channel": "ONLINE",
            "packet": {
                "name": "<given> <family>", "age": 34, "sex": "F", "reason": "<text>", "services_requested": ["LIV"],
                "consent_text": "name, age, sex, reason to OWWA",
                "sender": {"name": "<worker>", "position": "caseworker", "contact": "+639170000001"},
            },
        },
    )  # fmt: skip
    referral, version = f"/v1/referrals/{sent['id']}", sent["version"]

    await stage.say(officer, "OWWA's officer opens the packet, says that it came, accepts, and gives the help.")
    packet = await stage.read(officer, "referrals", f"{referral}/packet", purpose="SHARE_FOR_SERVICE")
    packet.raise_for_status()
    for verb, more in (
        ("acknowledge", {}), ("accept", {}), ("start", {}), ("deliver", {"result": "FULL", "client_confirmed": True}),
    ):  # fmt: skip
        done = await stage.send(officer, "referrals", f"{referral}:{verb}", {**share, **more}, version=version)
        version = done["version"]
    await stage.happens("plan-action-recorded", action_id=step, status="DONE")
    await stage.say(worker, "Casework has marked the step as done. The worker tells the client and closes the referral.")
    await stage.send(worker, "referrals", f"{referral}:close", {**share, "client_told": True}, version=version)

    await stage.say(worker, "A seat in the next course on financial literacy. She comes, and learns: 0.4 before, 0.8 after.")
    session = await stage.send(
        worker, "casework", "/v1/training-sessions",
        {
            **here, "course": "FINLIT", "provider": "ANT_PG", "hours": "8", "place": "0600613000", "capacity": 25,
            "starts": f"{stage.today}T08:00:00+08:00",
        },
    )  # fmt: skip
    training = f"/v1/training-sessions/{session['id']}"
    await stage.send(worker, "casework", f"{training}/enrolments", {**ground, "client_id": client}, version="*")
    at = await stage.version(worker, "casework", training)
    await stage.send(worker, "casework", f"{training}:hold", {**here, "held_on": stage.today, "attendees": 1}, version=at)
    await stage.send(
        worker, "casework", f"{training}/outcomes",
        {**ground, "client_id": client, "attended_hours": "8", "pre": "0.4", "post": "0.8"}, version="*",
    )  # fmt: skip
    await stage.say(worker, "The step of the plan is done; a look back is planned and done; both needs are met.")
    at = await stage.version(worker, "casework", case)
    await stage.send(worker, "casework", f"{case}/plans/1/actions/{course}", {**ground, "status": "DONE"}, version=at)
    follow_up = stage.id()
    await stage.send(
        worker, "casework", f"{case}/follow-ups",
        {**ground, "follow_up_id": follow_up, "type": "REINTEGRATION", "due": stage.today}, version="*",
    )  # fmt: skip
    await stage.send(
        worker, "casework", f"{case}/follow-ups/{follow_up}:record",
        {**ground, "done": stage.today, "contact": "REACHED", "note": "<text>"}, version="*",
    )  # fmt: skip
    at = await stage.version(supervisor, "casework", case)
    outcomes = [{"need_id": income, "code": "INCOME", "outcome": "MET"}, {"need_id": skills, "code": "SKILLS", "outcome": "MET"}]
    await stage.send(
        worker, "casework", f"{case}:close",
        {**ground, "closed_on": stage.today, "reason": "COMPLETED", "outcomes": outcomes, "summary": "<text>"}, version=at,
    )  # fmt: skip


LEAVES = {
    "intake": (
        "encounter-recorded", "client-registered", "consent-given", "consent-given", "consent-given", "return-recorded",
        "vulnerability-screened", "consent-given",
    ),
    "casework": (
        "case-opened", "case-assigned", "needs-assessed", "case-plan-proposed", "case-plan-agreed", "plan-action-recorded",
        "training-session-scheduled", "training-enrolled", "training-session-held", "training-outcome-recorded",
        "plan-action-recorded", "follow-up-scheduled", "follow-up-recorded", "case-closed",
    ),
    "referrals": (
        "service-entry-listed", "service-entry-verified", "referral-sent", "referral-acknowledged", "referral-accepted",
        "referral-service-started", "referral-service-delivered", "referral-closed",
    ),
}  # fmt: skip
"""The facts of the story, in the order of each service."""
