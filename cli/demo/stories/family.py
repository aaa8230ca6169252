"""A family left behind in Masbate: the husband works abroad, she learns to plan with what he sends, and starts an enterprise."""

from cli.demo.stories.forms import ground, need, registration, service
from cli.demo.stories.stage import Stage

CENTRE = "PH-ANT-01"


async def play(stage: Stage) -> None:
    """A household with a member abroad, a course on financial literacy, help to start an enterprise."""
    worker, supervisor = await stage.person("caseworker"), await stage.person("supervisor")
    client, management, household, husband, income = (stage.id() for _ in range(5))
    basis = ground(management)

    await stage.say(worker, "A mother of three whose husband is at sea. She wants continuing help: a case opens with her registration.")
    await stage.send(
        worker, "intake", "/v1/clients",
        registration(
            stage, client=client, management=management, names={"given": "Lorna (example)", "family": "Bacolod (example)"},
            born="1988-11-20", language="msb", open_case=True,
            profile={
                "client_types": ["FAMILY_LEFT_BEHIND"], "nationality": ["PHL"], "residence_country": "PHL", "psgc_mun": "0504111000",
                "vintage": "2026-1Q", "activity": "HOMEMAKER",
            },
            consents=[stage.consent("STATISTICS", stage.id())],
            case_request={"priority": "NORMAL", "confidential": False, "sub_committee": "ESIP"},
        ),
    )  # fmt: skip
    opened = await stage.happens("case-opened", client_id=client)
    case = f"/v1/cases/{opened.stream}"

    await stage.say(worker, "What she says of her husband is sealed under his own keys; that he is away counts under hers.")
    home = f"/v1/households/{household}"
    await stage.send(
        worker, "intake", f"{home}/members",
        {
            "centre": CENTRE, **basis, "declared_by": client, "member_id": husband, "from": "2009-05-02",
            "names": {"given": "<given names>"}, "relation": "SPOUSE", "abroad": True, "country": "PAN", "departed": "2025-01",
            "lives_with": False,
        },
        version="*",
    )  # fmt: skip
    await stage.send(
        worker, "intake", f"{home}/economics",
        {"centre": CENTRE, **basis, "declared_by": client, "remittance_band": "R4", "size": 5, "earners": 1}, version="*",
    )  # fmt: skip

    await stage.say(worker, "She takes the case. Nearly all of the income comes from abroad: that is the need.")
    await stage.send(worker, "casework", f"{case}:assign", {**basis, "worker": worker.staff}, version=1)
    await stage.send(
        worker, "casework", f"{case}/needs",
        {
            **basis, "needs": [need(income, "INCOME")], "case_type": "FAMILY_SUPPORT", "risk_level": "LOW", "assessment": "<text>",
            "minor": False,
        },
        version="*",
    )  # fmt: skip
    await stage.say(worker, "A course on financial literacy: five sessions' hours, of which she attends all.")
    session = await stage.send(
        worker, "casework", "/v1/training-sessions",
        {
            "centre": CENTRE, "purpose": "CASE_MANAGEMENT", "course": "FINLIT", "provider": "ANT_PG", "hours": "10",
            "place": "0600613000", "starts": f"{stage.today}T08:00:00+08:00", "capacity": 25,
        },
    )  # fmt: skip
    training = f"/v1/training-sessions/{session['id']}"
    await stage.send(worker, "casework", f"{training}/enrolments", {**basis, "client_id": client}, version="*")
    at = await stage.version(worker, "casework", training)
    held = {"centre": CENTRE, "purpose": "CASE_MANAGEMENT", "held_on": stage.today, "attendees": 1}
    await stage.send(worker, "casework", f"{training}:hold", held, version=at)
    await stage.send(
        worker, "casework", f"{training}/outcomes",
        {**basis, "client_id": client, "attended_hours": "10", "pre": "0.3", "post": "0.9"}, version="*",
    )  # fmt: skip
    await stage.say(worker, "Help to start an enterprise: a small grant, from the hometown association.")
    await stage.send(
        worker, "casework", f"{case}/services",
        {**basis, **service(stage, "LIV", unit="GRANT", provider="FAMILIES_ANT", cost_band="B2", note="<text>")}, version="*",
    )  # fmt: skip
    at = await stage.version(supervisor, "casework", case)
    closing = {
        **basis, "closed_on": stage.today, "reason": "COMPLETED", "summary": "<text>",
        "outcomes": [{"need_id": income, "code": "INCOME", "outcome": "PARTLY"}],
    }  # fmt: skip
    await stage.send(worker, "casework", f"{case}:close", closing, version=at)


LEAVES = {
    "intake": ("client-registered", "consent-given", "consent-given", "household-member-linked", "household-economics-declared"),
    "casework": (
        "case-opened", "case-assigned", "needs-assessed", "training-session-scheduled", "training-enrolled", "training-session-held",
        "training-outcome-recorded", "service-delivered", "case-closed",
    ),
}  # fmt: skip
