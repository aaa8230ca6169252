"""Casework's reactions on a real store, with a worker that dies between any two of its steps: the effect is there once.

A worker's steps on one fact: it looks up, it carries out each command in an append of its own, it locks its offsets, it
writes guard and offsets, it commits. It is stopped before and after each of them; the next worker gets the fact again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from services.casework import look_ups
from services.casework.caseload.projection import caseload
from services.casework.consents.projection import consents
from services.casework.reactions import reactions
from shared.eventsourcing.projection import Fact
from tests.integration import deaths
from tests.integration.casework.desk import CENTRE, Desk, consent_withdrawn
from tests.integration.casework.test_assistance import consented, progressed
from tests.integration.casework.test_cases import a_case, a_client, some_needs
from tests.integration.casework.test_plans import a_plan
from tests.integration.deaths import AT, Death, heard, told_by


async def survived(desk: Desk, fact: Callable[[], Awaitable[Fact]], effects: Callable[[Fact], Awaitable[Any]], once: Any) -> None:
    await deaths.survived(desk, reactions(lambda: desk.parts.region, look_ups), fact, effects, once)


async def withdrawal(desk: Desk, client: UUID, consent: UUID, purpose: str, **more: Any) -> Fact:
    await desk.told(consents, consent_withdrawn(client, consent, purpose, "2026-03-06"))
    await heard(desk, consents.consumer, client)
    return told_by("gabay.intake.consent-withdrawn.v1", client, purpose=purpose, consent_id=str(consent), effective="2026-03-06", **more)


async def types_of_client(desk: Desk, told: Fact, client: str | None = None) -> list[str]:
    """What the system has recorded in the cases of a client, in order."""
    rows = await desk.parts.pool.fetch(
        "select type from event where kind = 'case' and data -> 'ctx' ->> 'actor' = 'system' "
        "and data -> 'ctx' ->> 'subject_id' = $1 order by position",
        client or told.stream,
    )
    return [row[0] for row in rows]


async def of_client(desk: Desk, case: str) -> UUID:
    return UUID((await desk.get(f"/v1/cases/{case}"))["client_id"])


async def test_r1_a_case_that_was_asked_for_is_opened_once(desk: Desk) -> None:
    async def fact() -> Fact:
        return told_by("gabay.intake.client-registered.v1", uuid4(), channel="WALK_IN", open_case=True)

    await survived(desk, fact, lambda told: types_of_client(desk, told), ["case-opened"])


async def test_r2_an_urgent_screening_opens_one_case_or_asks_for_one_review(desk: Desk) -> None:
    async def fact() -> Fact:
        return told_by("gabay.intake.vulnerability-screened.v1", uuid4(), urgent=True, priority="URGENT")

    # The second worker finds the case that the first one opened, and must not ask for a look at it.
    await survived(desk, fact, lambda told: types_of_client(desk, told), ["case-opened"])

    async def of_a_case() -> Fact:
        case, _ = await a_case(desk)
        return told_by("gabay.intake.vulnerability-screened.v1", await of_client(desk, case), urgent=True, priority="URGENT")

    await survived(desk, of_a_case, lambda told: types_of_client(desk, told), ["case-review-required"])


async def test_r4_the_end_of_case_management_flags_a_case_once(desk: Desk) -> None:
    async def fact() -> Fact:
        case, ground = await a_case(desk)
        return await withdrawal(desk, await of_client(desk, case), UUID(ground["consent_id"]), "CASE_MANAGEMENT")

    await survived(desk, fact, lambda told: types_of_client(desk, told), ["case-review-required"])


async def test_r6_a_search_is_suspended_once(route_desk: Desk) -> None:
    desk = route_desk.as_("stf-w1")

    async def fact() -> Fact:
        case, _ = await a_case(desk)
        asker = await consented(desk, case, "TRACING")
        for _ in range(2):
            await progressed(desk, case, "tracings", {**asker, "relation": "SIBLING", "names": {"given": "Ana"}})
        return await withdrawal(desk, await of_client(desk, case), UUID(asker["consent_id"]), "TRACING")

    await survived(desk, fact, lambda told: types_of_client(desk, told), ["tracing-progressed"] * 2)


async def test_r7_a_request_to_the_mission_is_cancelled_once(route_desk: Desk) -> None:
    desk = route_desk.as_("stf-w1")

    async def fact() -> Fact:
        case, _ = await a_case(desk)
        for mission, org in (("HND", "CONS_HND"), ("VEN", "CONS_VEN")):
            agreed = await consented(desk, case, "CONSULAR", recipient_org=org)
            await progressed(desk, case, "consular-requests", {**agreed, "document": "PASSPORT", "mission": mission})
        return await withdrawal(desk, await of_client(desk, case), UUID(agreed["consent_id"]), "CONSULAR", recipient_org="CONS_VEN")

    await survived(desk, fact, lambda told: types_of_client(desk, told), ["consular-request-progressed"])


async def test_r8_a_return_is_withdrawn_once(route_desk: Desk) -> None:
    desk = route_desk.as_("stf-w1")

    async def fact() -> Fact:
        case, _ = await a_case(desk)
        home = await consented(desk, case, "RETURN")
        await progressed(desk, case, "returns", {**home, "from_country": "KWT", "to_country": "PHL"})
        return await withdrawal(desk, await of_client(desk, case), UUID(home["consent_id"]), "RETURN")

    await survived(desk, fact, lambda told: types_of_client(desk, told), ["return-assistance-progressed"])


async def test_r9_planned_contacts_are_cancelled_once(desk: Desk) -> None:
    async def fact() -> Fact:
        case, ground = await a_case(desk)
        for due in ("2026-04-01", "2026-05-01"):
            await desk.post(f"/v1/cases/{case}/follow-ups", {**ground, "type": "SAFETY", "due": due}, If_Match="*")
        contact = await consented(desk, case, "FOLLOW_UP_CONTACT")
        return await withdrawal(desk, await of_client(desk, case), UUID(contact["consent_id"]), "FOLLOW_UP_CONTACT")

    await survived(desk, fact, lambda told: types_of_client(desk, told), ["follow-up-recorded"] * 2)


async def test_r11_two_open_cases_of_one_person_are_looked_at_once(desk: Desk) -> None:
    async def fact() -> Fact:
        one, other = [await of_client(desk, (await a_case(desk))[0]) for _ in range(2)]
        return told_by("gabay.intake.client-records-merged.v1", one, survivor_id=str(one), retired_id=str(other))

    async def effects(told: Fact) -> list[str]:
        rows = await desk.parts.pool.fetch("select type from event where data ->> 'source_event' = $1", told.event_id)
        return [row[0] for row in rows]

    await survived(desk, fact, effects, ["case-review-required"] * 2)


async def test_r13_the_answer_to_a_referral_moves_its_step_once(desk: Desk) -> None:
    async def fact() -> Fact:
        case, ground = await a_case(desk)
        need, assessment = some_needs(ground)
        await desk.post(f"/v1/cases/{case}/needs", assessment, If_Match="*")
        action, plan = a_plan(ground, need)
        await desk.post(f"/v1/cases/{case}/plans", plan, If_Match='"3"')
        referral = uuid4()
        sent = told_by(
            "gabay.referrals.referral-sent.v1", referral, case_id=case, action_id=action, service_code="LIV", due_ack=AT, confidential=False
        )
        await desk.told(caseload, sent)
        await heard(desk, caseload.consumer, referral)
        told = told_by("gabay.referrals.referral-service-delivered.v1", referral, at=AT, result="FULL")
        told.data["ctx"]["subject_id"] = str(await of_client(desk, case))
        return told

    async def effects(told: Fact) -> list[str]:
        return await types_of_client(desk, told, told.data["ctx"]["subject_id"])

    await survived(desk, fact, effects, ["plan-action-recorded"])


async def test_r14_who_comes_by_a_referral_has_one_case(desk: Desk) -> None:
    async def fact() -> Fact:
        client, _ = await a_client(desk)
        return told_by("gabay.referrals.referral-accepted.v1", uuid4(), at=AT, client_id=str(client))

    async def effects(told: Fact) -> list[str]:
        return await types_of_client(desk, told, told.data["client_id"])

    await survived(desk, fact, effects, ["case-opened"])


async def test_r14_a_referral_for_somebody_with_a_case_or_without_consent_opens_none(desk: Desk) -> None:
    case, _ = await a_case(desk)
    known, stranger = await of_client(desk, case), uuid4()
    for client in (known, stranger):
        told = told_by("gabay.referrals.referral-accepted.v1", uuid4(), at=AT, client_id=str(client))
        await deaths.deliver(desk, reactions(lambda: desk.parts.region, look_ups), told, Death(None))
        assert await types_of_client(desk, told, str(client)) == []


async def test_r3_an_incident_opens_one_confidential_case(desk: Desk) -> None:
    async def fact() -> Fact:
        return told_by("gabay.intake.incident-reported.v1", uuid4(), client_id=str(uuid4()), open_case=True)

    async def effects(told: Fact) -> list[tuple[str, str]]:
        query = "select type, data ->> 'case_kind' from event where data ->> 'client_id' = $1 order by position"
        return [tuple(row) for row in await desk.parts.pool.fetch(query, told.data["client_id"])]

    await survived(desk, fact, effects, [("case-opened", "CONFIDENTIAL")])


async def test_r12_an_erasure_closes_the_cases_once(desk: Desk) -> None:
    async def fact() -> Fact:
        case, ground = await a_case(desk)
        client = await of_client(desk, case)
        beside = {**ground, "centre": CENTRE, "client_id": str(client), "reason": "another", "minor": False, "beside_another": True}
        await desk.as_("stf-s1").post("/v1/cases", beside)
        await heard(desk, consents.consumer, client)
        return told_by("gabay.intake.client-erased.v1", client)

    await survived(desk, fact, lambda told: types_of_client(desk, told), ["case-closed"] * 2)


async def test_what_is_recorded_while_its_consent_ends_is_found_from_the_other_end(route_desk: Desk) -> None:
    """The withdrawal was looked at before the case and the search were stored: their own facts find that it has ended."""
    desk = route_desk.as_("stf-w1")
    case, ground = await a_case(desk)
    asker = await consented(desk, case, "TRACING")
    await progressed(desk, case, "tracings", {**asker, "relation": "SIBLING", "names": {"given": "Ana"}})
    client = await of_client(desk, case)
    rules = reactions(lambda: desk.parts.region, look_ups)
    both = [(ground["consent_id"], "CASE_MANAGEMENT", "case-opened"), (asker["consent_id"], "TRACING", "tracing-progressed")]
    for version, (consent, purpose, name) in enumerate(both, 1):
        told = told_by(f"gabay.casework.{name}.v1", UUID(case))
        told.version, told.data["ctx"] = version, told.ctx | {"subject_id": str(client), "consent_id": consent}
        handle = desk.parts.handle
        assert not await look_ups.opened_without_consent(told, handle)
        assert not await look_ups.assisted_without_consent(told, handle)
        before = await types_of_client(desk, told, str(client))
        await desk.told(consents, consent_withdrawn(client, UUID(consent), purpose, "2026-03-06"))
        for _ in range(2):
            await deaths.deliver(desk, rules, told, Death(None))
        effect = "case-review-required" if purpose == "CASE_MANAGEMENT" else "tracing-progressed"
        assert await types_of_client(desk, told, str(client)) == [*before, effect]
        assert not await look_ups.opened_without_consent(told, handle)
