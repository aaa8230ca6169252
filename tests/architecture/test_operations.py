"""Every operation of every service has an action of the matrix, and asks whether this caller may do it to this object."""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shared.http import authorise
from shared.http.command import Answer, Call, CommandRouter, Resource
from shared.http.operation import PUBLIC, RELEASED, Operation
from shared.settings import Settings
from tests.architecture.sources import ROOT, SERVICES, called

# What checks the object: the check itself, the two of `Call` that begin with it, and what a list asks of every place.
CHECKS = frozenset({"allow", "load", "run", "may"})

# Checks that a service keeps among its parts, to ask them once for many calls. A test looks into each.
KEPT = {"call.parts.places": "services.reporting.parts:Reporting.places"}

# Name of the function -> why the check of the function (role and scope) is enough.
WITHOUT_OBJECT = {
    "receipts": "looks up the caller's own keys: the principal is part of every id",
    "list_statistics_tables": "a catalogue of questions, without any count",
    "list_entries": "the directory is the region's: whoever reads one entry reads all",
}


@cache
def operations(service: str) -> tuple[Operation, ...]:
    """What the service's app declares. Nothing is opened: that happens when it starts."""
    if not (ROOT / "services" / service / "api.py").exists():
        pytest.skip(f"{service} has no api yet")
    api = importlib.import_module(f"services.{service}.api")
    app = api.app(Settings(service=service, process="api"))  # type: ignore[arg-type]
    return tuple(app.operations)


def checks(function: Callable[..., Any]) -> bool:
    """Whether a function, or one that it calls by name and that this project wrote, calls a check of the object."""
    seen: set[Callable[..., Any]] = set()
    waiting = [inspect.unwrap(function)]
    while waiting:
        each = waiting.pop()
        if each in seen or not inspect.isfunction(each) or not _ours(each):
            continue
        seen.add(each)
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(each)))):
            name = called(node) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and _is_check(node, name):
                return True
            waiting += _named(each, name)
    return False


def _is_check(node: ast.Call, name: str) -> bool:
    what = name.rpartition(".")[2]
    return name == "authorise.decide" or name in KEPT or ("." in name and what in CHECKS and (what != "may" or len(node.args) == 2))


def _ours(function: Callable[..., Any]) -> bool:
    return Path(inspect.getfile(function)).is_relative_to(ROOT) and ".venv" not in inspect.getfile(function)


def _named(function: Callable[..., Any], name: str) -> Iterator[Callable[..., Any]]:
    """The function of a plain or dotted name, as the caller's module knows it."""
    first, *rest = name.split(".")
    value = function.__globals__.get(first)
    for attribute in rest:
        value = getattr(value, attribute, None) if isinstance(value, ModuleType) else None
    if inspect.isfunction(value):
        yield value


@pytest.mark.parametrize("where", KEPT.values())
def test_a_check_among_the_parts_asks_the_matrix(where: str) -> None:
    module, _, path = where.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    assert "authorise.decide(" in inspect.getsource(found)


def unauthorised(some: Iterable[Operation]) -> list[str]:
    """Operations without an action of the matrix, or whose function checks no object."""
    bad = []
    for op in some:
        where = f"{inspect.getfile(op.function)}:{op.function.__code__.co_firstlineno}: {op.route}"
        # What was published is everybody's; the ledger shows nothing else.
        if op.action in (PUBLIC, RELEASED) and op.public:
            continue
        if op.action not in authorise.matrix():
            bad.append(f"{where}: the action {op.action} stands in no row of matrix.csv")
        elif op.kind != "batch" and op.name not in WITHOUT_OBJECT and not checks(op.function):
            bad.append(f"{where}: checks no object (call.allow, call.run, call.load)")
    return bad


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_an_action_and_asks_for_its_object(service: str) -> None:
    assert not (bad := unauthorised(operations(service))), "\n".join(bad)


@pytest.mark.parametrize("service", SERVICES)
def test_what_shows_a_sealed_class_is_no_public_operation(service: str) -> None:
    assert not [op.route for op in operations(service) if op.classes and op.public]


@pytest.mark.parametrize("service", SERVICES)
def test_an_operation_says_what_it_does(service: str) -> None:
    silent = [op.route for op in operations(service) if not (op.function.__doc__ or "").strip() and op.kind != "batch"]
    assert not silent, f"no docstring, so no summary in the API document: {silent}"


async def _forgetful(call: Call) -> Answer:
    return await call.show(await call.parts.pool.fetch("everything"))


async def _careful(call: Call) -> Answer:
    return await _by_another(call)


async def _by_another(call: Call) -> Answer:
    call.allow(Resource(centre="HN-EP-01"))
    return await call.show({})


def test_an_operation_that_checks_no_object_is_found() -> None:
    router = CommandRouter("planted")
    router.read("GET", "/v1/planted", action="client.read")(_forgetful)
    router.read("GET", "/v1/careful", action="client.read")(_careful)
    assert [line.partition(": ")[2] for line in unauthorised(router.operations)] == [
        "GET /v1/planted: checks no object (call.allow, call.run, call.load)"
    ]


def test_an_action_that_no_row_knows_is_refused_at_declaration() -> None:
    router = CommandRouter("planted")
    with pytest.raises(ValueError, match="stands in no row"):
        router.read("GET", "/v1/planted", action="client.peek")(_careful)
