"""What intake does by itself when something happened (events chapter, section 5: R10, R12). Pure."""

from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.intake.client.state import State
from shared.codes import Purpose
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Reactions


class LookUps(Protocol):
    """What is read, or done, before a reaction decides."""

    async def destroy_profile_key(self, fact: Fact, handle: Any) -> None:
        """Destroys the key of a profile that nobody may count any more."""

    async def forget(self, fact: Fact, handle: Any) -> None:
        """Does what an erasure leaves to do: destroys the keys and bars new ones."""


def keys_of_merged(survivor: State, merged: State, on: date) -> list[UUID]:
    """The profile keys of a record that was merged into another: all of them, once the person lets nobody count any more.

    The merged record takes no withdrawal itself, so the one on the record that goes on in its place stands for both.
    """
    refused = not any(consent.purpose is Purpose.STATISTICS for consent in survivor.active_consents())
    withdrawn = any(survivor.consents[each].purpose is Purpose.STATISTICS for each in survivor.ended)
    if not (refused and withdrawn) or survivor.protection.held(on) or merged.protection.held(on):
        return []
    return sorted({consent.profile_key for consent in merged.consents.values() if consent.profile_key})


def keys_to_destroy(state: State, on: date) -> list[UUID]:
    """The profile keys that ended consents named, unless a consent in force names them too; none under a legal hold."""
    if state.protection.held(on):
        return []
    in_force = {consent.profile_key for consent in state.active_consents()}
    ended = {key for consent_id in state.ended if (consent := state.consents.get(consent_id)) and (key := consent.profile_key)}
    return sorted(ended - in_force)


def reactions(look: LookUps) -> Reactions:
    """The reactions of intake."""
    intake = Reactions("intake")

    @intake.on("R10", "gabay.intake.consent-withdrawn.v1", "gabay.intake.legal-hold-lifted.v1", look_up=look.destroy_profile_key)
    def statistics_withdrawn(fact: Fact, found: None) -> None:
        """Nothing is left to decide: a destroyed key is not a fact of the client."""

    @intake.on("R12", "gabay.intake.client-erased.v1", look_up=look.forget)
    def erased(fact: Fact, found: None) -> None:
        """The facts stay; what opens them is gone."""

    return intake
