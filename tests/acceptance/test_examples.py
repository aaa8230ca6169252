"""The examples of the documents, sent in their order as their readers would send them: they do what they say."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.http.page import place
from tests.harness.people import new_id
from tests.harness.region import Region

pytestmark = pytest.mark.slow

# Service, who, and the operations in an order in which a reader could try them.
STEPS = (
    ("intake", {"role": "reception", "centre": "PH-ANT-01"},
     ("registerClient", "giveConsent", "amendClient", "screen", "declareIntention", "recordDeparture", "recordReturn", "declareEconomics",
      "searchClients", "readClient", "recordEncounter", "readEncounter", "receipts")),
    ("intake", {"role": "reception", "centre": "HN-EP-01"}, ("observeGroup", "readGroup")),
    ("referrals", {"role": "directory_steward"}, ("listEntry", "verifyEntry", "replaceEntry", "retireEntry", "readEntry")),
    ("reporting", {"role": "statistician"}, ("queryLiveStatistics",)),
)  # fmt: skip


@pytest.mark.parametrize(("service", "who", "names"), STEPS)
async def test_the_examples_work_as_they_stand(region: Region, service: str, who: dict[str, str], names: tuple[str, ...]) -> None:
    async with region.client(service, **who) as http:
        document = (await http.get("/v1/openapi.json")).json()
        found = {op["operationId"]: (method, path, op) for path, ops in document["paths"].items() for method, op in ops.items()}
        etag = '"1"'
        for name in names:
            answer = await sent(http, document, *found[name], etag)
            assert answer.status_code in (200, 201), f"{name}: {answer.status_code} {answer.text}"
            etag = answer.headers.get("ETag", etag)


async def sent(http: httpx.AsyncClient, document: Any, method: str, path: str, op: Any, etag: str) -> httpx.Response:
    headers = {"Idempotency-Key": new_id(), "Gabay-Purpose": "CASE_MANAGEMENT"}
    if op.get("x-gabay-concurrency") in ("additive", "guarded"):
        headers["If-Match"] = etag
    body = op.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    return await http.request(method, place(document, path), json=body, headers=headers)
