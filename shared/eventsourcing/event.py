"""The language of facts: what an event is, who it concerns, and which aggregate it belongs to."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar, Final, Generic, Self, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.privacy.classes import FieldClass

VOIDED: Final = "entry-voided"
"""Type of the fact that makes another fact of its stream void: it names it in its member `event_id`."""

E = TypeVar("E", bound="Event")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class Sealed(BaseModel):
    """Base of the members that are sealed: the plaintext of one class of one event."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(BaseModel):
    """A fact. Frozen; open fields are members, and each sealed class is one member named like the class:

        class ClientRegistered(Event, type="client-registered"):
            registered_on: date
            identity: Annotated[Identity | Erased, IDENTITY]
            profile: Annotated[Profile | Erased | None, PROFILE] = None

    type: kebab-case name, stable for ever. minor: of its schema. sealed_under: class -> the open field that holds the
    subject whose key seals it, where that is not the subject of the context ("stream_id" = the stream's own id).
    own_subject: where the stream is the subject of its context, its profile needs no consent (an incident without a client).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_type: ClassVar[str] = ""
    schema_major: ClassVar[int] = 1
    schema_minor: ClassVar[int] = 0
    sealed_under: ClassVar[Mapping[FieldClass, str]] = {}
    own_subject: ClassVar[bool] = False
    sealed_classes: ClassVar[tuple[FieldClass, ...]] = ()
    sealed_members: ClassVar[set[str]] = set()

    def __init_subclass__(
        cls,
        type: str = "",
        minor: int = 0,
        sealed_under: Mapping[FieldClass, str] | None = None,
        own_subject: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.event_type, cls.schema_minor, cls.sealed_under, cls.own_subject = type, minor, sealed_under or {}, own_subject

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        marked = {name: mark for name, f in cls.model_fields.items() for mark in f.metadata if isinstance(mark, FieldClass)}
        if wrong := [name for name, mark in marked.items() if name != mark]:
            raise TypeError(f"{cls.__name__}.{wrong[0]}: a sealed member is named like its class")
        cls.sealed_classes = tuple(marked.values())
        cls.sealed_members = set(marked)

    @classmethod
    def sealed_model(cls, which: FieldClass) -> type[BaseModel]:
        """The model of the plaintext of one sealed class of this event."""
        hint = cls.model_fields[which].annotation
        for option in get_args(hint) or (hint,):
            if inspect.isclass(option) and issubclass(option, BaseModel):
                return option
        raise TypeError(f"{cls.__name__}.{which} names no model")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who did it, for what purpose, and whom it concerns: the `ctx` of every event (events chapter, section 1)."""

    centre: str
    actor: str
    role: str
    purpose: str
    basis: str | None = None
    consent_id: UUID | None = None
    subject_id: UUID | None = None
    requested_by: str | None = None

    def wire(self) -> dict[str, str]:
        """As it travels: strings, absent members left out."""
        pairs = (
            ("centre", self.centre), ("actor", self.actor), ("role", self.role), ("purpose", self.purpose),
            ("basis", self.basis), ("consent_id", self.consent_id), ("subject_id", self.subject_id),
            ("requested_by", self.requested_by),
        )  # fmt: skip
        return {name: str(value) for name, value in pairs if value is not None}

    @classmethod
    def read(cls, wire: Mapping[str, Any]) -> Self:
        get = wire.get
        consent_id, subject_id = get("consent_id"), get("subject_id")
        return cls(
            centre=wire["centre"],
            actor=wire["actor"],
            role=wire["role"],
            purpose=wire["purpose"],
            basis=get("basis"),
            consent_id=UUID(consent_id) if consent_id else None,
            subject_id=UUID(subject_id) if subject_id else None,
            requested_by=get("requested_by"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Generic[E]):
    """A stored fact: the event and its place in the stream."""

    stream_id: UUID
    version: int
    event_id: UUID
    event: E
    ctx: Context
    occurred_at: datetime
    recorded_at: datetime
    command_id: UUID
    meta: Mapping[str, Any] = field(default_factory=dict)


class Aggregate:
    """The kind of a stream: which service owns it and which facts it may hold. One topic carries it.

        CLIENT = Aggregate("intake", "client", ClientRegistered, ConsentGiven, ...)

    upcasters: (type, schema) -> pure dict -> dict that brings stored data of that schema to the next one.
    """

    def __init__(
        self,
        service: str,
        name: str,
        *events: type[Event],
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
        major: int = 1,
    ) -> None:
        self.service, self.name, self.major = service, name, major
        self.events: Mapping[str, type[Event]] = {e.event_type: e for e in events}
        self.upcasters: Mapping[tuple[str, int], Upcaster] = upcasters or {}
        for event in events:
            if not re.fullmatch(r"[a-z]+(-[a-z]+)*", event.event_type):
                raise TypeError(f"{event.__name__}: the type is kebab-case, e.g. type='client-registered'")

    @cached_property
    def topic(self) -> str:
        return f"{self.service}.{self.name}.v{self.major}"

    def schema(self, event_type: str) -> int:
        """The newest stored schema number of a type: 1, and one more for each upcaster."""
        newest = 1
        while (event_type, newest) in self.upcasters:
            newest += 1
        return newest

    def upcast(self, event_type: str, schema: int, data: dict[str, Any]) -> dict[str, Any]:
        """Bring stored data to the newest shape. Pure; stored events are never rewritten."""
        while step := self.upcasters.get((event_type, schema)):
            data, schema = step(data), schema + 1
        return data

    def ce_type(self, event_type: str) -> str:
        return f"gabay.{self.service}.{event_type}.v{self.events[event_type].schema_major}"

    def ce_dataschema(self, event_type: str) -> str:
        event = self.events[event_type]
        return f"urn:gabay:schema:{self.service}:{event_type}:{event.schema_major}.{event.schema_minor}"


def voided(events: Sequence[Event]) -> dict[UUID, int]:
    """Facts of a stream that a later one made void: event id -> index of what voids it."""
    return {event.event_id: n for n, event in enumerate(events) if event.event_type == VOIDED}  # type: ignore[attr-defined]  # VOIDED


def standing(ids: Sequence[UUID], events: Sequence[Event]) -> Sequence[Event]:
    """The facts of a stream that stand, in order: a void one is absent for every fold. ids: those of `events`."""
    if not (gone := voided(events)):
        return events
    return [event for event_id, event in zip(ids, events, strict=True) if event_id not in gone]


def instant(when: datetime) -> str:
    """RFC 3339, UTC with `Z` and milliseconds: the one form in which times leave Gabay."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"
