"""What intake's reactions and timers read or do before they decide."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from services.intake.attachment.folder import delete, forget_attachments
from services.intake.client.decisions import CLIENT
from services.intake.client.state import State
from services.intake.household.decisions import HOUSEHOLD, of_declarant, of_member
from services.intake.reactions import keys_of_merged, keys_to_destroy, pictures_to_delete
from services.intake.records import of_person
from services.intake.retention.review import review
from services.intake.retention.rules import Term
from shared.codes import Purpose
from shared.compose import Parts, region_of
from shared.contracts.intake.client import ClientProfileAmended, ClientRegistered
from shared.contracts.intake.household import HouseholdMemberLinked
from shared.contracts.intake.person import Identity
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.timer import Due
from shared.messaging.forgetting import remember
from shared.privacy.classes import IDENTITY, PROFILE
from shared.privacy.erase import destroy
from shared.settings import Settings

REGION: Final = region_of("intake")


async def let_go(fact: Fact, handle: Any) -> None:
    """Whatever an ended consent leaves behind, or a hold had kept."""
    await destroy_profile_key(fact, handle)
    await delete_pictures(fact, handle, Path(Settings.load("intake", "cli").attachments_url))


async def delete_pictures(fact: Fact, handle: Any, root: Path) -> None:
    """Delete the pictures of a person who took back the consent to them: every one that a fact ever named. Done twice it changes
    nothing. root: of the attachments."""
    if fact.data.get("purpose", Purpose.PHOTO) != Purpose.PHOTO:
        return
    found = await of_person(UUID(fact.stream), handle)
    if not pictures_to_delete(next(iter(found.values())), found.values(), datetime.now(UTC).date()):
        return
    for client_id in found:
        told = [each.event for each in await handle.read(CLIENT.aggregate, client_id, frozenset({IDENTITY}))]
        named = [each.identity.photo_ref for each in told if isinstance(each, ClientRegistered | ClientProfileAmended)
                 and isinstance(each.identity, Identity)]  # fmt: skip
        await asyncio.to_thread(delete, root, client_id, [each for each in named if each])


async def destroy_profile_key(fact: Fact, handle: Any) -> None:
    """Destroy the key, so that nothing counted under the consent can be read again. Done twice it changes nothing.

    No command follows, hence it stands where other reactions look something up.
    """
    if fact.data.get("purpose", Purpose.STATISTICS) != Purpose.STATISTICS:
        return
    today = datetime.now(UTC).date()
    found = await of_person(UUID(fact.stream), handle)
    survivor = next(iter(found.values()))
    for client_id, state in found.items():
        keys = set(keys_to_destroy(state, today))
        if state is not survivor:
            keys.update(keys_of_merged(survivor, state, today))
        for key_id in sorted(keys):
            await handle.keyring.destroy([(client_id, PROFILE)], key_ids=[key_id])


async def forget(fact: Fact, handle: Any) -> None:
    """Repeat what the command did after its append, should it have died there; then the loop of the worker purges."""
    subjects = await remember(fact, handle.store.pool)
    await destroy(handle.keyring, [*subjects, *await declared_only_by(subjects, handle)])


async def forget_the_rest(parts: Parts, clients: Sequence[UUID]) -> Sequence[str]:
    """What is no row of a read model: attachments, and a key whose making began before the others went and ended after. Looked for
    again every minute of a day (`Forgetting`)."""
    await destroy(parts.keyring, clients)
    return await forget_attachments(parts, clients)


async def declared_only_by(clients: Sequence[UUID], handle: Any) -> list[UUID]:
    """Members of households whom nobody but these clients, or others who were erased, has ever declared, and who are no clients
    themselves."""
    declared = set()
    for streams in (await handle.search([of_declarant(client_id) for client_id in clients])).values():
        for household_id in streams:
            declared |= {member for member, by in await _links(household_id, handle) if by in clients}
    return [member for member in sorted(declared) if await _only(member, clients, handle)]


async def _only(member: UUID, clients: Sequence[UUID], handle: Any) -> bool:
    row = of_member(member)
    for household_id in (await handle.search([row])).get(row, []):
        for each, by in await _links(household_id, handle):
            if each == member and by not in clients and (await handle.load(CLIENT, by)).state.status != "erased":
                return False
    return bool((await handle.load(CLIENT, member)).version == 0)


async def _links(household_id: UUID, handle: Any) -> list[tuple[UUID, UUID]]:
    """Who was ever declared in a household, and by whom: also what ended or was void, since the keys are there all the same."""
    facts = await handle.read(HOUSEHOLD.aggregate, household_id)
    return [(fact.event.member_id, fact.event.declared_by) for fact in facts if isinstance(fact.event, HouseholdMemberLinked)]


async def client(due: Due, handle: Any) -> State:
    """The record whose consent may have run out."""
    state: State = (await handle.load(CLIENT, due.stream_id)).state
    return state


async def term(due: Due, handle: Any) -> Term | None:
    """Until when the data of a client are kept, if their erasure may be proposed at all."""
    if not proposes():
        return None
    centre, rules = due.ctx.centre, REGION().retention
    found = await review(due.stream_id, centre, handle, rules, due.now.date())
    return None if found is None or found.held or found.asked else found.term


@cache
def proposes() -> bool:
    """Whether this region lets retention propose erasures: off until switched on."""
    return Settings.load("intake", "cli").erasure_by_retention
