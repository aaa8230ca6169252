"""Contacts over HTTP: one person who asked something, or a group on the way."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.intake.parts import Intake
from shared.codes import EncounterChannel, Topic, TransportMode
from shared.codes.valid import Day
from shared.contracts.intake.encounter import Count, GroupCount
from shared.contracts.intake.episode import Point
from shared.contracts.intake.field import CountryCode
from shared.http.bodies import example
from shared.http.command import Answer, Call, CommandRouter, CreationBody, Resource
from shared.http.voiding import VoidEntryBody, void_entry
from shared.privacy.member import member

from .decisions import ENCOUNTER, ObserveGroup, RecordEncounter

router = CommandRouter("encounters")


class RecordEncounterBody(CreationBody):
    """A contact. Without `client_id` it is anonymous."""

    model_config = example(
        {
            "local_id": "0199a300-0000-7001-8000-00000000bb01", "centre": "PH-ANT-01", "occurred_at": "2026-03-02T09:05:00+08:00",
            "purpose": "CASE_MANAGEMENT", "channel": "WALK_IN", "topics": ["RET", "LIV"], "minutes": 10, "immediate_need": False,
            "info_given": True,
        }
    )  # fmt: skip

    channel: Annotated[EncounterChannel, member("How the contact came about.")]
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=19), member("What it was about.")]
    client_id: Annotated[UUID | None, member("The client; left out: anonymous.")] = None
    minutes: Annotated[int, Field(ge=0, le=1440), member("How long it took.")]
    immediate_need: Annotated[bool, member("Whether something had to be done at once.")]
    first_time: Annotated[bool | None, member("Whether the person was here for the first time.")] = None
    info_given: Annotated[bool, member("Whether information was given.")]


class ObserveGroupBody(CreationBody):
    """People who passed an observation point, counted."""

    model_config = example(
        {
            "local_id": "0199a300-0000-7001-8000-00000000bb02", "centre": "HN-EP-01", "purpose": "CASE_MANAGEMENT", "point": "Las Manos",
            "date": "2026-03-02", "departure_country": "VEN", "intended_destination": "USA", "mode": ["BUS", "FOOT"],
            "counts": [{"sex": "F", "age": "ADULT", "n": 4}, {"sex": "M", "age": "CHILD", "n": 3}], "children_u5": 1,
        }
    )  # fmt: skip

    point: Point
    date: Annotated[Day, member("Day of observation.")]
    departure_country: Annotated[CountryCode | None, member("Where they come from.")] = None
    intended_destination: Annotated[CountryCode | None, member("Where they want to get to.")] = None
    mode: Annotated[tuple[TransportMode, ...], Field(max_length=11), member("How they travelled.")] = ()
    nationality: Annotated[CountryCode | None, member("Of the group, where it has one.")] = None
    counts: Annotated[tuple[GroupCount, ...], Field(min_length=1, max_length=12), member("By sex and age.")]
    children_u5: Annotated[Count | None, member("Children under five among them.")] = None
    pregnant: Annotated[Count | None, member("Pregnant among them.")] = None
    elderly: Annotated[Count | None, member("Elderly among them.")] = None


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
router.batch("/v1/transit-groups:batch", creation=observe_group)


@router.command(
    "POST",
    "/v1/encounters/{id:uuid}/events/{event_id:uuid}:void",
    body=VoidEntryBody,
    action="entry.void",
    concurrency="guarded",
)
async def void_encounter(call: Call, body: VoidEntryBody) -> Answer:
    """Void a contact that never took place, or was written down twice."""
    return await _void(call)


@router.command(
    "POST",
    "/v1/transit-groups/{id:uuid}/events/{event_id:uuid}:void",
    body=VoidEntryBody,
    action="entry.void",
    concurrency="guarded",
)
async def void_group(call: Call, body: VoidEntryBody) -> Answer:
    """Void the count of a group that never passed, or was counted twice."""
    return await _void(call)


async def _void(call: Call) -> Answer:
    parts: Intake = call.parts
    return await void_entry(call, ENCOUNTER, Resource(centre=await parts.centre_of(call.path["id"])))


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
    content = {"id": stream_id, "version": loaded.version, "centre": centre, "items": parts.told(loaded.facts)}
    return await call.show(content, version=loaded.version, centre=centre)
