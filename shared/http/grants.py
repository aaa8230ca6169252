"""Who has which role where: the database `access`, read through one function and remembered for 30 seconds.

Grants are ours, not the token's, so that taking one back works at once on every service.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar

from shared.errors import Unavailable
from shared.eventsourcing.database import TRANSIENT
from shared.http.auth import Identity
from shared.http.authorise import DEVICE, Grant, Subject
from shared.http.problems import Problem

REMEMBERED: Final = 30.0
ENTRIES: Final = 10_000

T = TypeVar("T")


class Grants(Protocol):
    """What the HTTP layer asks about people and devices."""

    pool: Any  # of the database `access`, for what routes write there

    def forget(self) -> None:
        """Read everything anew: after a change made by this very process."""
        ...

    async def subject(self, identity: Identity) -> Subject:
        """Who this is to us, with the grants that count now. Raises Problem `device-blocked`, Unavailable."""
        ...

    async def held(self, staff_id: str, at: datetime) -> Subject:
        """A member of staff with the grants that counted at a moment: for what was recorded offline."""
        ...


_STAFF = "select staff_id from staff where iss = $1 and sub = $2"
_GRANTS = """
select role, centre, org, valid_from, valid_to from "grant" where staff_id = $1 and confirmed_by is not null
"""
_OPENED = """
select subject_id, reason from break_glass where staff_id = $1 and expires_at > now() and closed_at is null
"""
_DEVICE = "select centre, state from device where device_id = $1"


class AccessDatabase:
    """Grants from Postgres. A row that is not confirmed by a second person does not count."""

    def __init__(self, pool: Any, *, remembered: float = REMEMBERED, clock: Callable[[], float] = time.monotonic) -> None:
        self.pool, self._remembered, self._clock = pool, remembered, clock
        self._known: OrderedDict[tuple[str, ...], tuple[float, Any]] = OrderedDict()

    async def subject(self, identity: Identity) -> Subject:
        if identity.device:
            device = identity.device
            return await self._once(("device", device), lambda: self._device(device))
        subject = await self._once(("user", identity.iss, identity.sub), lambda: self._person(identity))
        now = datetime.now(UTC)
        if all(grant.holds(now) for grant in subject.grants):
            return subject
        return replace(subject, grants=tuple(g for g in subject.grants if g.holds(now)))

    async def held(self, staff_id: str, at: datetime) -> Subject:
        grants = await self._once(("staff", staff_id), lambda: self._grants(staff_id))
        return Subject(staff_id, tuple(g for g in grants if g.holds(at)))

    def forget(self) -> None:
        """Read everything anew: for tests and after a change made by this very process."""
        self._known.clear()

    async def _once(self, key: tuple[str, ...], read: Callable[[], Awaitable[T]]) -> T:
        hit = self._known.get(key)
        if hit and self._clock() - hit[0] < self._remembered:
            value: T = hit[1]
            return value
        asked = self._clock()
        try:
            value = await read()
        except TRANSIENT as error:
            raise Unavailable("The access database", "Is the stack up? Try: ./gabay status") from error
        self._known[key] = (asked, value)
        if len(self._known) > ENTRIES:
            self._known.popitem(last=False)
        return value

    async def _person(self, identity: Identity) -> Subject:
        staff_id = await self.pool.fetchval(_STAFF, identity.iss, identity.sub)
        if staff_id is None:
            return Subject()
        opened = await self.pool.fetch(_OPENED, staff_id)
        return Subject(staff_id, await self._grants(staff_id), open_subjects=frozenset(r[0] for r in opened), emergencies=dict(opened))

    async def _grants(self, staff_id: str) -> tuple[Grant, ...]:
        rows = await self.pool.fetch(_GRANTS, staff_id)
        return tuple(Grant(r["role"], r["centre"], r["org"], r["valid_from"], r["valid_to"]) for r in rows)

    async def _device(self, device: str) -> Subject:
        row = await self.pool.fetchrow(_DEVICE, device)
        if row is None:
            return Subject(device=device)
        if row["state"] != "ACTIVE":
            raise Problem("device-blocked")
        return Subject(grants=(Grant(DEVICE, row["centre"]),), device=device)
