"""`gabay recover`, `gabay keyring reconcile`: what has to happen between a restore and the first process that serves."""

from __future__ import annotations

import asyncio
import getpass
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.process import SERVICES, _known, settings_of
from cli.rebuild import quiet
from shared.eventsourcing.decider import Decider
from shared.messaging.contracts import aggregates

if TYPE_CHECKING:
    from shared.messaging.recover import Recovered
    from shared.privacy.reconcile import Reconciled
    from shared.region import Region
    from shared.settings import Settings

keyring = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

By = Annotated[str, typer.Option("--by", help="your own staff id; default: your name on this machine")]
RECONCILED = ("keyring", "intake", "referrals")
At = Callable[[str], Decider[Any, Any]]


def recover(service: Annotated[str, typer.Argument(help="whose store was restored")], by: By = "") -> None:
    """Append to SERVICE's restored store what its topics have beyond it: before any of its processes starts.

    Otherwise new facts would use versions that consumers have applied already, and be passed over. Safe to repeat.

    gabay recover intake --by stf-admin
    """
    quiet()
    told = asyncio.run(run_recover(settings_of(_known(service, SERVICES), "worker"), by or getpass.getuser()))
    print(f"{service}: {told.read} records read, {told.events} facts of {len(told.streams)} streams taken back")
    if told.unsent:
        print(f"{service}: {told.unsent} stored facts are on no topic: ./gabay republish {service}")


async def run_recover(settings: Settings, operator: str) -> Recovered:
    """`gabay recover` for callers with a loop. settings: of the service's worker."""
    from shared.compose import open_parts
    from shared.messaging.broker import Broker
    from shared.messaging.recover import recover as run
    from shared.messaging.session import connect
    from shared.region import load_region

    service = str(settings.service)
    worker = importlib.import_module(f"services.{service}.worker")
    connection = await connect(settings.database_url, "gabay recover")
    try:
        async with open_parts(settings) as parts:
            return await run(
                connection,
                Broker.of(settings),
                parts.handle,
                [each for each in aggregates() if each.service == service],
                deciders(service, lambda: load_region(settings.region_path)),
                operator=operator,
                rules=rule_names(worker.REACTIONS),
            )
    finally:
        await connection.close()


def rule_names(reactions: Any) -> list[str]:
    """Names of a service's reactions, from which ids of their commands follow."""
    return sorted({rule.name for rules in reactions.rules.values() for rule in rules}) if reactions is not None else []


def deciders(service: str, region: Callable[[], Region]) -> Mapping[str, At]:
    """Name of an aggregate -> its decider at a centre. Those that are bound to a centre are in BOUND, the rest are values."""
    found: dict[str, At] = {}
    for module in _decisions(service):
        for value in vars(module).values():
            if isinstance(value, Decider):
                found.setdefault(value.aggregate.name, _anywhere(value))
        if make := BOUND.get(module.__name__):
            name, at = make(module, region)
            found[name] = at
    return found


def _case(module: Any, region: Callable[[], Region]) -> tuple[str, At]:
    return "case", module.case_at


def _stay(module: Any, region: Callable[[], Region]) -> tuple[str, At]:
    return "stay", lambda centre: module.stay_in(tuple(region().centre(centre).units))


BOUND: Mapping[str, Callable[[Any, Callable[[], Region]], tuple[str, At]]] = {
    "services.casework.case.decisions": _case,
    "services.casework.stay.decisions": _stay,
}


def _anywhere(decider: Decider[Any, Any]) -> At:
    return lambda _: decider


def _decisions(service: str) -> Iterator[Any]:
    package = importlib.import_module(f"services.{service}")
    for folder in pkgutil.iter_modules(package.__path__):
        if folder.ispkg:
            name = f"services.{service}.{folder.name}"
            for module in pkgutil.iter_modules(importlib.import_module(name).__path__):
                if module.name == "decisions":
                    yield importlib.import_module(f"{name}.decisions")


@keyring.command("reconcile")
def reconcile() -> None:
    """Destroy again the keys that were destroyed after the restored backup: of the erased, of ended consents, of packets.

    Reads the stores of intake and referrals, so they come first: gabay recover. Safe to repeat.

    gabay keyring reconcile
    """
    told = asyncio.run(run_reconcile([settings_of(target, "migrate").database_owner_url for target in RECONCILED]))
    print(f"keys destroyed again: {told.erased} of erased subjects, {told.profiles} of ended consents, {told.packets} of closed packets")


@keyring.callback()
def _keyring() -> None:
    """The keyring of this region."""


async def run_reconcile(addresses: Sequence[str]) -> Reconciled:
    """`gabay keyring reconcile` for callers with a loop. addresses: of RECONCILED, as their owners."""
    import asyncpg

    from shared.privacy.reconcile import reconcile as run

    connections = []
    try:
        for address in addresses:
            connections.append(await asyncpg.connect(address, timeout=10))
        return await run(*connections)
    finally:
        for each in connections:
            await each.close()
