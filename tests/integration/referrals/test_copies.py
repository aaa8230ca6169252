"""The receiver of a packet is told when its time for the copy is over, unless a legal hold stands over the client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.referrals import look_ups
from services.referrals.consents.projection import consents
from services.referrals.feed import FEED
from services.referrals.timers import timers
from shared.contracts.referrals.referral import REFERRAL
from shared.messaging.timers import Ringing
from tests.integration.casework.desk import Desk, intake_told
from tests.integration.deaths import heard
from tests.integration.referrals.test_referrals import a_referral

AFTER_ALL_TERMS = timedelta(days=6 * 366)


async def delivered(desk: Desk) -> tuple[str, UUID]:
    """A referral that helped, closed; and its client."""
    body = await a_referral(desk)
    sent = await desk.post("/v1/referrals", body)
    path, agency = f"/v1/referrals/{sent['id']}", desk.as_("stf-o1")
    await agency.post(f"{path}:accept", {}, If_Match='"1"')
    await agency.post(f"{path}:deliver", {"result": "FULL"}, If_Match='"3"')
    await desk.post(f"{path}:close", {"client_told": True}, If_Match='"4"')
    return sent["id"], UUID(body["client_id"])


async def rings(desk: Desk, referral: str, after: timedelta) -> None:
    """What the worker does when that time has passed."""
    clock = timers(lambda: desk.parts.region, look_ups)
    await desk.catch_up(clock.projection, REFERRAL)
    version = await desk.parts.pool.fetchval("select version from stream where stream_id = $1", UUID(referral))
    await heard(desk, clock.projection.consumer, UUID(referral), version)
    await Ringing(clock, desk.parts.handle, desk.parts.pool, now=lambda: datetime.now(UTC) + after).round()


async def test_the_receiver_hears_of_the_end_and_the_packet_no_longer_opens(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    referral, client = await delivered(desk)
    path, agency, hold = f"/v1/referrals/{referral}", desk.as_("stf-o1"), uuid4()

    async def told() -> list[str]:
        return [item["type"] for item in (await agency.get(f"{path}/events"))["items"]]

    await rings(desk, referral, AFTER_ALL_TERMS)  # off until switched on
    monkeypatch.setattr(look_ups, "retention", lambda: True)
    await rings(desk, referral, timedelta(days=365))
    await desk.told(consents, intake_told("legal-hold-placed", client, 2, hold_id=str(hold), reason="AUDIT"))
    await rings(desk, referral, AFTER_ALL_TERMS)
    assert "referral-copy-expired" not in await told()
    assert (await agency.get(f"{path}/packet"))["packet"] != "erased"

    await desk.told(consents, intake_told("legal-hold-lifted", client, 3, hold_id=str(hold), reason="AUDIT"))
    await rings(desk, referral, AFTER_ALL_TERMS)
    await rings(desk, referral, AFTER_ALL_TERMS)
    assert (await told()).count("referral-copy-expired") == 1
    assert (await agency.get(f"{path}/packet"))["packet"] == "erased"
    await desk.catch_up(FEED, REFERRAL)
    heard_of = [item["type"] for item in (await agency.get("/v1/changes"))["items"] if item["id"] == referral]
    assert heard_of[-1] == "gabay.referrals.referral-copy-expired.v1"
