"""A suspicion of trafficking: told once, decided by a person, referred to the police desk, and seen by the few who must."""

from cli.demo.stories.forms import ground, need, registration, screening
from cli.demo.stories.stage import Stage

CENTRE, DESK = "PH-ANT-01", "WCPD_ANT"


async def play(stage: Stage) -> None:
    """What is protected, who reads it, and what the receiver of a confidential referral learns."""
    reception, worker = await stage.person("reception"), await stage.person("caseworker")
    supervisor, protection = await stage.person("supervisor"), await stage.person("protection_supervisor")
    steward, officer = await stage.person("directory_steward"), await stage.person("agency_desk", org=DESK)
    stranger = await stage.person("agency_desk", org="OWWA")
    client, management, sharing, safety = (stage.id() for _ in range(4))
    basis = ground(management)

    await stage.say(worker, "A young woman from Agusan del Sur was promised work in a factory. Screened as urgent: a case opens by itself.")
    await stage.send(
        worker, "intake", "/v1/clients",
        registration(
            stage, client=client, management=management, names={"given": "Jasmin (example)", "family": "Reyes (example)"},
            born="2004-09-01", language="ceb",
            profile={
                "client_types": ["VOT"], "nationality": ["PHL"], "residence_country": "PHL", "psgc_mun": "1600306000", "vintage": "2026-1Q",
            },
            consents=[stage.consent("STATISTICS", stage.id())],
            screening=screening(stage, ("INDIVIDUAL", "DEBT", 3), urgent=True, risk="CRITICAL"),
        ),
    )  # fmt: skip
    opened = await stage.happens("case-opened", client_id=client)
    case = f"/v1/cases/{opened.stream}"
    await stage.send(supervisor, "casework", f"{case}:assign", {**basis, "worker": protection.staff}, version=1)

    await stage.say(protection, "She tells it once. The software gives no verdict: a person writes down what they think, and who decided.")
    matter = {
        "matter": "TRAFFICKING", "urgent": True, "account": "<text>",
        "trafficking": {
            "status": "PossibleVictimOfTrafficking", "decider": "NGO", "exploitation": ["ForcedLabour"], "control": ["WithholdsDocuments"],
            "recruitment": ["ThroughFriendsOrSocialEvents"], "industry": "C",
        },
    }  # fmt: skip
    await stage.send(protection, "casework", f"{case}/protection", {**basis, **matter}, version="*")
    await stage.send(
        protection, "casework", f"{case}/needs",
        {
            **basis, "needs": [need(safety, "SAFETY", "EMERGENCY")], "case_type": "TRAFFICKING", "risk_level": "CRITICAL",
            "assessment": "<text>", "minor": False, "protection_note": "<text>",
        },
        version="*",
    )  # fmt: skip

    await stage.say(protection, "From now on the case is there for her worker and the protection supervisor, and for nobody else.")
    for who, status in ((protection, 200), (supervisor, 404), (worker, 404), (reception, 403), (officer, 403)):
        await stage.sees(who, "casework", case, status)

    await stage.say(steward, "The police's desk for women and children is in the directory, verified today.")
    listed = await stage.send(
        steward, "referrals", "/v1/service-entries",
        {
            "centre": CENTRE, "purpose": "SHARE_FOR_SERVICE",
            "organization": {"org": DESK, "name": "Women and Children Protection Desk, Antique"},
            "service": {"name": "Complaint and protection", "service_code": "LEG", "status": "active"},
        },
    )  # fmt: skip
    await stage.send(
        steward, "referrals", f"/v1/service-entries/{listed['id']}:verify",
        {"purpose": "SHARE_FOR_SERVICE", "verified_on": stage.today}, version=listed["version"],
    )  # fmt: skip

    await stage.say(protection, "With her consent, the desk is asked to help: no name, a case code; receiver and service are sealed.")
    await stage.send(
        protection, "intake", f"/v1/clients/{client}/consents",
        {"centre": CENTRE, "purpose": "CASE_MANAGEMENT", **stage.consent("SHARE_FOR_SERVICE", sharing, confidential=True)}, version="*",
    )  # fmt: skip
    share = {"centre": CENTRE, **ground(sharing, "SHARE_FOR_SERVICE")}
    sent = await stage.send(
        protection, "referrals", "/v1/referrals",
        {
            **share, "client_id": client, "case_id": opened.stream, "to_org": DESK, "entry_id": listed["id"], "service_code": "LEG",
            "priority": "URGENT", "confidential": True,
            "packet": {
                "case_code": "C-017", "age": 22, "sex": "F", "reason": "<text>", "services_requested": ["LEG"],
                "consent_text": "case code, age, sex, reason to the desk",
                "sender": {"name": "<worker>", "position": "protection supervisor", "contact": "+639170000002"},
            },
        },
    )  # fmt: skip
    packet = f"/v1/referrals/{sent['id']}/packet"
    await stage.sees(officer, "referrals", packet, 200, purpose="SHARE_FOR_SERVICE")
    await stage.sees(stranger, "referrals", packet, 404, purpose="SHARE_FOR_SERVICE")
    done = await stage.send(officer, "referrals", f"/v1/referrals/{sent['id']}:acknowledge", share, version=sent["version"])
    await stage.send(officer, "referrals", f"/v1/referrals/{sent['id']}:accept", share, version=done["version"])

    await stage.say(
        worker, "She changes her mind. The consent ends at intake; the referral is withdrawn by itself, and the packet opens no more."
    )
    at = await stage.version(protection, "intake", f"/v1/clients/{client}")
    await stage.send(
        protection, "intake", f"/v1/clients/{client}/consents/{sharing}:withdraw",
        {"centre": CENTRE, "purpose": "CASE_MANAGEMENT", "reason": "CLIENT_WISH", "effective": stage.today}, version=at,
    )  # fmt: skip
    await stage.happens("referral-withdrawn", reason="CONSENT_WITHDRAWN")
    await stage.until_erased(officer, "referrals", packet, "packet", purpose="SHARE_FOR_SERVICE")


LEAVES = {
    "intake": ("client-registered", "consent-given", "consent-given", "vulnerability-screened", "consent-given", "consent-withdrawn"),
    "casework": ("case-opened", "case-assigned", "protection-assessed", "needs-assessed"),
    "referrals": (
        "service-entry-listed", "service-entry-verified", "referral-sent", "referral-acknowledged", "referral-accepted",
        "referral-withdrawn",
    ),
}  # fmt: skip
