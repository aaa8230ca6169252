"""Contacts over HTTP: one person who asked something, or a group on the way."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.parts import Intake
from shared.codes import EncounterChannel, Topic, TransportMode
from shared.contracts.intake.encounter import Count, GroupCount
from shared.contracts.intake.episode import Point
from shared.contracts.intake.field import CountryCode
from shared.eventsourcing.event import instant
from shared.http.command import Answer, Call, CommandRouter, CreationBody, Resource

from .decisions import ENCOUNTER, ObserveGroup, RecordEncounter

router = CommandRouter("encounters")


class RecordEncounterBody(CreationBody):
    """A contact. Without `client_id` it is anonymous."""

    channel: EncounterChannel
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=19)]
    client_id: UUID | None = None
    minutes: Annotated[int, Field(ge=0, le=1440)]
    immediate_need: bool
    first_time: bool | None = None
    info_given: bool


class ObserveGroupBody(CreationBody):
    """People who passed an observation point, counted."""

    point: Point
    date: date
    departure_country: CountryCode | None = None
    intended_destination: CountryCode | None = None
    mode: Annotated[tuple[TransportMode, ...], Field(max_length=11)] = ()
    nationality: CountryCode | None = None
    counts: Annotated[tuple[GroupCount, ...], Field(min_length=1, max_length=12)]
    children_u5: Count | None = None
    pregnant: Count | None = None
    elderly: Count | None = None


@router.command("POST", "/v1/encounters", body=RecordEncounterBody, action="encounter.record", concurrency="creation")
async def record_encounter(call: Call, body: RecordEncounterBody) -> Answer:
    """Record a contact, with or without a name."""
    command = RecordEncounter(
        channel=body.channel,
        topics=body.topics,
        client_id=body.client_id,
        minutes=body.minutes,
        immediate_need=body.immediate_need,
        first_time=body.first_time,
        info_given=body.info_given,
    )
    return await call.run(ENCOUNTER, None, command, subject_id=body.client_id)


@router.command("POST", "/v1/transit-groups", body=ObserveGroupBody, action="transit-group.observe", concurrency="creation")
async def observe_group(call: Call, body: ObserveGroupBody) -> Answer:
    """Record a group on the way: counts only."""
    parts: Intake = call.parts
    call.allow(Resource(centre=body.centre))
    command = ObserveGroup(
        today=parts.today(call.runtime.now(), body.centre),
        point=body.point,
        date=body.date,
        departure_country=body.departure_country,
        intended_destination=body.intended_destination,
        mode=body.mode,
        nationality=body.nationality,
        counts=body.counts,
        children_u5=body.children_u5,
        pregnant=body.pregnant,
        elderly=body.elderly,
    )
    return await call.run(ENCOUNTER, None, command)


router.batch("/v1/encounters:batch", creation=record_encounter)


@router.read("GET", "/v1/encounters/{id:uuid}", action="open.read")
async def read_encounter(call: Call) -> Answer:
    """An encounter or a group: one fact, open members only."""
    return await _read(call)


@router.read("GET", "/v1/transit-groups/{id:uuid}", action="open.read")
async def read_group(call: Call) -> Answer:
    """A group on the way as it was counted."""
    return await _read(call)


async def _read(call: Call) -> Answer:
    parts: Intake = call.parts
    stream_id: UUID = call.path["id"]
    centre = await parts.centre_of(stream_id)
    loaded = await call.load(ENCOUNTER, stream_id, Resource(centre=centre))
    items = [
        {
            "event_id": fact.event_id,
            "version": fact.version,
            "type": fact.event.event_type,
            "occurred_at": instant(fact.occurred_at),
            "recorded_at": instant(fact.recorded_at),
            "actor": fact.ctx.actor,
            "data": fact.event.model_dump(mode="json", exclude_none=True),
        }
        for fact in loaded.facts
    ]
    content = {"id": stream_id, "version": loaded.version, "centre": centre, "items": items}
    return await call.show(content, version=loaded.version, centre=centre)
