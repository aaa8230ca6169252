"""Incidents over HTTP: what was reported, and what became of it."""

from typing import Annotated, Any
from uuid import UUID

from services.intake.client.decisions import CLIENT
from services.intake.client.pages import told
from services.intake.client.rules import assembled, check_active
from services.intake.client.state import State as Client
from services.intake.parts import Intake
from shared.codes import IncidentStage, PlaceLevel, ReportedBy
from shared.codes.valid import Day
from shared.contracts.intake.field import Org
from shared.contracts.intake.incident import IncidentRecord
from shared.eventsourcing.event import voided
from shared.http.bodies import EXAMPLE_CONSENT, EXAMPLE_ID, example
from shared.http.command import Answer, Call, CommandBody, CommandRouter, CreationBody, OutOfScope, Resource
from shared.http.voiding import VoidEntryBody, void_entry
from shared.privacy.classes import IDENTITY, PROFILE
from shared.privacy.member import member

from .decisions import INCIDENT, ProgressIncident, ReportIncident

router = CommandRouter("incidents")


class ReportIncidentBody(CreationBody, IncidentRecord):
    """What was told. Of violence, abuse, trafficking and children at risk no account: a confidential case is offered instead."""

    model_config = example(
        {
            "local_id": "0199a300-0000-7001-8000-00000000bb21", "centre": "PH-ANT-01", "purpose": "CASE_MANAGEMENT", "basis": "CONSENT",
            "consent_id": EXAMPLE_CONSENT, "reported_on": "2026-03-02", "by": "CLIENT", "client_id": EXAMPLE_ID, "open_case": True,
            "place_level": "MUNICIPALITY", "type": "ILLEGAL_RECRUITMENT", "event_date": "2025-11", "country": "PHL",
            "psgc_mun": "0600613000", "vintage": "2026-1Q", "licence_checked": "NO", "paid": {"amount": "45000", "currency": "PHP"},
            "account": "<what was told>", "alleged": [{"name": "<name>", "agency": "<agency>"}],
        }
    )  # fmt: skip

    reported_on: Annotated[Day, member("Day of the report; not in the future.")]
    by: Annotated[ReportedBy, member("Who reported it.")]
    client_id: Annotated[UUID | None, member("The client concerned; left out: nobody who is registered.")] = None
    open_case: Annotated[bool, member("Whether the client wants a confidential case: casework then opens it.")] = False
    place_level: Annotated[PlaceLevel, member("How exactly the place is known.")]


class ProgressIncidentBody(CommandBody):
    """What became of an incident."""

    model_config = example({"purpose": "CASE_MANAGEMENT", "stage": "FORWARDED", "to_org": "DMW"})

    stage: Annotated[IncidentStage, member("Where it stands.")]
    to_org: Annotated[Org | None, member("Whom it is forwarded to, with FORWARDED.")] = None


@router.command("POST", "/v1/incidents", body=ReportIncidentBody, action="incident.report", concurrency="creation")
async def report_incident(call: Call, body: ReportIncidentBody) -> Answer:
    """Record a wrong done or suspected, of a client or of somebody who is none."""
    parts: Intake = call.parts
    place = Resource(centre=body.centre)
    role = call.allow(place).role
    today = parts.today(call.runtime.now(), body.centre)
    client: Client | None = await _client(call, body.client_id) if body.client_id else None
    members = body.__dict__
    command = ReportIncident(
        today=today,
        reported_on=body.reported_on,
        by=body.by,
        client_id=body.client_id,
        open_case=body.open_case,
        place_level=body.place_level,
        record=assembled(IncidentRecord, {name: members[name] for name in IncidentRecord.model_fields}),
        counted=client is not None and client.statistics,
    )
    ctx = call.ctx(subject_id=body.client_id or call.new_id(), role=role)
    return await call.run(INCIDENT, None, command, resource=place, ctx=ctx)


router.batch("/v1/incidents:batch", creation=report_incident)


@router.command("POST", "/v1/incidents/{id:uuid}:progress", body=ProgressIncidentBody, action="incident.report", concurrency="guarded")
async def progress_incident(call: Call, body: ProgressIncidentBody) -> Answer:
    """Say what became of an incident: forwarded to whom, found to be so or not, closed."""
    parts: Intake = call.parts
    incident_id: UUID = call.path["id"]
    resource = Resource(centre=await parts.centre_of(incident_id), subject_id=incident_id)
    known = body.to_org is None or parts.region.is_org(body.to_org)
    command = ProgressIncident(stage=body.stage, to_org=body.to_org, known_org=known)
    return await call.run(INCIDENT, incident_id, command, resource=resource, ctx=call.ctx(centre=resource.centre))


@router.command(
    "POST", "/v1/incidents/{id:uuid}/events/{event_id:uuid}:void", body=VoidEntryBody, action="entry.void", concurrency="guarded"
)
async def void_incident_entry(call: Call, body: VoidEntryBody) -> Answer:
    """Void a report, or a step, that never was true."""
    parts: Intake = call.parts
    return await void_entry(call, INCIDENT, Resource(centre=await parts.centre_of(call.path["id"])))


@router.read("GET", "/v1/incidents/{id:uuid}", action="incident.read", classes=(IDENTITY, PROFILE))
async def read_incident(call: Call) -> Answer:
    """An incident with what is sealed opened, oldest fact first. Who reads, and why, is on record."""
    parts: Intake = call.parts
    incident_id: UUID = call.path["id"]
    centre = await parts.centre_of(incident_id)
    loaded = await call.load(INCIDENT, incident_id, Resource(centre=centre, subject_id=incident_id))
    facts = await call.history(INCIDENT, incident_id, frozenset({IDENTITY, PROFILE}))
    void = voided([fact.event for fact in facts])
    items: list[dict[str, Any]] = [{**told(fact), **({"void": True} if fact.event_id in void else {})} for fact in facts]
    content = {
        "id": incident_id, "version": loaded.version, "centre": centre, "client_id": loaded.state.client_id,
        "stage": loaded.state.stage, "items": items,
    }  # fmt: skip
    subjects = [loaded.state.client_id or incident_id]
    return await call.show(content, subjects=subjects, version=loaded.version, centre=centre)


async def _client(call: Call, client_id: UUID) -> Client:
    """The client concerned, of a centre of the caller's, who takes facts."""
    parts: Intake = call.parts
    if (centre := await parts.centre_of(client_id)) != call.body.centre:
        raise OutOfScope()
    state: Client = (await parts.handle.load(CLIENT, client_id)).state
    call.allow(Resource(centre=centre, subject_id=client_id))
    check_active(state)
    return state
