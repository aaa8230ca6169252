"""docs/reference/states.md: every state machine, as the table that decides and as a diagram."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import services
from cli.reference.table import made_from, table
from shared.eventsourcing.machine import Machine

INTRO = """# States

From which state which command is accepted, and where it leads. The tables are the ones that the services obey; a command
that no row accepts is answered 409 `invalid-state` with what is `allowed`. A command that leaves the state as it is has no
arrow. What the facts carry: [events.md](events.md).

"""


def page() -> str:
    """The whole page."""
    head = made_from("`services/*/*/table.py`") + INTRO
    return (head + "".join(_machine(service, machine) for service, machine in machines())).rstrip() + "\n"


def machines() -> Iterator[tuple[str, Machine[Any]]]:
    """(service, machine) of every `MACHINES` in a `table.py`, in the order of services and aggregates."""
    for module in sorted(pkgutil.walk_packages(services.__path__, "services."), key=lambda each: each.name):
        if module.name.endswith(".table"):
            for machine in getattr(importlib.import_module(module.name), "MACHINES", ()):
                yield module.name.split(".")[1], machine


def _machine(service: str, machine: Machine[Any]) -> str:
    text = f"## {machine.name} ({service})\n\n{inspect.getdoc(machine.states)}\n\n"
    text += f"States: `{machine.states.__name__}`.\n\n{_diagram(machine)}\n"
    rows = [
        (
            " ".join(state.value for state in machine.states if state in move.sources) or "-",
            f"{move.command} ({move.who})" if move.who else move.command,
            move.target.value if move.target is not None else "same",
            move.event,
            move.guard,
        )
        for move in machine.moves
    ]
    return text + table(("From", "Command (who)", "To", "Event", "Guard"), rows) + "\n"


def _diagram(machine: Machine[Any]) -> str:
    """One arrow for each pair of states; states that nothing leaves lead to the end."""
    lines = ["```mermaid", "stateDiagram-v2"]
    left = set()
    for source, target, commands in machine.arrows():
        left.add(source)
        lines.append(f"    {'[*]' if source is None else source.value} --> {target.value}: {', '.join(commands)}")
    reached = {target for _, target, _ in machine.arrows()}
    lines += [f"    {state.value} --> [*]" for state in machine.states if state in reached and state not in left]
    return "\n".join([*lines, "```"]) + "\n"
