"""What intake's reactions and timers read or do before they decide."""

from typing import Any
from uuid import UUID

from services.intake.client.decisions import CLIENT
from services.intake.client.state import State
from services.intake.reactions import key_to_destroy
from shared.codes import Purpose
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.timer import Due
from shared.privacy.classes import PROFILE


async def destroy_profile_key(fact: Fact, handle: Any) -> None:
    """Destroy the key, so that nothing counted under the consent can be read again. Done twice it changes nothing.

    No command follows, hence it stands where other reactions look something up.
    """
    if fact.data["purpose"] != Purpose.STATISTICS:
        return
    client_id = UUID(fact.stream)
    loaded = await handle.load(CLIENT, client_id)
    if key_id := key_to_destroy(loaded.state, UUID(fact.data["consent_id"])):
        await handle.keyring.destroy([(client_id, PROFILE)], key_ids=[key_id])


async def client(due: Due, handle: Any) -> State:
    """The record whose consent may have run out."""
    state: State = (await handle.load(CLIENT, due.stream_id)).state
    return state
