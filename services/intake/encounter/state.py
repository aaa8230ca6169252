"""An encounter is one fact; nothing later depends on it but that it exists."""

from dataclasses import dataclass
from typing import assert_never

from shared.contracts.entry import EntryVoided
from shared.contracts.intake.encounter import EncounterEvent, EncounterRecorded, TransitGroupObserved


@dataclass(frozen=True, slots=True)
class State:
    recorded: bool = False


def evolve(state: State, event: EncounterEvent) -> State:
    match event:
        case EncounterRecorded() | TransitGroupObserved():
            return State(recorded=True)
        case EntryVoided():
            return state
        case _:
            assert_never(event)
