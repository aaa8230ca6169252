"""What intake does by itself when something happened (events chapter, section 5: R10, R12). Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from services.intake.client.state import State
from shared.codes import Purpose
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.reaction import Reactions


class LookUps(Protocol):
    """What is read, or done, before a reaction decides."""

    async def let_go(self, fact: Fact, handle: Any) -> None:
        """Destroys the key of a profile that nobody may count any more, and pictures that nobody may keep."""

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


def pictures_to_delete(survivor: State, records: Iterable[State], on: date) -> bool:
    """Whether pictures of a person go: they took back the consent to them, gave no other, and no hold keeps what there is.

    survivor: the record that goes on; its answer is that of the person.
    """
    photo = [consent.consent_id for consent in survivor.consents.values() if consent.purpose is Purpose.PHOTO]
    return bool(photo) and survivor.ended.issuperset(photo) and not any(record.protection.held(on) for record in records)


def reactions(look: LookUps) -> Reactions:
    """The reactions of intake."""
    intake = Reactions("intake")

    @intake.on("R10", "gabay.intake.consent-withdrawn.v1", "gabay.intake.legal-hold-lifted.v1", look_up=look.let_go)
    def withdrawn(fact: Fact, found: None) -> None:
        """Nothing is left to decide: a destroyed key and a deleted picture are no facts of the client."""

    @intake.on("R12", "gabay.intake.client-erased.v1", look_up=look.forget)
    def erased(fact: Fact, found: None) -> None:
        """The facts stay; what opens them is gone."""

    return intake
