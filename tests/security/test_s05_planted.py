"""S5, the other half: a limit that believes what a body says of its own length is noticed.

ASVS 4.2.1, 15.2.2; API4.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.http.exchange import Exchange
from tests.planted.body_limit_believes_its_header import plant
from tests.unit.http.kit import running


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 0x8000):
        yield b" " * 0x8000


async def refused(size: int) -> str:
    """The problem of a body that says nothing of its length."""
    async with running() as service:
        headers = {"authorization": f"Bearer {service.person('reception')}", "content-type": "application/json"}
        answer = await service.client.post("/v1/counters", content=in_chunks(size), headers=headers | {"idempotency-key": str(uuid4())})
        return str(answer.json()["code"])


async def test_a_limit_that_believes_content_length_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await refused(600_000) == "body-too-large"
    monkeypatch.setattr(Exchange, "body", Exchange.body)  # undone afterwards
    plant()
    assert await refused(600_000) != "body-too-large"
