"""The event as it is stored and published, and back: context, open fields, one sealed blob a class."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.errors import Unreadable
from shared.eventsourcing.event import Aggregate, Context, Event
from shared.eventsourcing.store import StoredEvent
from shared.privacy.classes import ERASED, FieldClass
from shared.privacy.sealed import seal


def subject_of(event: type[Event], which: FieldClass, stream_id: UUID, data: Mapping[str, Any]) -> UUID | None:
    """Whose key seals this class of a stored event: a field that the event names, else the context's subject."""
    name = event.sealed_under.get(which)
    if name == "stream_id":
        return stream_id
    value = data.get(name) if name else data["ctx"].get("subject_id")
    return UUID(value) if value else None


def sealing_subject(event: Event, which: FieldClass, stream_id: UUID, ctx: Context) -> UUID:
    name = event.sealed_under.get(which)
    subject = stream_id if name == "stream_id" else getattr(event, name) if name else ctx.subject_id
    if not isinstance(subject, UUID):
        raise Unreadable(f"{type(event).__name__} seals {which} but its context names no subject")
    return subject


def to_wire(
    event: Event,
    event_id: UUID,
    stream_id: UUID,
    ctx: Context,
    ctx_text: bytes,
    keys: Mapping[tuple[UUID, FieldClass], Any],
) -> str:
    """The event as it is stored and published: context, open fields, one blob per sealed class."""
    open_fields = event.model_dump_json(exclude=event.sealed_members, exclude_none=True)
    text = '{"ctx":' + ctx_text.decode()
    if open_fields != "{}":
        text += "," + open_fields[1:-1]
    blobs = []
    for which in event.sealed_classes:
        member = getattr(event, which)
        if not member:
            continue
        subject = sealing_subject(event, which, stream_id, ctx)
        if key := keys.get((subject, which)):  # without one the subject is erased, or gave no consent to statistics
            plain = member.model_dump_json(exclude_none=True).encode()
            blobs.append(f'"{which}":"{seal(key, plain, subject, stream_id, event_id, event.event_type, which)}"')
    return f'{text},"sealed":{{{",".join(blobs)}}}}}' if blobs else text + "}"


def from_stored(
    aggregate: Aggregate,
    stored: StoredEvent,
    data: Mapping[str, Any],
    n: int,
    opened: Mapping[tuple[int, FieldClass], Any],
) -> Event:
    event = aggregate.events.get(stored.type)
    if event is None:
        raise Unreadable(f"event {stored.event_id}: {aggregate.name} knows no {stored.type}; upgrade this service")
    members = {name: value for name, value in data.items() if name not in ("ctx", "sealed")}
    sealed = data.get("sealed", {})
    for which in event.sealed_classes:
        if which in sealed:
            plain = opened.get((n, which), ERASED)
            members[which] = ERASED if plain is ERASED else event.sealed_model(which).model_validate_json(plain)
        elif event.model_fields[which].is_required():
            members[which] = ERASED  # sealed for a subject that was erased before this event
    return event.model_validate(members)
