"""Development tokens of people with one role, and the confirmed grants behind them."""

from __future__ import annotations

import time

import asyncpg

from deploy.embedded.stack import Stack
from shared.http import issuer
from tests.harness.people import CENTRE

EVERYWHERE = frozenset({"directory_steward", "planner", "statistician", "dpo", "admin"})
LIFE = 1800
STRONG = 600  # a strong login counts for fifteen minutes, and a whole suite takes longer
_made: dict[tuple[str, ...], tuple[float, str]] = {}


async def mint(
    stack: Stack, role: str, *, centre: str | None = None, org: str | None = None, staff: str = "", step_up: bool = False
) -> str:
    """A token of the one member of staff with this role and reach, whom `staff_id(...)` names, or of another: `staff`.

    Without centre or org: the usual test centre, or the region for roles that have no centre.
    """
    if centre is None and org is None and role not in EVERYWHERE:
        centre = CENTRE
    staff = staff or staff_id(role, centre=centre, org=org)
    key = (str(stack.home.path), str(stack.port("issuer")), staff, str(step_up))
    made = _made.get(key)
    if made and time.monotonic() - made[0] < (STRONG if step_up else LIFE):
        return made[1]
    await _grant(stack, staff, role, centre, org)
    signing = issuer.signing_key(stack.home.path)
    token = issuer.mint(signing, issuer=stack.issuer_url, sub=staff, step_up=step_up)
    _made[key] = (time.monotonic(), token)
    return token


def staff_id(role: str, *, centre: str | None = None, org: str | None = None) -> str:
    """Whom `mint` makes tokens for."""
    reach = centre or org or ("" if role in EVERYWHERE else CENTRE)
    return f"stf-{role}-{reach or 'region'}".lower().replace("_", "-")


async def _grant(stack: Stack, staff: str, role: str, centre: str | None, org: str | None) -> None:
    connection = await asyncpg.connect(stack.dsn("postgres", "access"), timeout=30)
    try:
        async with connection.transaction():
            added = await connection.execute(
                "insert into staff (staff_id, iss, sub) values ($1, $2, $1) on conflict do nothing", staff, stack.issuer_url
            )
            if added == "INSERT 0 1":
                await connection.execute(
                    'insert into "grant" (staff_id, role, centre, org, region, valid_from, granted_by, confirmed_by, confirmed_at) '
                    "values ($1, $2, $3, $4, $5, '2010-01-01', 'stf-tests-a', 'stf-tests-b', now())",
                    staff, role, centre, org, None if centre or org else "all",
                )  # fmt: skip
    finally:
        await connection.close()
