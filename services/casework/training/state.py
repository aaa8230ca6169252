"""What is known of one training session, folded from its facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from shared.codes import SessionState
from shared.contracts.casework.training_session import (
    TrainingEnrolled,
    TrainingEvent,
    TrainingOutcomeRecorded,
    TrainingSessionCancelled,
    TrainingSessionHeld,
    TrainingSessionScheduled,
    TrainingUnenrolled,
)
from shared.contracts.entry import EntryVoided


@dataclass(frozen=True, slots=True)
class State:
    """What later decisions need to know, and nothing else. `state` None: there is no such session."""

    state: SessionState | None = None
    scheduled: TrainingSessionScheduled | None = None
    held: TrainingSessionHeld | None = None
    enrolled: frozenset[UUID] = frozenset()
    outcomes: Mapping[UUID, TrainingOutcomeRecorded] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return self.scheduled is not None and len(self.enrolled) >= self.scheduled.capacity


def evolve(state: State, event: TrainingEvent) -> State:
    match event:
        case TrainingSessionScheduled():
            return replace(state, state=SessionState.SCHEDULED, scheduled=event)
        case TrainingEnrolled(client_id=client_id):
            return replace(state, enrolled=state.enrolled | {client_id})
        case TrainingUnenrolled(client_id=client_id):
            return replace(state, enrolled=state.enrolled - {client_id})
        case TrainingSessionHeld():
            return replace(state, state=SessionState.HELD, held=event)
        case TrainingOutcomeRecorded(client_id=client_id):
            return replace(state, outcomes={**state.outcomes, client_id: event})
        case TrainingSessionCancelled():
            return replace(state, state=SessionState.CANCELLED)
        case EntryVoided():
            return state  # what it voids is never folded
        case _:
            assert_never(event)
