"""Tokens for development and tests: a token of the local issuer, and the rows in `access` that make it worth something."""

import re
from pathlib import Path
from typing import Any

import asyncpg

from shared.errors import Rejected
from shared.http.access import REGION_WIDE, add_staff, ensure_granted, set_device
from shared.http.issuer import PAGES_SUB, mint, signing_key


async def development_token(
    *,
    home: Path,
    issuer: str,
    access_dsn: str,
    region: str,
    role: str | None = None,
    centre: str | None = None,
    org: str | None = None,
    device: str | None = None,
    staff: str | None = None,
    step_up: bool = False,
) -> str:
    """A token for a role (of a centre, an organisation, or the region), or for a device of a centre. Safe to repeat.

    access_dsn: the database `access` as its owner. staff: default `stf-<role>-<centre>`; the same id is the token's `sub`.
    """
    if device is not None:
        if centre is None or role is not None:
            raise Rejected("invalid-state", "A device belongs to a centre: --device ID --centre PH-ANT-01, and has no role.")
        sub = f"device-{device}"
    elif role is None:
        raise Rejected("invalid-state", "Say for whom: --role ROLE with --centre or --org, or --device ID --centre CENTRE.")
    else:
        if centre is None and org is None and role not in REGION_WIDE:
            raise Rejected("invalid-state", f"The role {role} has a place: --centre PH-ANT-01, or --org for an agency_desk.")
        sub = staff or _staff_id(role, centre or org)
    connection: Any = await asyncpg.connect(access_dsn, timeout=10)
    try:
        if device is not None and centre is not None:
            await set_device(connection, device, centre)
        elif role is not None:
            await add_staff(connection, sub, issuer, sub)
            reach = None if centre or org else region
            await ensure_granted(connection, sub, role, centre=centre, org=org if centre is None else None, region=reach)
        await _staff_pages(connection, issuer, region)
    finally:
        await connection.close()
    return mint(signing_key(home), issuer=issuer, sub=sub, device=device, step_up=step_up)


async def allow_staff_pages(*, issuer: str, access_dsn: str, region: str) -> None:
    """Let the local issuer's browser passage read the staff pages, as a statistician."""
    connection: Any = await asyncpg.connect(access_dsn, timeout=10)
    try:
        await _staff_pages(connection, issuer, region)
    finally:
        await connection.close()


async def _staff_pages(connection: Any, issuer: str, region: str) -> None:
    await add_staff(connection, PAGES_SUB, issuer, PAGES_SUB)
    await ensure_granted(connection, PAGES_SUB, "statistician", region=region)


def _staff_id(role: str, place: str | None) -> str:
    return re.sub(r"[^a-z0-9-]", "-", f"stf-{role}-{place or 'region'}".lower())
