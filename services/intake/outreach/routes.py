"""Outreach sessions over HTTP: counted, not named."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.parts import Intake
from shared.codes import OutreachKind, ServiceCode, Topic
from shared.contracts.intake.field import Org, PsgcCode, Vintage
from shared.contracts.intake.outreach import Attendees
from shared.http.bodies import example
from shared.http.command import Answer, Call, CommandRouter, CreationBody, Resource
from shared.http.voiding import VoidEntryBody, void_entry
from shared.privacy.member import member

from .decisions import OUTREACH, RecordOutreach

router = CommandRouter("outreach-sessions")


class RecordOutreachBody(CreationBody):
    """A session: `attendees` where people could be counted, `media_reach` for RADIO_TV and SOCIAL_MEDIA."""

    model_config = example(
        {
            "local_id": "0199a300-0000-7001-8000-00000000bb11", "centre": "PH-ANT-01", "occurred_at": "2026-03-02T09:00:00+08:00",
            "purpose": "CASE_MANAGEMENT", "kind": "SCHOOL", "topic": "INF", "place": "0600613000", "vintage": "2026-1Q",
            "attendees": [{"sex": "F", "age_band": "15-17", "n": 24}, {"sex": "M", "age_band": "15-17", "n": 19}], "minutes": 90,
        }
    )  # fmt: skip

    kind: Annotated[OutreachKind, member("Where people were spoken to.")]
    topic: Annotated[Topic, member("What about.")]
    place: Annotated[PsgcCode, member("Where, as finely as known.")]
    vintage: Annotated[Vintage, member("Edition of the PSGC of `place`.")]
    partner: Annotated[Org | None, member("Organisation that held it with the centre.")] = None
    attendees: Annotated[tuple[Attendees, ...], Field(max_length=60), member("Who was there, each sex and age once.")] = ()
    media_reach: Annotated[int | None, Field(ge=1, le=100_000_000), member("People whom a broadcast reached, by estimate.")] = None
    minutes: Annotated[int, Field(ge=1, le=1440), member("How long it took.")]


@router.command("POST", "/v1/outreach-sessions", body=RecordOutreachBody, action="outreach.record", concurrency="creation")
async def record_outreach(call: Call, body: RecordOutreachBody) -> Answer:
    """Record a session in a school or a community, at a job fair or on the air."""
    parts: Intake = call.parts
    place = Resource(centre=body.centre)
    call.allow(place)
    on = parts.today(call.occurred_at or call.runtime.now(), body.centre)
    command = RecordOutreach(
        kind=body.kind,
        topic=body.topic,
        place=body.place,
        vintage=body.vintage,
        partner=body.partner,
        known_partner=body.partner is None or parts.region.is_org(body.partner),
        sub_committee=parts.region.sub_committee(ServiceCode.OUT, on),
        attendees=body.attendees,
        media_reach=body.media_reach,
        minutes=body.minutes,
    )
    return await call.run(OUTREACH, None, command, resource=place)


router.batch("/v1/outreach-sessions:batch", creation=record_outreach)


@router.command(
    "POST", "/v1/outreach-sessions/{id:uuid}/events/{event_id:uuid}:void", body=VoidEntryBody, action="entry.void", concurrency="guarded"
)
async def void_outreach(call: Call, body: VoidEntryBody) -> Answer:
    """Void a session that never was held, or was written down twice."""
    parts: Intake = call.parts
    return await void_entry(call, OUTREACH, Resource(centre=await parts.centre_of(call.path["id"])))


@router.read("GET", "/v1/outreach-sessions/{id:uuid}", action="open.read")
async def read_outreach(call: Call) -> Answer:
    """A session as it was recorded."""
    parts: Intake = call.parts
    session_id: UUID = call.path["id"]
    centre = await parts.centre_of(session_id)
    loaded = await call.load(OUTREACH, session_id, Resource(centre=centre))
    content = {"id": session_id, "version": loaded.version, "centre": centre, "items": parts.told(loaded.facts)}
    return await call.show(content, version=loaded.version, centre=centre)
