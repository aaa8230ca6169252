"""A youth before departure: an agency without a licence, an orientation, and a consent to statistics that is taken back."""

from cli.demo.stories.forms import ground, registration
from cli.demo.stories.stage import Stage

CENTRE = "PH-ANT-01"


async def play(stage: Stage) -> None:
    """Illegal recruitment is reported and forwarded, the orientation taken; the figures then forget the person."""
    worker = await stage.person("caseworker")
    client, management, statistics, episode = (stage.id() for _ in range(4))
    basis = ground(management)
    here = {"centre": CENTRE, "purpose": "CASE_MANAGEMENT"}

    await stage.say(worker, "Nineteen, from Maguindanao del Norte, with an offer from Saudi Arabia. Registered, with the wish to leave.")
    await stage.send(
        worker, "intake", "/v1/clients",
        registration(
            stage, client=client, management=management, names={"given": "Samira (example)", "family": "Ampatuan (example)"},
            born=f"{stage.day.year - 19}-02-11", language="mdh",
            profile={
                "client_types": ["PROSPECTIVE", "YOUTH_AT_RISK"], "nationality": ["PHL"], "residence_country": "PHL",
                "psgc_mun": "1908705000", "vintage": "2026-1Q",
            },
            consents=[stage.consent("STATISTICS", statistics)],
            intention={
                "episode_id": episode, "destination": "SAU", "isco": "9111", "channel": "UNLICENSED", "agency_licensed": False,
                "reason": "WORK",
            },
        ),
    )  # fmt: skip

    await stage.say(
        worker, "The agency has no licence, and took money. That is reported, and forwarded to the Department of Migrant Workers."
    )
    told = await stage.send(
        worker, "intake", "/v1/incidents",
        {
            **here, **basis, "reported_on": stage.today, "by": "CLIENT", "client_id": client, "open_case": False,
            "place_level": "MUNICIPALITY", "type": "ILLEGAL_RECRUITMENT", "event_date": stage.today[:7], "country": "PHL",
            "psgc_mun": "1908705000", "vintage": "2026-1Q", "licence_checked": "NO", "paid": {"amount": "45000", "currency": "PHP"},
            "account": "<text>", "alleged": [{"name": "<name>", "agency": "<agency>"}],
        },
    )  # fmt: skip
    await stage.send(
        worker, "intake", f"/v1/incidents/{told['id']}:progress", {**here, "stage": "FORWARDED", "to_org": "DMW"}, version=told["version"]
    )

    await stage.say(worker, "A pre-employment orientation in the community: what is legal, what it costs, whom to call.")
    session = await stage.send(
        worker, "casework", "/v1/training-sessions",
        {
            **here, "course": "PEOS_COMMUNITY", "provider": "PESO_ANT", "hours": "4", "place": "1908705000", "capacity": 40,
            "starts": f"{stage.today}T08:00:00+08:00",
        },
    )  # fmt: skip
    training = f"/v1/training-sessions/{session['id']}"
    await stage.send(worker, "casework", f"{training}/enrolments", {**basis, "client_id": client}, version="*")
    at = await stage.version(worker, "casework", training)
    await stage.send(worker, "casework", f"{training}:hold", {**here, "held_on": stage.today, "attendees": 1}, version=at)
    await stage.send(worker, "casework", f"{training}/outcomes", {**basis, "client_id": client, "attended_hours": "4"}, version="*")

    await stage.say(
        worker, "She thinks again: no statistics. Her help goes on; the key of her profile is destroyed, and no figure counts her."
    )
    at = await stage.version(worker, "intake", f"/v1/clients/{client}")
    await stage.send(
        worker, "intake", f"/v1/clients/{client}/consents/{statistics}:withdraw",
        {**here, "reason": "CLIENT_WISH", "effective": stage.today}, version=at,
    )  # fmt: skip
    await stage.sees(worker, "intake", f"/v1/clients/{client}", 200)


LEAVES = {
    "intake": (
        "client-registered", "consent-given", "consent-given", "migration-intention-declared", "incident-reported",
        "incident-progressed", "consent-withdrawn",
    ),
    "casework": ("training-session-scheduled", "training-enrolled", "training-session-held", "training-outcome-recorded"),
}  # fmt: skip
