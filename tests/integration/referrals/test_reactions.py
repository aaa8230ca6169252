"""What one service does by itself because another recorded something: over the store, the relay, Kafka and the workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from deploy.embedded.stack import Stack
from services.referrals import worker
from tests.harness.journey import AGENCY, CENTRE, Journey
from tests.harness.people import new_id
from tests.harness.region import Region
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

URGENT = {
    "tool": "DOMV", "tool_version": "1", "urgent": True, "priority": "URGENT", "risk_level": "HIGH",
    "factors": [{"level": "INDIVIDUAL", "code": "DEBT", "polarity": "RISK", "severity": 3}],
}  # fmt: skip


@pytest.fixture(scope="module")
def region(whole_stack: Stack) -> Region:
    return Region(whole_stack)


async def timeline(region: Region, case: str) -> list[dict[str, Any]]:
    async with region.client("casework", centre=CENTRE) as http:
        answer = await http.get(f"/v1/cases/{case}/timeline")
    return list(answer.json()["items"]) if answer.status_code == 200 else []


async def told(region: Region, case: str, type: str, fits: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
    """The line of a type on the timeline of a case, once it is there."""

    async def lines() -> list[dict[str, Any]]:
        return [line for line in await timeline(region, case) if line["type"] == type and fits(line["details"])]

    return (await eventually(lines, what=f"{type} on the timeline"))[0]


async def referral(region: Region, way: Journey) -> dict[str, Any]:
    async with region.client("referrals", centre=CENTRE) as http:
        return dict((await http.get(f"/v1/referrals/{way.referral}")).json())


async def test_an_urgent_screening_opens_a_case_and_a_second_one_asks_for_a_review(region: Region) -> None:
    way = Journey(region)
    await way.register(open_case=False, case_request=None)
    screen = way.grounded() | URGENT
    await way._command("intake", "POST", f"/v1/clients/{way.client}/screenings", screen | {"screening_id": new_id()}, if_match="*")
    await way.case_opens()
    opened = await told(region, way.case, "case-opened")
    assert opened["details"] == {"source": "SCREENING"}
    assert opened["actor"] == "system"
    await way._command("intake", "POST", f"/v1/clients/{way.client}/screenings", screen | {"screening_id": new_id()}, if_match="*")
    review = await told(region, way.case, "case-review-required")
    assert review["details"]["cause"] == "URGENT_SCREENING"


async def test_a_withdrawn_consent_to_case_management_flags_the_case(region: Region) -> None:
    way = Journey(region)
    await way.register()
    await way.case_opens()
    await way.withdraw("CASE_MANAGEMENT")
    review = await told(region, way.case, "case-review-required")
    assert review["details"]["cause"] == "CONSENT_WITHDRAWN"


async def test_two_records_of_one_person_with_an_open_case_each_are_both_looked_at(region: Region) -> None:
    ways = [Journey(region), Journey(region)]
    for way in ways:
        await way.register()
        await way.case_opens()
    one, other = ({"id": way.client, "version": way.answers[0].json()["version"]} for way in ways)
    body = {"purpose": "CASE_MANAGEMENT", "requested_by": "stf-other", "survivor": one, "retired": other, "evidence": "SAME_DOCUMENT"}
    await ways[0]._command("intake", "POST", "/v1/clients:merge", body)
    for way in ways:
        review = await told(region, way.case, "case-review-required")
        assert review["details"]["cause"] == "DUPLICATE_CLIENT"


async def test_a_withdrawn_consent_to_share_takes_the_referral_back_and_its_packet_with_it(region: Region) -> None:
    way = Journey(region)
    await way.register()
    await way.listing()
    await way.case_opens()
    await way.refer()
    assert await _packet_keys(region, way) == 1
    await way.withdraw("SHARE_FOR_SERVICE")
    await eventually(lambda: referral(region, way), lambda shown: shown["state"] == "WITHDRAWN", what="the referral withdrawn")
    await eventually(lambda: _packet_keys(region, way), lambda keys: keys == 0, what="the key of the packet destroyed")
    async with region.client("referrals", "agency_desk", org=AGENCY) as http:
        shown = await http.get(f"/v1/referrals/{way.referral}/packet", headers={"Gabay-Purpose": "SHARE_FOR_SERVICE"})
    assert shown.json()["packet"] == "erased"
    await told(region, way.case, "referral-withdrawn")


async def test_the_delivery_of_a_referral_moves_the_step_of_the_plan(region: Region) -> None:
    way = Journey(region)
    await way.register()
    await way.listing()
    await way.case_opens()
    action = new_id()
    await _refer_for(way, action)
    await way.answered("accept")
    await way.answered("deliver", result="PARTIAL")
    moved = await told(region, way.case, "plan-action-recorded")
    assert moved["details"] == {"action_id": action, "status": "PARTIAL", "referral_id": way.referral}
    await told(region, way.case, "referral-service-delivered", lambda details: details.get("result") == "PARTIAL")


async def test_a_referral_that_nobody_answers_lapses_and_blocks_the_step_of_the_plan(region: Region) -> None:
    way = Journey(region)
    await way.register()
    await way.listing()
    await way.case_opens()
    action = new_id()
    await _refer_for(way, action)
    await region.quiet(readers=("referrals",))
    # As if the six working days had passed: what the worker reads is when it rings.
    due = f"update {worker.TIMERS.projection.schema}.timer set rings_at = now() where stream_id = $1 and item = 'ACK' returning at"
    [(lapse_ack,)] = await region.rows("referrals", due, UUID(way.referral))
    shown = await eventually(lambda: referral(region, way), lambda shown: shown["state"] == "LAPSED", what="the referral lapsed")
    assert shown["version"] == 2
    told_at = await region.rows(
        "referrals", "select (data ->> 'at')::timestamptz from event where type = 'referral-lapsed' and stream_id = $1", UUID(way.referral)
    )
    assert told_at[0][0] == lapse_ack
    blocked = await told(region, way.case, "plan-action-recorded")
    assert blocked["details"] == {"action_id": action, "status": "BLOCKED", "referral_id": way.referral}
    await way.answered("acknowledge")
    assert (await referral(region, way))["state"] == "ACKNOWLEDGED"


async def test_a_consent_that_runs_out_takes_the_referral_back(region: Region) -> None:
    way = Journey(region)
    await way.register()
    await way.listing()
    await way.case_opens()
    await way.refer()
    await region.quiet(readers=("intake",))
    consent = way.consents["SHARE_FOR_SERVICE"]
    # A consent to share lasts two years: its timer is set to today, and says that it has ended today.
    (schema,) = (await region.rows("intake", "select nspname from pg_namespace where nspname ~ '^timers_v' order by oid desc limit 1"))[0]
    due = f"update {schema}.timer set rings_at = now(), at = now() where stream_id = $1 and item = $2 returning 1"
    assert await region.rows("intake", due, UUID(way.client), consent)
    await eventually(lambda: referral(region, way), lambda shown: shown["state"] == "WITHDRAWN", what="the referral withdrawn")
    reason = "select data ->> 'reason' from event where type = 'consent-withdrawn' and stream_id = $1"
    assert [row[0] for row in await region.rows("intake", reason, UUID(way.client))] == ["EXPIRED"]


async def _refer_for(way: Journey, action: str) -> None:
    """As `Journey.refer`, for a step of the plan."""
    send = way._send

    async def with_step(service: str, method: str, path: str, body: dict[str, Any], **how: Any) -> Any:
        more = {"action_id": action} if path == "/v1/referrals" else {}
        return await send(service, method, path, body | more, **how)

    way._send = with_step  # type: ignore[method-assign]
    try:
        await way.refer()
    finally:
        way._send = send  # type: ignore[method-assign]


async def _packet_keys(region: Region, way: Journey) -> int:
    query = "select count(*) from subject_key where subject_id = $1 and class = 'packet'"
    return int((await region.rows("keyring", query, UUID(way.referral)))[0][0])
