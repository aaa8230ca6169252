"""The reactions of referrals with a worker that dies between any two of its steps: the effect is there once (R5, R12, R15)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from services.referrals import look_ups
from services.referrals.consents.projection import consents
from services.referrals.reactions import reactions
from shared.eventsourcing.projection import Fact
from shared.privacy.classes import PACKET
from tests.integration import deaths
from tests.integration.casework.desk import Desk, consent_withdrawn
from tests.integration.deaths import heard, told_by
from tests.integration.referrals.test_referrals import SHARE, a_referral, an_entry


async def survived(desk: Desk, fact: Callable[[], Awaitable[Fact]], effects: Callable[[Fact], Awaitable[Any]], once: Any) -> None:
    await deaths.survived(desk, reactions(look_ups), fact, effects, once)


async def two_referrals(desk: Desk, entry: str) -> tuple[UUID, UUID]:
    """Sent under one consent. Returns client and consent."""
    body = await a_referral(desk, entry_id=entry)
    for _ in range(2):
        await desk.post("/v1/referrals", body)
    return UUID(body["client_id"]), UUID(body["consent_id"])


async def recorded(desk: Desk, told: Fact) -> list[tuple[str, str]]:
    """What the system has recorded in the referrals of a client, and why."""
    rows = await desk.parts.pool.fetch(
        "select w.type, w.data ->> 'reason' from event w join event s using (stream_id) where w.data -> 'ctx' ->> 'actor' = 'system' "
        "and s.type = 'referral-sent' and s.data ->> 'client_id' = $1 order by w.position",
        told.stream,
    )
    return [tuple(row) for row in rows]


async def test_r5_the_end_of_a_consent_takes_its_referrals_back_once(desk: Desk) -> None:
    entry = await an_entry(desk)

    async def fact() -> Fact:
        client, consent = await two_referrals(desk, entry)
        await desk.told(consents, consent_withdrawn(client, consent, SHARE, "2026-03-06"))
        await heard(desk, consents.consumer, client)
        return told_by("gabay.intake.consent-withdrawn.v1", client, purpose=SHARE, consent_id=str(consent), effective="2026-03-06")

    await survived(desk, fact, lambda told: recorded(desk, told), [("referral-withdrawn", "CONSENT_WITHDRAWN")] * 2)


async def test_r5_a_referral_that_was_sent_in_the_last_moment_is_taken_back_once(desk: Desk) -> None:
    entry = await an_entry(desk)

    async def fact() -> Fact:
        body = await a_referral(desk, entry_id=entry)
        sent = await desk.post("/v1/referrals", body)
        await desk.told(consents, consent_withdrawn(UUID(body["client_id"]), UUID(body["consent_id"]), SHARE, "2026-03-06"))
        ids = {"client_id": body["client_id"], "consent_id": body["consent_id"]}
        return told_by("gabay.referrals.referral-sent.v1", UUID(sent["id"]), **ids)

    async def effects(told: Fact) -> list[str]:
        rows = await desk.parts.pool.fetch("select type from event where stream_id = $1 order by version", UUID(told.stream))
        return [row[0] for row in rows]

    await survived(desk, fact, effects, ["referral-sent", "referral-withdrawn"])


async def test_r12_an_erasure_takes_the_referrals_back_once(desk: Desk) -> None:
    entry = await an_entry(desk)

    async def fact() -> Fact:
        client, _ = await two_referrals(desk, entry)
        await heard(desk, consents.consumer, client)
        return told_by("gabay.intake.client-erased.v1", client)

    async def effects(told: Fact) -> Any:
        due = await desk.parts.pool.fetchval("select count(*) from forgotten where client_id = $1", UUID(told.stream))
        return due, await recorded(desk, told)

    await survived(desk, fact, effects, (1, [("referral-withdrawn", "ERASURE")] * 2))


async def test_r15_the_packet_key_of_what_ended_undelivered_is_gone(desk: Desk) -> None:
    entry = await an_entry(desk)

    async def fact() -> Fact:
        sent = await desk.post("/v1/referrals", await a_referral(desk, entry_id=entry))
        assert await keys(sent["id"]) == 1
        return told_by("gabay.referrals.referral-closed.v1", UUID(sent["id"]), result="DECLINED")

    async def keys(referral: str) -> int:
        query = "select count(*) from subject_key where subject_id = $1 and class = $2"
        return int(await desk.parts.handle.keyring.pool.fetchval(query, UUID(referral), PACKET))

    await survived(desk, fact, lambda told: keys(told.stream), 0)
