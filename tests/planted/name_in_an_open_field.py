"""An event carries the client's name outside its sealed blob."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.eventsourcing import handle
from shared.eventsourcing.event import Context, Event


def plant() -> None:
    wire = handle.to_wire

    def tells(event: Event, event_id: UUID, stream_id: UUID, ctx: Context, ctx_text: bytes, keys: Mapping[Any, Any]) -> str:
        text = wire(event, event_id, stream_id, ctx, ctx_text, keys)
        identity = getattr(event, "identity", None)
        names = getattr(identity, "names", None)
        return f'{text[:-1]},"display_name":"{names.given}"}}' if names else text

    handle.to_wire = tells
