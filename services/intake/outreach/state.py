"""A session is one fact; nothing later depends on it but that it exists."""

from dataclasses import dataclass
from typing import assert_never

from shared.contracts.entry import EntryVoided
from shared.contracts.intake.outreach import OutreachEvent, OutreachSessionHeld


@dataclass(frozen=True, slots=True)
class State:
    held: bool = False


def evolve(state: State, event: OutreachEvent) -> State:
    match event:
        case OutreachSessionHeld():
            return State(held=True)
        case EntryVoided():
            return state
        case _:
            assert_never(event)
