"""What the operations of one process share: made once by the app, handed to every call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from shared.http.audit import Reading
from shared.http.auth import Tokens
from shared.http.cursor import Cursors, SearchTokens
from shared.http.grants import Grants
from shared.http.ids import Fingerprints, utc_now
from shared.http.limits import Limiter


class Audit(Protocol):
    """Where readings are recorded before they are shown."""

    async def write(self, reading: Reading) -> None: ...


class Parts(Protocol):
    """What a service's api makes for its routes. `handle` runs its commands; anything else is the service's own."""

    @property
    def handle(self) -> Any: ...


@dataclass(slots=True, kw_only=True)
class Runtime:
    """parts: the service's own objects. inflight: commands that run just now, by command id."""

    service: str
    parts: Any
    tokens: Tokens
    grants: Grants
    audit: Audit
    limiter: Limiter
    fingerprints: Fingerprints
    cursors: Cursors
    search_tokens: SearchTokens
    body_bytes: int = 262_144
    batch_items: int = 500
    step_up_acr: str = "gold"
    statistics_public: bool = False
    now: Callable[[], datetime] = utc_now
    inflight: dict[UUID, tuple[bytes, "asyncio.Future[Any]"]] = field(default_factory=dict)
    batch_turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    stopping: bool = False
