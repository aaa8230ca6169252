"""`gabay rebuild SERVICE.MODEL`: regrow a read model beside the live one, then show it in one transaction."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.process import SERVICES, parts_of, projections_of, settings_of
from shared.errors import Rejected

if TYPE_CHECKING:
    from shared.eventsourcing.projection import Projection
    from shared.eventsourcing.reaction import Reactions
    from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Found:
    """What a worker runs under a consumer's name: a projection or the reactions of its service."""

    service: str
    settings: Settings
    projection: Projection | None
    reactions: Reactions | None


def model(name: str) -> Found:
    """The projection called `<service>.<read model>`."""
    service, _, rest = name.partition(".")
    _worker(service)
    settings = _settings(service)
    projections = projections_of(service, settings)
    for projection in projections:
        if projection.name == name and rest:
            return Found(service, settings, projection, None)
    known = ", ".join(projection.name for projection in projections) or "none"
    raise Rejected("not-found", f"{service} has no read model {rest or '(missing)'}; it has: {known}.")


def consumer(name: str) -> Found:
    """The projection (at its generation) or the reactions behind a consumer's name."""
    service, _, rest = name.partition(".")
    module = _worker(service)
    if rest == "reactions" and module.REACTIONS is not None:
        return Found(service, _settings(service), None, module.REACTIONS)
    stem, _, version = name.rpartition(".v")
    if not version.isdigit():
        raise Rejected("not-found", f"{name} is no consumer: name it with its version, such as {name}.v1.")
    found = model(stem)
    from shared.messaging.models import at_generation

    assert found.projection is not None
    return Found(service, found.settings, at_generation(found.projection, int(version)), None)


def quiet() -> None:
    """What a Kafka client tells of its joining and leaving is for a worker's log, not for a terminal."""
    from shared import telemetry

    telemetry.setup_logs(level="error")


def rebuild(
    name: Annotated[str, typer.Argument(metavar="SERVICE.MODEL", help="such as reporting.facts")],
    keep_hours: Annotated[float, typer.Option(help="drop generations that were retired longer ago")] = 24,
) -> None:
    """Fill a new generation of a read model from the start of its topics and swap it in.

    Readers see the old one until then. May be interrupted and called again: it goes on where it stopped.

    gabay rebuild casework.caseload
    """
    quiet()
    found = model(name)
    owner = settings_of(found.service, "migrate").database_owner_url
    assert found.projection is not None
    asyncio.run(_rebuild(found, found.projection, owner, keep_hours))


async def missing(services: Iterable[str]) -> list[str]:
    """Read models of these services that today's code can't fill: they were made by an earlier release."""
    import asyncpg

    from shared.messaging.models import live_generation

    names = []
    for service in services:
        settings = settings_of(service, "migrate")
        connection = await asyncpg.connect(settings.database_owner_url, timeout=30)
        try:
            names += [p.name for p in projections_of(service, settings) if await live_generation(connection, p) is None]
        finally:
            await connection.close()
    return names


async def _rebuild(found: Found, projection: Projection, owner: str, keep_hours: float) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from shared.messaging.broker import Broker
    from shared.messaging.rebuild import rebuild as run
    from shared.messaging.worker import calm_collector

    columns = (TextColumn(projection.name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with parts_of(found.settings) as parts:
        calm_collector()
        with Progress(*columns) as bar:
            task = bar.add_task("records", total=None)
            done = await run(
                projection,
                owner_dsn=owner,
                worker_dsn=found.settings.database_url,
                broker=Broker.of(found.settings),
                sealer=parts.sealer,
                told=lambda count, total: bar.update(task, completed=count, total=total),
                keep_hours=keep_hours,
            )
    print(f"{projection.name}: generation {done.version} is live, {done.records} records read")
    if done.parked:
        print(f"{done.parked} streams are parked: ./gabay parked list --consumer {projection.name}.v{done.version}")


def _settings(service: str) -> Settings:
    """As the service's worker has them, its region too.

    A worker's module reads the region file when a fact first needs it, from this process's environment: without its name
    a rebuild beside the embedded stack parked every fact that needed a clock.
    """
    settings = settings_of(service, "worker")
    os.environ.setdefault("GABAY_REGION", settings.region)
    if settings.region_file:
        os.environ.setdefault("GABAY_REGION_FILE", str(settings.region_file))
    return settings


def _worker(service: str) -> Any:
    if service not in SERVICES:
        raise Rejected("not-found", f"There is no service {service}: one of {', '.join(SERVICES)}.")
    return importlib.import_module(f"services.{service}.worker")
