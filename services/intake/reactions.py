"""What intake does by itself when something happened (events chapter, section 5: R10). Pure."""

from typing import Any, Protocol
from uuid import UUID

from services.intake.client.state import State
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Reactions


class LookUps(Protocol):
    """What is read, or done, before a reaction decides."""

    async def destroy_profile_key(self, fact: Fact, handle: Any) -> None:
        """Destroys the key of a profile that nobody may count any more."""


def key_to_destroy(state: State, consent_id: UUID) -> UUID | None:
    """The profile key that an ended consent named, unless a consent in force names it too."""
    ended = state.consents.get(consent_id)
    if ended is None or ended.profile_key is None:
        return None
    in_force = {consent.profile_key for consent in state.active_consents()}
    return None if ended.profile_key in in_force else ended.profile_key


def reactions(look: LookUps) -> Reactions:
    """The reactions of intake."""
    intake = Reactions("intake")

    @intake.on("R10", "gabay.intake.consent-withdrawn.v1", look_up=look.destroy_profile_key)
    def statistics_withdrawn(fact: Fact, found: None) -> None:
        """Nothing is left to decide: a destroyed key is not a fact of the client."""

    return intake
