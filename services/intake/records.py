"""Which records stand for one person since they were merged: found through the facts of the merges themselves."""

from typing import Any
from uuid import UUID

from services.intake.client.decisions import CLIENT
from services.intake.client.state import State


async def under(client_id: UUID, handle: Any) -> dict[UUID, State]:
    """A record, first, and those that were merged into it, also over others."""
    found: dict[UUID, State] = {}
    for record in (waiting := [client_id]):
        if record not in found:
            found[record] = (await handle.load(CLIENT, record)).state
            waiting += found[record].merged
    return found


async def of_person(client_id: UUID, handle: Any) -> dict[UUID, State]:
    """All records of one person, the one that goes on first."""
    while (into := (await handle.load(CLIENT, client_id)).state.merged_into) is not None:
        client_id = into
    return await under(client_id, handle)
