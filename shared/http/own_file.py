"""Everything that a service holds on a person, opened and in words: what they get when they ask for it. On record before it leaves."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid4

from shared.errors import Rejected
from shared.eventsourcing.event import Aggregate, Event, Recorded
from shared.eventsourcing.sql import Statements
from shared.http.answer import Answer
from shared.http.authorise import Resource
from shared.http.call import Call
from shared.http.command import CommandRouter, Form
from shared.own_file import OwnAttachment, concerns, stream_told
from shared.privacy.classes import FieldClass
from shared.privacy.member import member

SQL: Final = Statements("shared.http")
MOST: Final = 10_000
"""Streams of one kind that an export looks for: more belong to nobody."""


class OwnFileQuery(Form):
    """In which language, and under which id."""

    lang: Annotated[Literal["en", "fr", "fil"] | None, member("Language of the words; left out: that of `Accept-Language`.")] = None
    export_id: Annotated[UUID | None, member("Id in the access logs, the same for all services of one export; left out: drawn.")] = None


@dataclass(frozen=True, slots=True)
class Held:
    """A stream that tells of the person. shared: with others, of whom nothing is shown."""

    aggregate: Aggregate
    stream_id: UUID
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """records: all records of the person, merged ones too. streams: in the order in which they are told."""

    records: Sequence[UUID]
    streams: Sequence[Held]


Find = Callable[[Any, UUID], Awaitable[Holding]]
Unread = Callable[[Call, Recorded[Event]], bool]
Files = Callable[[Any, Sequence[UUID]], Awaitable[Sequence[OwnAttachment]]]


def own_file_router(
    find: Find, classes: Collection[FieldClass], *, unread: Unread = lambda call, fact: False, files: Files | None = None
) -> CommandRouter:
    """The operation of one service.

    find: (parts, client) -> what there is; raises OutOfScope where the service knows that there is nobody. classes: what the
    service has keys for. unread: whether a fact holds notes that only their author reads, and the caller is another.
    files: (parts, records) -> what was attached to them.
    """
    router = CommandRouter("export")

    @router.read(
        "GET", "/v1/clients/{id:uuid}/export", action="privacy.export", query=OwnFileQuery, classes=tuple(classes), limit="export",
        statuses=(410,),
    )  # fmt: skip
    async def export_client(call: Call) -> Answer:
        """Everything held here on a person: each fact with its data and, in `lines`, in words. What is about somebody else, what a
        counsellor wrote for themselves, and what no key opens any more is named and not shown."""
        client: UUID = call.path["id"]
        call.allow(Resource(subject_id=client))
        if await call.parts.pool.fetchval(SQL.is_forgotten, client):
            raise Rejected("client-erased", "This person asked to be forgotten.")
        holding = await find(call.parts, client)
        language = call.query.lang or call.language
        streams = [told for held in holding.streams if (told := await _told(call, held, holding.records, language, unread))]
        export_id = call.query.export_id or uuid4()
        shown = {which for stream in streams for fact in stream["facts"] for which in fact["classes"]}
        content = {
            "service": call.runtime.service, "id": client, "records": list(holding.records), "export_id": export_id,
            "language": language, "streams": streams,
        }  # fmt: skip
        attached = await files(call.parts, holding.records) if files else ()
        if attached:
            content["attachments"] = [each.told(language) for each in attached]
            shown.add(FieldClass.IDENTITY.value)
        kinds = sorted({stream["kind"] for stream in streams} | ({"attachment"} if attached else set()))
        # Also where nothing was found: that somebody asked is on record.
        return await call.show(
            content, subjects=holding.records, classes=shown or {"export"}, fields=kinds,
            action="EXPORT", export_id=export_id,
        )  # fmt: skip

    return router


async def _told(call: Call, held: Held, records: Sequence[UUID], language: str, unread: Unread) -> dict[str, Any] | None:
    """One stream in words, with everything opened for which this service has keys."""
    facts = await call.parts.handle.read(held.aggregate, held.stream_id, frozenset(FieldClass))
    if held.shared:
        facts = [fact for fact in facts if concerns(fact, records)]
    if not facts:
        return None
    hidden = {fact.event_id for fact in facts if unread(call, fact)}
    return stream_told(held.aggregate.name, facts, records, language, unread=hidden)
