"""The change feed of referrals: both sides hear of a referral, the true receiver of a confidential one too, and nobody else."""

from __future__ import annotations

from uuid import uuid4

from services.referrals.consents.projection import consents
from services.referrals.feed import FEED
from shared.contracts.referrals.referral import REFERRAL
from shared.contracts.referrals.service_entry import SERVICE_ENTRY
from tests.integration.casework.desk import Desk, consent_given
from tests.integration.changes import heard_of
from tests.integration.referrals.test_referrals import SHARE, a_packet, a_referral


async def test_both_sides_hear_of_a_referral_and_everybody_of_the_directory(desk: Desk) -> None:
    body = await a_referral(desk)
    sent = (await desk.post("/v1/referrals", body))["id"]
    await desk.as_("stf-o1").post(f"/v1/referrals/{sent}:acknowledge", {}, If_Match='"1"')
    for _ in range(2):
        await desk.catch_up(FEED, REFERRAL)
        await desk.catch_up(FEED, SERVICE_ENTRY)
    both = [(1, "referral-sent"), (2, "referral-acknowledged")]
    for staff, hears in (("stf-w1", both), ("stf-o1", both), ("stf-o2", []), ("stf-x1", [])):
        assert await heard_of(desk.as_(staff), sent) == hears, staff
        assert (1, "service-entry-listed") in await heard_of(desk.as_(staff), body["entry_id"]), staff


async def test_the_receiver_of_a_confidential_referral_hears_of_it(desk: Desk) -> None:
    client, consent = uuid4(), uuid4()
    await desk.told(consents, consent_given(client, consent, SHARE))
    hidden = {"confidential": True, "packet": a_packet(name=None, case_code="A-17")}
    body = await a_referral(desk, **hidden) | {"client_id": str(client), "consent_id": str(consent)}
    sent = (await desk.post("/v1/referrals", body))["id"]
    await desk.catch_up(FEED, REFERRAL)
    for staff, hears in (("stf-w1", 1), ("stf-o1", 1), ("stf-o2", 0)):
        assert len(await heard_of(desk.as_(staff), sent)) == hears, staff
