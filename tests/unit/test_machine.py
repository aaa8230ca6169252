"""The language of state machines, and that every table of the services can be shown."""

from enum import StrEnum

import pytest

from cli.reference import states
from shared.eventsourcing.machine import Machine, Move


class Door(StrEnum):
    """A door."""

    OPEN = "OPEN"
    SHUT = "SHUT"
    LOCKED = "LOCKED"


DOOR = Machine(
    "Door",
    Door,
    (
        Move("Build", frozenset(), Door.OPEN),
        Move("Shut", frozenset({Door.OPEN}), Door.SHUT),
        Move("Knock", frozenset({Door.SHUT, Door.LOCKED})),
        Move("Lock", frozenset({Door.SHUT}), Door.LOCKED),
        Move("Open", frozenset({Door.SHUT}), Door.OPEN),
    ),
)


def test_a_machine_says_what_may_be_done_and_where_it_leads() -> None:
    assert DOOR.accepts("Build", None)
    assert not DOOR.accepts("Build", Door.SHUT)
    assert DOOR.commands(Door.SHUT) == ["Knock", "Lock", "Open"]
    assert DOOR.following(Door.SHUT) == [Door.LOCKED, Door.OPEN]
    assert DOOR.leads(Door.OPEN, Door.SHUT)
    assert not DOOR.leads(Door.OPEN, Door.LOCKED)
    assert DOOR.sources("Knock") == {Door.SHUT, Door.LOCKED}


def test_a_diagram_has_one_arrow_for_each_pair_of_states() -> None:
    arrows = [(source, target, commands) for source, target, commands in DOOR.arrows()]
    assert arrows == [
        (None, Door.OPEN, ["Build"]),
        (Door.SHUT, Door.OPEN, ["Open"]),
        (Door.OPEN, Door.SHUT, ["Shut"]),
        (Door.SHUT, Door.LOCKED, ["Lock"]),
    ]


@pytest.mark.parametrize("machine", [each for _, each in states.machines()], ids=lambda each: each.name)
def test_every_state_of_a_table_is_reached_from_its_beginning(machine: Machine[Door]) -> None:
    seen, waiting = set(), machine.following(None)
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.add(state)
            waiting += machine.following(state)
    assert seen == set(machine.states)


def test_the_machines_are_found() -> None:
    assert ("casework", "Case") in [(service, machine.name) for service, machine in states.machines()]
