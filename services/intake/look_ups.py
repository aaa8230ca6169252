"""What intake's reactions and timers read or do before they decide."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.intake.client.decisions import CLIENT
from services.intake.client.state import State
from services.intake.reactions import keys_to_destroy
from shared.codes import Purpose
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.timer import Due
from shared.messaging.forgetting import remember
from shared.privacy.classes import PROFILE
from shared.privacy.erase import destroy


async def destroy_profile_key(fact: Fact, handle: Any) -> None:
    """Destroy the key, so that nothing counted under the consent can be read again. Done twice it changes nothing.

    No command follows, hence it stands where other reactions look something up.
    """
    if fact.data.get("purpose", Purpose.STATISTICS) != Purpose.STATISTICS:
        return
    client_id = UUID(fact.stream)
    loaded = await handle.load(CLIENT, client_id)
    for key_id in keys_to_destroy(loaded.state, datetime.now(UTC).date()):
        await handle.keyring.destroy([(client_id, PROFILE)], key_ids=[key_id])


async def forget(fact: Fact, handle: Any) -> None:
    """Repeat what the command did after its append, should it have died there; then the loop of the worker purges."""
    subjects = await remember(fact, handle.store.pool)
    await destroy(handle.keyring, subjects)


async def client(due: Due, handle: Any) -> State:
    """The record whose consent may have run out."""
    state: State = (await handle.load(CLIENT, due.stream_id)).state
    return state
