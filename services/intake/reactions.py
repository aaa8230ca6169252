"""What intake does by itself when something happened (events chapter, section 5: R10)."""

from typing import Any
from uuid import UUID

from services.intake.client.decisions import CLIENT
from services.intake.client.state import State
from shared.codes import Purpose
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Reactions
from shared.privacy.classes import PROFILE

reactions = Reactions("intake")


def key_to_destroy(state: State, consent_id: UUID) -> UUID | None:
    """The profile key that an ended consent named, unless a consent in force names it too."""
    ended = state.consents.get(consent_id)
    if ended is None or ended.profile_key is None:
        return None
    in_force = {consent.profile_key for consent in state.active_consents()}
    return None if ended.profile_key in in_force else ended.profile_key


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


@reactions.on("R10", "gabay.intake.consent-withdrawn.v1", look_up=destroy_profile_key)
def statistics_withdrawn(fact: Fact, found: None) -> None:
    """Nothing is left to decide: see `destroy_profile_key`."""
