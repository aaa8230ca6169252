"""One process of a service in the foreground: `serve`, `work`, `live`, `issuer`; and what `migrate` runs.

In production everything comes from the environment. On a laptop what the environment does not say comes from the embedded
stack below `.gabay/`, so that one part can be run by hand beside the others.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.settings import Misconfigured, Reason, Settings

if TYPE_CHECKING:
    from shared.messaging.topics import Topic

SERVICES = ("intake", "casework", "referrals", "reporting")
TARGETS = ("keyring", "access", *SERVICES)
NATIONAL_TARGETS = ("access", "reporting")


def settings_of(service: str | None, process: str) -> Settings:
    """Settings from the environment, completed from the embedded stack unless the mode is production."""
    environ = dict(os.environ)
    needed = {"migrate": "GABAY_DATABASE_OWNER_URL", "issuer": "GABAY_HTTP_PORT"}.get(process, "GABAY_DATABASE_URL")
    given = needed in environ or f"{needed}_FILE" in environ
    if environ.get("GABAY_MODE", "development") == "development" and not given:
        from deploy.compose import inside
        from deploy.embedded.problem import StackProblem
        from deploy.embedded.stack import Stack

        try:
            embedded = Stack.at().env(service, process)
        except StackProblem:
            embedded = inside.environment(service, process)  # where there is none either, the settings say what is missing
        environ = {name: value for name, value in embedded.items() if f"{name}_FILE" not in environ} | environ
    return Settings.load(service, process, environ)


def _main_of(module: str) -> Callable[..., Any]:
    found: Callable[..., Any] = importlib.import_module(module).main
    return found


def _known(service: str, names: tuple[str, ...]) -> str:
    if service not in names:
        raise Misconfigured([Reason("CONFIG", "there is no such service", f"one of: {', '.join(names)}")])
    return service


def _to_run(service: str, process: str) -> Settings:
    """The settings of a process that may start; in production, database and brokers are asked as well.

    Raises Misconfigured with every reason, whoever knows it.
    """
    try:
        settings, known = settings_of(service, process), []
    except Misconfigured as error:
        if error.settings is None:
            raise
        settings, known = error.settings, error.reasons
    if settings.mode == "production":
        import asyncio

        from shared.production import refuse

        asyncio.run(refuse(settings, known))
    elif known:
        raise Misconfigured(known)
    return settings


def serve(service: str) -> None:
    """Run the API of SERVICE until SIGTERM."""
    settings = _to_run(_known(service, SERVICES), "api")
    _main_of(f"services.{service}.api")(settings)


def work(service: str) -> None:
    """Run the worker of SERVICE (relay and consumers) until SIGTERM."""
    settings = _to_run(_known(service, SERVICES), "worker")
    _main_of(f"services.{service}.worker")(settings)


def live(service: str) -> None:
    """Run the live board of SERVICE until SIGTERM."""
    settings = _to_run(_known(service, ("reporting",)), "live")
    _main_of(f"services.{service}.live.process")(settings)


def issuer() -> None:
    """Run the local issuer: anybody gets any role from it, so production refuses its tokens."""
    _main_of("shared.http.issuer")(settings_of(None, "issuer"))


def run_migrate(target: str, check: bool) -> None:
    """`gabay migrate`: one database, or with an empty target all of this stack."""
    for each in (_known(target, TARGETS),) if target else _targets():
        _migrate(each, settings_of(each, "migrate"), check)


def _migrate(target: str, settings: Settings, check: bool) -> None:
    """The store of a target, and for a service the tables of read models that its worker fills."""
    _main_of("shared.eventsourcing.migrate")(settings, check)
    if target in SERVICES and not check:
        _main_of("shared.messaging.models")(settings, projections_of(target, settings))


def _targets() -> tuple[str, ...]:
    """The databases of the stack that is meant: a national stack has reporting and access."""
    return NATIONAL_TARGETS if settings_of("reporting", "migrate").national else TARGETS


def served() -> tuple[str, ...]:
    """The services of the stack that is meant: a national stack has reporting alone."""
    return tuple(each for each in NATIONAL_TARGETS if each in SERVICES) if settings_of("reporting", "worker").national else SERVICES


def parts_of(settings: Settings) -> Any:
    """What a worker of these settings stands on, as a context manager."""
    from shared.compose import open_parts

    if settings.national:
        return importlib.import_module(f"services.{settings.service}.national.process").open_parts(settings)
    return open_parts(settings)


def topics_of(settings: Settings) -> tuple[Topic, ...]:
    """The topics of the stack that is meant; a national stack has its regions' roll-ups."""
    from shared.messaging.topics import TOPICS, mirrored

    if not settings.national:
        return TOPICS
    from shared.region_national import load_national

    return tuple(mirrored(each.region) for each in load_national(settings.region_path).regions)


def projections_of(service: str, settings: Settings) -> tuple[Any, ...]:
    """The read models of a service; on a national stack those of what regions released."""
    if settings.national:
        found: tuple[Any, ...] = importlib.import_module(f"services.{service}.national.process").projections(settings)
        return found
    return tuple(importlib.import_module(f"services.{service}.worker").PROJECTIONS)


def _given(*names: str) -> dict[str, str]:
    return {name: os.environ[name] for name in names if os.environ.get(name)}


def prepare(what: str) -> None:
    """What `gabay up` runs once before the services: `migrations` or `topics`."""
    if what == "migrations":
        from deploy.embedded.stack import Stack

        stack = Stack.at(Path(os.environ["GABAY_HOME"]))
        given = _given("GABAY_NATIONAL", "GABAY_REGION", "GABAY_REGION_FILE")
        for target in NATIONAL_TARGETS if "GABAY_NATIONAL" in given else TARGETS:
            _migrate(target, Settings.load(target, "migrate", stack.env(target, "migrate") | given), check=False)
    elif what == "topics":
        import asyncio

        from deploy.embedded.stack import Stack

        asyncio.run(_prepare_topics(Stack.at(Path(os.environ["GABAY_HOME"]))))


async def _prepare_topics(stack: Any) -> None:
    """Topics; on a secured broker also its users and what each of them may."""
    from shared.messaging import access, acl
    from shared.messaging.topics import ensure

    given = _given("GABAY_TOPIC_RETENTION_DAYS", "GABAY_NATIONAL", "GABAY_REGION", "GABAY_REGION_FILE")
    settings = Settings.load(None, "cli", stack.env(None, "cli") | given)
    broker = stack.administrator()
    await ensure(broker, retention_days=settings.topic_retention_days, topics=topics_of(settings))
    if stack.secure:
        integrators = stack.integrators()
        await acl.set_passwords(broker, stack.secure.passwords(access.principals(integrators)))
        await acl.apply(broker, access.table(integrators))
