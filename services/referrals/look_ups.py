"""What the reactions of referrals read or do before they decide."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from services.referrals.parts import CONSENTS, records
from services.referrals.reactions import UnderConsent
from services.referrals.referral.decisions import REFERRAL_DECIDER, of_client
from services.referrals.referral.decisions import under_consent as row_of
from services.referrals.referral.table import accepts
from shared.compose import Parts
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.timer import Due
from shared.http.reach import WHOLE
from shared.messaging.forgetting import remember
from shared.messaging.shown import shown
from shared.privacy.classes import PACKET
from shared.settings import Settings


async def under_consent(fact: Fact, handle: Any) -> list[UnderConsent]:
    """Once our own read model shows the end of the consent nothing can be sent under it: then its referrals are found."""
    if fact.data["purpose"] != "SHARE_FOR_SERVICE":
        return []
    pool = handle.store.pool
    await shown(pool, "referrals.consents", fact.stream, fact.version)
    line = await pool.fetch(CONSENTS.line_of, UUID(fact.stream), UUID(fact.data["consent_id"]), WHOLE)
    rows = [row_of(record[0]) for record in line] or [row_of(fact.data["consent_id"])]
    return await _withdrawable(handle, [each for streams in (await handle.search(rows)).values() for each in streams])


async def of_erased(fact: Fact, handle: Any) -> list[UnderConsent]:
    """Once our own read model has lost the consents nothing can be sent any more: then the referrals are found."""
    subjects = await remember(fact, handle.store.pool)
    await shown(handle.store.pool, "referrals.consents", fact.stream, fact.version)
    return await _withdrawable(handle, await _all_of(handle, subjects))


async def left_of_erased(parts: Parts, subjects: Sequence[UUID]) -> list[str]:
    """What has to end before an erasure can be acknowledged."""
    return ["referral" for _ in await _withdrawable(parts.handle, await _all_of(parts.handle, subjects))]


async def destroy_packets(parts: Parts, subjects: Sequence[UUID]) -> list[str]:
    """Destroy the packet keys of all referrals of these people, delivered ones too."""
    referrals = await _all_of(parts.handle, subjects)
    if referrals:
        await parts.keyring.destroy([(referral_id, PACKET) for referral_id in referrals])
    return ["packet keys"]


async def _all_of(handle: Any, subjects: Sequence[UUID]) -> list[UUID]:
    found = await handle.search([of_client(subject) for subject in subjects], limit=10_000)
    return sorted({referral_id for streams in found.values() for referral_id in streams})


async def _withdrawable(handle: Any, referrals: Sequence[UUID]) -> list[UnderConsent]:
    found = []
    for referral_id in referrals:
        loaded = await handle.load(REFERRAL_DECIDER, referral_id)
        if loaded.version and accepts(loaded.state, "Withdraw"):
            found.append(UnderConsent(referral_id, loaded.facts[0].ctx.centre))
    return found


async def without_consent(fact: Fact, handle: Any) -> list[UnderConsent]:
    """The referral itself, if the consent under which it was just sent is known to have ended."""
    client_id, consent_id = fact.data.get("client_id"), fact.data.get("consent_id")
    if client_id is None or consent_id is None:
        return []
    gone = await handle.store.pool.fetchval(CONSENTS.withdrawn, UUID(client_id), UUID(consent_id), WHOLE)
    return [UnderConsent(UUID(fact.stream), fact.ctx["centre"])] if gone else []


async def packet_key(fact: Fact, handle: Any) -> None:
    """A delivered referral keeps its packet; a key that is gone already is gone."""
    if fact.data.get("result") != "DELIVERED":
        await handle.keyring.destroy([(UUID(fact.stream), PACKET)])


async def deletes(due: Due, handle: Any) -> bool:
    """Whether a receiver may be told to delete its copy: retention is switched on, and no legal hold stands over the client."""
    if not retention():
        return False
    pool, client_id = handle.store.pool, (await handle.load(REFERRAL_DECIDER, due.stream_id)).state.client_id
    return not (client_id and await pool.fetchval(CONSENTS.held, await records(pool, client_id), due.now.date(), WHOLE))


@cache
def retention() -> bool:
    """Whether this region keeps its times: off until switched on."""
    return Settings.load("referrals", "cli").erasure_by_retention
