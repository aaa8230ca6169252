"""One person's way through the centre, the agency and the figures; and their right to leave them."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import httpx
import pytest

from tests.harness.journey import AGENCY, CENTRE, Journey, whole
from tests.harness.people import new_id
from tests.harness.region import Region
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


async def figure(
    region: Region, indicator: str, month: str, fits: Callable[[dict[str, Any]], bool] = bool, by: tuple[str, ...] = ("CENTRE",)
) -> int:
    """One true count of the centre of the journey."""
    answer = await region.live(indicator, month, list(by), where={"CENTRE": [CENTRE]})
    return sum(cell["n"] for cell in answer["cells"] if fits(cell))


async def test_a_registration_leads_over_case_and_referral_to_figures(region: Region) -> None:
    way = Journey(region)
    month = way.day[:7]
    asked = {
        "01": dict(indicator="01"),
        "direct": dict(indicator="30a", by=("SERVICE", "VIA"), fits=lambda cell: (cell["SERVICE"], cell["VIA"]) == ("PSS", "DIRECT")),
        "referred": dict(indicator="30a", by=("SERVICE", "VIA"), fits=lambda cell: (cell["SERVICE"], cell["VIA"]) == ("LIV", "REFERRAL")),
        "38": dict(indicator="38"),
    }
    await region.quiet()
    before = {name: await figure(region, month=month, **question) for name, question in asked.items()}
    way = await whole(region)
    await region.quiet()
    after = {name: await figure(region, month=month, **question) for name, question in asked.items()}
    assert after == {name: count + 1 for name, count in before.items()}


async def test_the_case_and_its_timeline_tell_what_happened(region: Region) -> None:
    way = await whole(region)
    await region.quiet()
    async with region.client("casework", centre=CENTRE) as http:
        case = (await http.get(f"/v1/cases/{way.case}")).json()
        timeline = (await http.get(f"/v1/cases/{way.case}/timeline")).json()["items"]
    assert case["client_id"] == way.client
    assert case["state"] == "CLOSED"
    assert case["needs"] == 1
    assert [service["service_code"] for service in case["services"]] == ["PSS"]
    told = {item["type"].rpartition(".v")[0].rpartition(".")[2] or item["type"] for item in timeline}
    assert {"case-opened", "needs-assessed", "service-delivered", "case-closed", "referral-sent", "referral-service-delivered"} <= told


async def test_the_agency_reads_the_packet_and_nobody_else_of_another_agency(region: Region) -> None:
    way = Journey(region)
    await way.register()
    await way.listing()
    await way.case_opens()
    await way.refer()
    async with region.client("referrals", "agency_desk", org=AGENCY) as http:
        answer = await http.get(f"/v1/referrals/{way.referral}/packet", headers={"Gabay-Purpose": "SHARE_FOR_SERVICE"})
        assert answer.status_code == 200, answer.text
        assert way.texts.packet_reason in answer.text
    async with region.client("referrals", "agency_desk", org="DMW") as http:
        foreign = await http.get(f"/v1/referrals/{way.referral}/packet", headers={"Gabay-Purpose": "SHARE_FOR_SERVICE"})
        absent = await http.get(f"/v1/referrals/{new_id()}/packet", headers={"Gabay-Purpose": "SHARE_FOR_SERVICE"})
    assert (foreign.status_code, foreign.json()["code"]) == (absent.status_code, absent.json()["code"]) == (404, "not-found")


async def test_withdrawing_from_statistics_destroys_the_key_and_leaves_the_figures(region: Region) -> None:
    way = Journey(region)
    await region.quiet()
    before = await figure(region, "01", way.day[:7])
    await way.register()
    await region.quiet()
    assert await figure(region, "01", way.day[:7]) == before + 1
    assert await _keys(region, way.client) == {"identity", "profile", "narrative"}

    await way.withdraw("STATISTICS")
    await region.quiet()
    assert await figure(region, "01", way.day[:7]) == before, "reporting still counts somebody who withdrew"
    assert "profile" not in await _keys(region, way.client), "the key of the profile is still there"
    async with region.client("intake", centre=CENTRE) as http:
        answer = await http.get(f"/v1/clients/{way.client}", headers={"Gabay-Purpose": "CASE_MANAGEMENT"})
    assert answer.status_code == 200, answer.text
    assert way.texts.given in answer.text, "the centre's own record must stay readable"


async def test_a_person_without_consent_to_statistics_is_never_counted(region: Region) -> None:
    way = Journey(region)
    await region.quiet()
    before = await figure(region, "01", way.day[:7])
    await way.register()
    await way.withdraw("STATISTICS")
    await way.case_opens()
    await way.needs()
    await way.service()
    await region.quiet()
    assert await figure(region, "01", way.day[:7]) == before


async def _keys(region: Region, subject: str) -> set[str]:
    rows = await region.rows("keyring", "select class from subject_key where subject_id = $1::uuid", subject)
    return {row[0] for row in rows}


async def test_a_withdrawn_consent_reaches_the_receiver_within_a_second(region: Region, capsys: pytest.CaptureFixture[str]) -> None:
    """From intake's answer until the agency can't open the packet any more, and until it sees the referral withdrawn."""
    gone, told = [], []
    for _ in range(5):
        way = Journey(region)
        await way.register()
        await way.listing()
        await way.case_opens()
        await way.refer()
        await way.answered("acknowledge")
        await region.quiet()
        at, purpose = f"/v1/referrals/{way.referral}", {"Gabay-Purpose": "SHARE_FOR_SERVICE"}
        async with region.client("referrals", "agency_desk", org=AGENCY) as http:

            async def packet(http: httpx.AsyncClient = http, at: str = at, purpose: dict[str, str] = purpose) -> Any:
                return (await http.get(f"{at}/packet", headers=purpose)).json()["packet"]

            async def shown(http: httpx.AsyncClient = http, at: str = at) -> Any:
                return (await http.get(at)).json()

            assert (await packet())["reason"] == way.texts.packet_reason
            await way.withdraw("SHARE_FOR_SERVICE")
            began = time.monotonic()
            await eventually(packet, lambda found: found == "erased", what="a packet that no longer opens", seconds=10, pause=0.01)
            gone.append(time.monotonic() - began)
            what = "the referral withdrawn"
            seen = await eventually(shown, lambda found: found["state"] == "WITHDRAWN", what=what, seconds=10, pause=0.01)
            told.append(time.monotonic() - began)
            assert seen["allowed"] == ["Close"]
        reason = "select data ->> 'reason' from event where type = 'referral-withdrawn' and stream_id = $1::uuid"
        assert [row[0] for row in await region.rows("referrals", reason, way.referral)] == ["CONSENT_WITHDRAWN"]
        await region.quiet(readers=("referrals",))
        assert await _keys(region, way.referral) == set(), "the key of the packet is still there"
    with capsys.disabled():
        for what, times in (("packet unreadable at the receiver", gone), ("referral withdrawn", told)):
            print(f"\nconsent withdrawn, {what}: after {median(times):.3f} s (median), {max(times):.3f} s at most", end="")
    assert median(told) < 1.0
