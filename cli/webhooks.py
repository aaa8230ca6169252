"""`gabay webhooks`: facts by HTTP for an integrator without Kafka."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.parked import moment
from cli.process import settings_of
from cli.rebuild import quiet
from shared.errors import Rejected
from shared.eventsourcing.event import instant

webhooks = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="the integrator, such as acme")]
Config = Annotated[Path | None, typer.Option("--config", help="default: deploy/integrators/<region>.toml")]
State = Annotated[Path | None, typer.Option("--state", help="its file; default: below the home of the stack")]


@webhooks.command("run")
def run(name: Name, config: Config = None, state: State = None) -> None:
    """Read the topics of an agreement as integrator-NAME and post each fact to the endpoints, until SIGTERM.

    At least once, in order per stream; signed (Standard Webhooks). A receiver that fails is tried for three days, then parked.

    gabay webhooks run acme
    """
    from shared import telemetry

    sender, queue, _ = _open(name, config, state)
    telemetry.setup(settings_of(None, "cli"))

    async def main() -> None:
        task = asyncio.ensure_future(sender.run())
        for signum in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signum, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            pass
        finally:
            queue.close()

    asyncio.run(main())


@webhooks.command("list")
def list_(name: Name, config: Config = None, state: State = None) -> None:
    """Each endpoint: how many facts wait for it, since when it fails, and why it is parked.

    gabay webhooks list acme
    """
    _, queue, _ = _open(name, config, state)
    for endpoint, waiting, parked, since in queue.overview():
        failing = f"failing since {datetime.fromtimestamp(since, UTC):%Y-%m-%dT%H:%MZ}" if since else ""
        print(f"{endpoint:<24} {waiting:>8} waiting  {f'PARKED: {parked}' if parked else failing}".rstrip())
    queue.close()


@webhooks.command("release")
def release(name: Name, endpoint: str, config: Config = None, state: State = None) -> None:
    """Try a parked endpoint again, at once.

    gabay webhooks release acme desk
    """
    _, queue, endpoints = _open(name, config, state)
    print(f"{queue.release(_known(endpoints, endpoint).name)} facts wait for {endpoint}")
    queue.close()


@webhooks.command("replay")
def replay(
    name: Name,
    endpoint: str,
    stream: Annotated[str, typer.Option(help="only this stream")] = "",
    since: Annotated[str | None, typer.Option(help="only what was recorded since, RFC 3339")] = None,
    config: Config = None,
    state: State = None,
) -> None:
    """Deliver facts to an endpoint once more, with the ids that they had. It may run meanwhile.

    gabay webhooks replay acme desk --since 2026-03-01T00:00:00Z
    """
    sender, queue, endpoints = _open(name, config, state)
    count = asyncio.run(sender.again(_known(endpoints, endpoint), stream=stream, since=instant(moment(since)) if since else ""))
    print(f"{count} facts wait for {endpoint} once more")
    queue.close()


def _open(name: str, config: Path | None, state: Path | None) -> tuple[Any, Any, list[Any]]:
    from dataclasses import replace

    from deploy.embedded.problem import StackProblem
    from deploy.embedded.stack import Stack
    from shared.messaging.broker import Broker
    from shared.settings import ROOT
    from shared.webhooks.endpoint import load
    from shared.webhooks.process import Sender
    from shared.webhooks.queue import Queue

    quiet()
    settings = settings_of(None, "cli")
    try:
        topics, endpoints = load(config or ROOT / "deploy" / "integrators" / f"{settings.region}.toml", name)
    except ValueError as error:
        raise Rejected("validation", str(error)) from None
    broker, home = Broker.of(settings), ROOT / ".gabay"
    if settings.mode != "production":
        try:
            stack = Stack.at()
            home = stack.home.path
            if stack.bootstrap == settings.kafka_bootstrap:
                broker = stack.broker(f"integrator-{name}")
        except StackProblem:
            pass
    queue = Queue(state or home / "webhooks" / f"{name}.db")
    return Sender(replace(broker, client_id=f"gabay-webhooks-{name}"), topics, endpoints, queue, f"integrator.{name}"), queue, endpoints


def _known(endpoints: list[Any], name: str) -> Any:
    found = next((each for each in endpoints if each.name == name), None)
    if found is None:
        raise Rejected("not-found", f"No such endpoint; there are: {', '.join(each.name for each in endpoints)}.")
    return found
