"""`gabay acl`: who may do what on Kafka, from the one table."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.process import settings_of
from cli.rebuild import quiet
from shared.errors import Rejected

acl = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
File = Annotated[Path | None, typer.Option("--integrators", help="who subscribes to what; default: deploy/integrators/<region>.toml")]


@acl.command("list")
def list_(integrators: File = None) -> None:
    """Print the table: one line per permission."""
    for grant in _table(integrators):
        print(grant)


@acl.command("apply")
def apply(
    integrators: File = None,
    passwords: Annotated[
        Path | None, typer.Option(help="folder with <principal>.password each; missing ones are drawn, and the users made")
    ] = None,
) -> None:
    """Make the broker's lists equal to the table: grant what is missing, take away what is not in it.

    Asks the broker as the principal of GABAY_KAFKA_USERNAME, who must be a super user; on a laptop as its administrator.

    gabay acl apply --passwords /etc/gabay/kafka
    """
    from shared.messaging import acl as lists

    quiet()
    table = _table(integrators)

    async def run() -> Any:
        broker = _broker()
        if passwords is not None:
            users = dict.fromkeys(grant.principal for grant in table)
            await lists.set_passwords(broker, {name: _password(passwords, name) for name in users})
        return await lists.apply(broker, table)

    done = asyncio.run(run())
    for grant in done.granted:
        print(f"granted: {grant}")
    for text in done.revoked:
        print(f"taken away: {text}")
    print(f"{len(table)} permissions; {len(done.granted)} granted, {len(done.revoked)} taken away")


@acl.command("check")
def check(integrators: File = None) -> None:
    """Compare the broker's lists with the table; exit status 1 when they differ.

    gabay acl check
    """
    from shared.messaging import acl as lists

    quiet()
    missing, surplus = asyncio.run(lists.check(_broker(), _table(integrators)))
    for text in missing:
        print(f"missing: {text}")
    for text in surplus:
        print(f"not in the table: {text}")
    if not missing and not surplus:
        print("the broker allows exactly what the table says")
    raise typer.Exit(1 if missing or surplus else 0)


def _table(file: Path | None) -> tuple[Any, ...]:
    from shared.messaging.access import load_integrators, table
    from shared.settings import ROOT

    settings = settings_of(None, "cli")
    if file is not None and not file.exists():
        raise Rejected("not-found", "The file of --integrators is not there.")
    try:
        return table(load_integrators(file or ROOT / "deploy" / "integrators" / f"{settings.region}.toml"))
    except ValueError as error:
        raise Rejected("validation", str(error)) from None


def _broker() -> Any:
    from deploy.embedded.problem import StackProblem
    from deploy.embedded.stack import Stack
    from shared.messaging.broker import Broker

    settings = settings_of(None, "cli")
    if settings.mode == "development":
        try:
            stack = Stack.at()
        except StackProblem:
            return Broker.of(settings)
        if stack.bootstrap == settings.kafka_bootstrap:
            if stack.secure is None:
                raise Rejected("invalid-state", "This broker has no access control: gabay down, then gabay up --secure.")
            return stack.administrator()
    return Broker.of(settings)


def _password(folder: Path, principal: str) -> str:
    path = folder / f"{principal}.password"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(24))
    return path.read_text().strip()
