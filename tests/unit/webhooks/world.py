"""Webhooks without a network: a queue, a clock that the test moves, and a receiver that answers as the test says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shared.webhooks.deliver import Deliverer
from shared.webhooks.endpoint import Endpoint
from shared.webhooks.queue import Queue

ENDPOINT = Endpoint("desk", "https://hooks.acme.example/gabay", (b"k" * 32,), integrator="acme")


class World:
    """answer: event id -> status of the receiver; taken: ids that it took."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        self.answer: Callable[[str], int] = lambda id_: 204
        self.taken: list[str] = []
        self.queue = Queue(path, clock=lambda: self.now)
        self.deliverer = Deliverer(ENDPOINT, self.queue, clock=lambda: self.now)

        @asynccontextmanager
        async def answered(*_: Any, headers: list[tuple[str, str]], **__: Any) -> AsyncIterator[Any]:
            id_ = dict(headers)["webhook-id"]
            status = self.answer(id_)
            if status == 204:
                self.taken.append(id_)
            yield SimpleNamespace(status=status, aiter_stream=_nothing)

        monkeypatch.setattr(self.deliverer._pool, "stream", answered)

    def add(self, *streams: str) -> None:
        for stream in streams:
            self.queue.add(["desk"], stream, 1, f"e-{stream}", b"{}")

    @property
    def parked(self) -> str:
        return self.queue.overview()[0][2]


async def _nothing() -> AsyncIterator[bytes]:
    for each in ():
        yield each
