"""R9: one key, whatever is done with it: a hundred times at once, with another body, on another route, by somebody else."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.chaos.conftest import Ground
from tests.harness.people import a_registration, new_id
from tests.harness.verdict import Tell

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.mark.parametrize("bug", [None, "fingerprint_not_compared"])
async def test_a_key_has_one_effect_whatever_is_done_with_it(ground: Ground, tell: Tell, bug: str | None) -> None:
    region, key, body = ground.region, new_id(), a_registration(day="2019-03-05")
    async with (
        ground.plantable.planted(bug, "intake-api"),
        region.client("intake", "supervisor") as http,
        region.client("intake", "caseworker") as other,
    ):
        at_once = await asyncio.gather(*(_post(http, body, key) for _ in range(100)))
        differing = await _post(http, body | {"registered_on": "2019-03-04"}, key)
        elsewhere = await _post(other, body, key)
        after = await _post(http, body, key)
    wrong = []
    # One that meets another worker's try may be told to come again: it does, and hears the one answer.
    early = {answer.json()["code"] for answer in at_once if answer.status_code == 409}
    answered = [answer.json() for answer in at_once if answer.status_code in (200, 201)]
    streams = {answer["id"] for answer in answered} | {after.json().get("id")}
    wrong += [f"{len(streams)} people of one key"] if len(streams) != 1 else []
    wrong += [f"told to come again for {early}"] if early - {"idempotency-in-progress"} else []
    others = len(at_once) - len(answered) - sum(answer.status_code == 409 for answer in at_once)
    wrong += [f"{others} other answers"] if others else []
    wrong += [] if after.headers.get("Idempotency-Replayed") == "true" else ["a later repeat is not known"]
    wrong += [f"another body under the key: {_told(differing)}"] if _told(differing) != (422, "idempotency-mismatch") else []
    wrong += ["another principal's key is the same key"] if elsewhere.json().get("id") in streams else []
    counts = {"at once": 100, "one answer": len(answered), "told to come again": len(early)}
    tell("R9", what="one key, 100 times at once, other body, other principal", counts=counts, wrong=wrong, bug=bug)


async def _post(http: httpx.AsyncClient, body: dict[str, Any], key: str) -> httpx.Response:
    return await http.post("/v1/clients", json=body, headers={"Idempotency-Key": key})


def _told(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")
