"""The service directory over HTTP: list or replace an entry, verify it, retire it; browse what is fresh."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import Field

from services.referrals.parts import DIRECTORY, Referrals
from shared.codes import ServiceCode
from shared.codes.psgc import MAGUINDANAO, coarser, current
from shared.codes.valid import Language, Psgc
from shared.contracts.referrals.service_entry import Org, ServiceEntryListed
from shared.eventsourcing.event import instant
from shared.http.command import Answer, Call, CommandRouter, OutOfScope, Resource, invalid, violation
from shared.http.listing import ListQuery, page, position
from shared.privacy.member import member

from .decisions import ENTRY, ListEntry, RetireEntry, VerifyEntry
from .forms import ListEntryBody, Listing, ReplaceEntryBody, RetireEntryBody, VerifyEntryBody
from .state import State

router = CommandRouter("service-entries")

DIVIDED = frozenset({"1908700000", "1908800000"})
"""Maguindanao del Norte and del Sur: what served the undivided province served both."""


class DirectoryQuery(ListQuery):
    """Which entries to list. stale: also those whose verification is too old, for those who keep the directory."""

    service_code: Annotated[ServiceCode | None, member("Of this service.")] = None
    org: Annotated[Org | None, member("Of this organisation.")] = None
    place: Annotated[Psgc | None, member("For somebody from this place (PSGC): it lies in an area that the service covers.")] = None
    age: Annotated[int | None, Field(ge=0, le=130), member("For somebody of this age, in years.")] = None
    language: Annotated[Language | None, member("Where this is spoken (ISO 639-3).")] = None
    free: Annotated[bool, member("Only where something is free, or nobody counts.")] = False
    stale: Annotated[bool, member("Also those whose verification is too old, and those that do not run.")] = False


def _resource(state: State) -> Resource:
    return Resource(orgs=frozenset({state.org}))


@router.command("POST", "/v1/service-entries", body=ListEntryBody, action="directory.write", concurrency="creation")
async def list_entry(call: Call, body: ListEntryBody) -> Answer:
    """List a service. It is referable once somebody has verified it."""
    entry = _entry(call, body, call.new_id())
    place = Resource(centre=body.centre, orgs=frozenset({entry.org}))
    return await call.run(ENTRY, None, ListEntry(entry=entry), resource=place)


@router.command("PUT", "/v1/service-entries/{id:uuid}", body=ReplaceEntryBody, action="directory.write", concurrency="guarded")
async def replace_entry(call: Call, body: ReplaceEntryBody) -> Answer:
    """Put another text in the place of an entry. Its organisation stays."""
    entry = _entry(call, body, call.path["id"])
    loaded = await call.load(ENTRY, call.path["id"], _resource)
    if loaded.state.org != entry.org:
        raise invalid(violation("/organization/org", "not-allowed-here"))
    return await call.run(ENTRY, call.path["id"], ListEntry(entry=entry), resource=_resource, ctx=_ctx(call, loaded))


@router.command("POST", "/v1/service-entries/{id:uuid}:verify", body=VerifyEntryBody, action="directory.write", concurrency="guarded")
async def verify_entry(call: Call, body: VerifyEntryBody) -> Answer:
    """Say that somebody asked the provider, and what is listed holds: fresh for ninety days."""
    loaded = await call.load(ENTRY, call.path["id"], _resource)
    today = _today(call, loaded)
    command = VerifyEntry(verified_on=body.verified_on or today, today=today, by=call.caller.staff_id, capacity=body.capacity)
    return await call.run(ENTRY, call.path["id"], command, resource=_resource, ctx=_ctx(call, loaded))


@router.command("POST", "/v1/service-entries/{id:uuid}:retire", body=RetireEntryBody, action="directory.write", concurrency="guarded")
async def retire_entry(call: Call, body: RetireEntryBody) -> Answer:
    """Take an entry out of the directory."""
    loaded = await call.load(ENTRY, call.path["id"], _resource)
    return await call.run(ENTRY, call.path["id"], RetireEntry(reason=body.reason), resource=_resource, ctx=_ctx(call, loaded))


@router.read("GET", "/v1/service-entries/{id:uuid}", action="directory.read")
async def read_entry(call: Call) -> Answer:
    """One entry, fresh or not."""
    loaded = await call.load(ENTRY, call.path["id"], _reader(call))
    state: State = loaded.state
    assert state.listed is not None
    content = {
        "id": call.path["id"],
        "version": loaded.version,
        **state.listed.model_dump(mode="json", exclude_none=True),
        "verified_on": state.verified_on,
        "next_due": state.next_due,
        "retired": state.retired,
    }
    return await call.show(content, version=loaded.version)


@router.read("GET", "/v1/service-entries/{id:uuid}/events", action="directory.read")
async def read_entry_events(call: Call) -> Answer:
    """The facts of an entry, oldest first."""
    loaded = await call.load(ENTRY, call.path["id"], _reader(call))
    items = [
        {
            "event_id": fact.event_id,
            "type": fact.event.event_type,
            "version": fact.version,
            "recorded_at": instant(fact.recorded_at),
            "actor": fact.ctx.actor,
            "data": fact.event.model_dump(mode="json", exclude_none=True),
        }
        for fact in loaded.facts
    ]
    return await call.show({"items": items})


@router.read("GET", "/v1/service-entries", action="directory.read", query=DirectoryQuery)
async def list_entries(call: Call) -> Answer:
    """Entries to which one can refer today, newest first: by service, place, age, language and free places."""
    parts: Referrals = call.parts
    query: DirectoryQuery = call.query
    today = parts.local_day(call.runtime.now(), parts.region.centres[0].code)
    rows = await parts.pool.fetch(
        DIRECTORY.list_entries, query.service_code, query.org, query.stale, today, query.place and around(query.place), query.age,
        query.language, query.free, *position(call), query.limit + 1,
    )  # fmt: skip
    return await page(call, [_line(row) for row in rows], key="entry_id")


def around(place: str) -> list[str]:
    """A place and all that contain it, by their present codes."""
    found = [current(place), *(coarser(place, level) for level in ("municipality", "province", "region"))]
    if DIVIDED & set(found):
        found.append(MAGUINDANAO)
    return [code for code in dict.fromkeys(found) if code is not None]


def _line(row: Any) -> dict[str, Any]:
    dated = {name: instant(value) if isinstance(value, datetime) else value for name, value in row.items()}
    return {**orjson.loads(dated.pop("listing")), **dated}


def _entry(call: Call, body: Listing, entry_id: UUID) -> ServiceEntryListed:
    parts: Referrals = call.parts
    if not parts.region.is_org(body.organization.org):
        raise invalid(violation("/organization/org", "not-allowed-here"))
    own = {name: getattr(body, name) for name in Listing.model_fields if name in ServiceEntryListed.model_fields}
    return ServiceEntryListed(entry_id=entry_id, org=body.organization.org, service_code=body.service.service_code, **own)


def _reader(call: Call) -> Resource:
    # The directory is the region's: whoever reads it at their own centre reads all of it.
    return Resource(centre=next(iter(sorted(call.caller.centres)), None))


def _ctx(call: Call, loaded: Any) -> Any:
    return call.ctx(centre=loaded.facts[0].ctx.centre)


def _today(call: Call, loaded: Any) -> date:
    parts: Referrals = call.parts
    if call.occurred_at is None:
        raise OutOfScope()
    return parts.local_day(call.occurred_at, loaded.facts[0].ctx.centre)
