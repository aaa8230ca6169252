"""The correction that every service shares: an entry that never was true."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.codes import VoidReason
from shared.eventsourcing.event import VOIDED, Event


class EntryVoided(Event, type=VOIDED):
    """A fact of this stream never was true: every fold and every projection treats it as absent. The record stays.

    On the wire `voided_type` is `event_type`, a name that `Event` needs itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    event_id: Annotated[UUID, Field(description="The fact that is void.")]
    voided_type: Annotated[
        str,
        Field(alias="event_type", description="Its type, kebab case.", max_length=60, pattern=r"^[a-z]+(-[a-z]+)*$"),
    ]
    reason: Annotated[VoidReason, Field(description="Why it never was true.")]
    replaced_by: Annotated[UUID | None, Field(description="The fact entered in its place.")] = None
