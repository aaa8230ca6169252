"""`gabay access`: staff, their grants, and devices. A grant counts after a second person, a dpo, has confirmed it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import typer

access = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

By = Annotated[str, typer.Option("--by", help="your own staff id")]


@access.command("staff")
def staff(staff_id: str, sub: Annotated[str, typer.Option(help="subject of the identity provider")]) -> None:
    """Make an identity of the configured issuer a member of staff.

    gabay access staff stf-jdc --sub 7f6c0a52-4c0e-4d1b-9a6e-0a1b2c3d4e5f
    """
    from cli.process import settings_of
    from shared.http.access import add_staff

    issuer = settings_of("intake", "api").oidc_issuer
    _run(lambda connection: add_staff(connection, staff_id, issuer, sub))


@access.command("grant")
def grant(
    staff_id: str,
    role: str,
    by: By,
    centre: Annotated[str | None, typer.Option()] = None,
    org: Annotated[str | None, typer.Option()] = None,
    region: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Propose a grant of ROLE at a centre, an organisation or the region; prints its id for the dpo.

    gabay access grant stf-jdc caseworker --centre PH-ANT-01 --by stf-admin
    gabay access grant stf-lee agency_desk --org OWWA --by stf-admin
    """
    from shared.http import access as rows

    if sum(place is not None for place in (centre, org, region)) != 1:
        raise typer.BadParameter("name exactly one of --centre, --org, --region")
    print(_run(lambda connection: rows.grant(connection, staff_id, role, centre=centre, org=org, region=region, by=by)))


@access.command("confirm")
def confirm(grant_id: UUID, by: By) -> None:
    """Confirm a grant, as a dpo who neither gave it nor gets it.

    gabay access confirm GRANT --by stf-dpo
    """
    from shared.http import access as rows

    _run(lambda connection: rows.confirm(connection, grant_id, by=by))


@access.command("revoke")
def revoke(grant_id: UUID, by: By) -> None:
    """End a grant; services notice within 30 seconds.

    gabay access revoke GRANT --by stf-admin
    """
    from shared.http import access as rows

    _run(lambda connection: rows.revoke(connection, grant_id, by=by))


@access.command("device")
def device(device_id: str, centre: Annotated[str, typer.Option()], block: Annotated[bool, typer.Option("--block")] = False) -> None:
    """Register a device at a centre; --block tells it to wipe itself.

    gabay access device tablet-7 --centre PH-ANT-01
    gabay access device tablet-7 --centre PH-ANT-01 --block
    """
    from shared.http import access as rows

    _run(lambda connection: rows.set_device(connection, device_id, centre, blocked=block))


@access.command("list")
def list_grants() -> None:
    """All grants: id, staff, role, place, who gave and who confirmed."""

    async def read(connection: Any) -> list[Any]:
        found: list[Any] = await connection.fetch('select * from "grant" order by staff_id, valid_from')
        return found

    for row in _run(read):
        place = row["centre"] or row["org"] or row["region"]
        state = "ended" if row["valid_to"] else f"confirmed by {row['confirmed_by']}" if row["confirmed_by"] else "waits for a dpo"
        print(f"{row['grant_id']}  {row['staff_id']:<24} {row['role']:<22} {place:<12} by {row['granted_by']}, {state}")


def _run(work: Callable[[Any], Awaitable[Any]]) -> Any:
    """Do something in the database `access` as its owner."""
    import asyncpg

    from cli.process import settings_of

    async def connected() -> Any:
        connection = await asyncpg.connect(settings_of("access", "migrate").database_owner_url, timeout=10)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())
