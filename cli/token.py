"""`gabay token`: a development token on stdout, and the rows that make it worth something."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer


def token(
    role: Annotated[str | None, typer.Option(help="reception, caseworker, supervisor, statistician ...")] = None,
    centre: Annotated[str | None, typer.Option(help="e.g. PH-ANT-01")] = None,
    org: Annotated[str | None, typer.Option(help="organisation of an agency_desk, e.g. OWWA")] = None,
    device: Annotated[str | None, typer.Option(help="id of a device of --centre; hands in batches")] = None,
    staff: Annotated[str | None, typer.Option(help="staff id; default: made of role and place")] = None,
    step_up: Annotated[bool, typer.Option("--step-up", help="as after a strong login just now")] = False,
) -> None:
    """Print a token of the local issuer, good for an hour. Registers the member of staff or the device first.

    TOKEN=$(gabay token --role caseworker --centre PH-ANT-01)
    """
    from cli.process import settings_of
    from shared.http.development import development_token
    from shared.http.issuer import refuse_production

    issuer = settings_of(None, "issuer")
    refuse_production(issuer.mode)
    access = settings_of("access", "migrate")
    print(
        asyncio.run(
            development_token(
                home=issuer.home, issuer=issuer.oidc_issuer, access_dsn=access.database_owner_url, region=issuer.region, role=role,
                centre=centre, org=org, device=device, staff=staff, step_up=step_up,
            )
        )
    )  # fmt: skip
