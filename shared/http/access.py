"""Changes to the database `access`: who is staff, what they may do, which devices exist. Every change needs two persons."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shared import telemetry
from shared.errors import Rejected
from shared.http.authorise import matrix

REGION_WIDE: Final = frozenset({"planner", "statistician", "dpo", "directory_steward", "integrator", "admin", "system"})

_STAFF = """
insert into staff (staff_id, iss, sub) values ($1, $2, $3) on conflict do nothing
"""
_GRANT = """
insert into "grant" (staff_id, role, centre, org, region, granted_by, valid_from, valid_to)
values ($1, $2, $3, $4, $5, $6, coalesce($7, clock_timestamp()), $8) returning grant_id
"""
_SAME = """
select grant_id from "grant"
 where staff_id = $1 and role = $2 and centre is not distinct from $3 and org is not distinct from $4
   and region is not distinct from $5 and confirmed_by is not null and (valid_to is null or valid_to > now()) limit 1
"""
_CONFIRM = """
update "grant" set confirmed_by = $2, confirmed_at = clock_timestamp()
 where grant_id = $1 and confirmed_by is null returning staff_id, role
"""
_REVOKE = """
update "grant" set valid_to = least(valid_to, clock_timestamp()) where grant_id = $1 returning grant_id
"""
_HOLDS = """
select exists (select from "grant" where staff_id = $1 and role = $2 and confirmed_by is not null and valid_from <= now()
                  and (valid_to is null or valid_to > now()))
"""
_ANY_DPO = """
select exists (select from "grant" where role = 'dpo' and confirmed_by is not null)
"""


async def add_staff(connection: Any, staff_id: str, iss: str, sub: str) -> None:
    """Make an identity of the realm a member of staff; nothing happens if it is one already."""
    await connection.execute(_STAFF, staff_id, iss, sub)
    if await connection.fetchval("select staff_id from staff where iss = $1 and sub = $2", iss, sub) != staff_id:
        raise Rejected("already-exists", "This identity or this staff id belongs to somebody else.")


async def grant(
    connection: Any,
    staff_id: str,
    role: str,
    *,
    centre: str | None = None,
    org: str | None = None,
    region: str | None = None,
    by: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> UUID:
    """Propose a grant; it counts from its confirmation by a dpo. Returns its id."""
    if role not in next(iter(matrix().values())) or role == "device":
        raise Rejected(
            "invalid-state", f"There is no such role. One of: {', '.join(sorted(set(next(iter(matrix().values()))) - {'device'}))}"
        )
    grant_id: UUID = await connection.fetchval(_GRANT, staff_id, role, centre, org, region, by, since, until)
    telemetry.logger().info("sec_grant_proposed", grant=str(grant_id), staff=staff_id, role=role, granted_by=by)
    return grant_id


async def confirm(connection: Any, grant_id: UUID, *, by: str) -> None:
    """Make a grant count. by: a dpo, neither the one who granted nor the one who gets it (the first dpo of all excepted)."""
    if not await connection.fetchval(_HOLDS, by, "dpo") and await connection.fetchval(_ANY_DPO):
        raise Rejected("forbidden", "Only a dpo confirms a grant.")
    row = await connection.fetchrow('select staff_id, granted_by from "grant" where grant_id = $1', grant_id)
    if row is None:
        raise Rejected("not-found", "There is no such grant: gabay access list shows them.")
    if by in (row["staff_id"], row["granted_by"]):
        raise Rejected("same-person-signoff", "Somebody else must confirm it.")
    if await connection.fetchrow(_CONFIRM, grant_id, by) is None:
        raise Rejected("invalid-state", "It was confirmed before.")
    telemetry.logger().info("sec_grant_confirmed", grant=str(grant_id), confirmed_by=by)


async def revoke(connection: Any, grant_id: UUID, *, by: str) -> None:
    """End a grant now, also one that would end by itself; services notice within 30 seconds."""
    if await connection.fetchval(_REVOKE, grant_id) is None:
        raise Rejected("not-found", "There is no such grant: gabay access list shows them.")
    telemetry.logger().info("sec_grant_revoked", grant=str(grant_id), granted_by=by)


async def set_device(connection: Any, device_id: str, centre: str, *, blocked: bool = False) -> None:
    """Register a device at a centre, or block it: a blocked one is told to wipe itself."""
    await connection.execute(
        "insert into device (device_id, centre, state, blocked_at) values ($1, $2, $3, case when $4 then clock_timestamp() end) "
        "on conflict (device_id) do update set centre = excluded.centre, state = excluded.state, blocked_at = excluded.blocked_at",
        device_id, centre, "BLOCKED" if blocked else "ACTIVE", blocked,
    )  # fmt: skip
    telemetry.logger().info("sec_device_changed", device=device_id, state="BLOCKED" if blocked else "ACTIVE")


async def ensure_granted(
    connection: Any, staff_id: str, role: str, *, centre: str | None = None, org: str | None = None, region: str | None = None
) -> None:
    """A confirmed grant, made if there is none: for development tokens only."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtext($1))", f"grant {staff_id}")
        if await connection.fetchval(_SAME, staff_id, role, centre, org, region) is None:
            grant_id = await grant(connection, staff_id, role, centre=centre, org=org, region=region, by="sys-development")
            await connection.fetchrow(_CONFIRM, grant_id, "sys-development-dpo")
