"""A consent ends while referrals under it are being sent: none of them stays open, and none of their packets readable."""

from __future__ import annotations

import asyncio
import signal

import httpx
import pytest

from deploy.embedded.stack import Stack
from tests.harness.journey import CENTRE, Journey
from tests.harness.people import new_id
from tests.harness.region import Region

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CLIENTS, SENDERS = 6, 6
STATES = "select referral_id, state from board.referral where referral_id = any ($1)"
KEYS = "select count(*) from subject_key where class = 'packet' and subject_id = any ($1)"


@pytest.fixture(scope="module")
def region(whole_stack: Stack) -> Region:
    return Region(whole_stack)


async def test_whatever_is_sent_while_a_consent_ends_is_taken_back(region: Region, pytestconfig: pytest.Config) -> None:
    """The api stands still with referrals on their way into the store until the end of the consent was acted upon."""
    for _ in range(20 if pytestconfig.getoption("--long") else 1):
        ways = [await referring(region) for _ in range(CLIENTS)]
        sent = [each for found in await overtaken(region, ways) for each in found]
        await region.quiet(readers=("intake", "referrals"))
        assert {row["state"] for row in await region.rows("referrals", STATES, sent)} == {"WITHDRAWN"}
        assert [row[0] for row in await region.rows("keyring", KEYS, sent)] == [0]


async def overtaken(region: Region, ways: list[Journey]) -> list[list[str]]:
    """Ids of what got through for each of these people, of referrals that their withdrawals overtook."""
    begun = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        senders = [group.create_task(sending(way, begun)) for way in ways]
        await begun.wait()
        region.stack.kill("referrals-api", signal.SIGSTOP)
        try:
            await asyncio.gather(*(way.withdraw("SHARE_FOR_SERVICE") for way in ways))
            await region.quiet(readers=("intake", "referrals"))
        finally:
            region.stack.kill("referrals-api", signal.SIGCONT)
    return [sender.result() for sender in senders]


async def referring(region: Region) -> Journey:
    """Somebody whose referral could just be sent."""
    way = Journey(region)
    await way.register(open_case=False, case_request=None)
    way.case = new_id()
    await way.listing()
    await way.refer()
    return way


async def sending(way: Journey, begun: asyncio.Event) -> list[str]:
    """Ids of what could be sent: each sender goes on until it is told that the consent has ended."""
    request = next(answer.request for answer in way.answers if answer.request.url.path == "/v1/referrals" and answer.status_code == 201)
    token = await way.region.token("supervisor", centre=CENTRE)
    sent = [way.referral]

    async def send(http: httpx.AsyncClient) -> None:
        while True:
            headers = {"Idempotency-Key": new_id(), "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            answer = await http.post("/v1/referrals", content=request.content, headers=headers)
            if answer.status_code != 201:
                assert answer.json()["code"] in ("consent-missing", "consent-expired"), answer.text
                return
            sent.append(answer.json()["id"])
            begun.set()

    async with httpx.AsyncClient(base_url=way.region.url("referrals"), timeout=60, trust_env=False) as http:
        await asyncio.gather(*(send(http) for _ in range(SENDERS)))
    return sent
