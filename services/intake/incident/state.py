"""What later decisions need to know of an incident."""

from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from shared.codes import IncidentStage
from shared.contracts.entry import EntryVoided
from shared.contracts.intake.incident import IncidentEvent, IncidentProgressed, IncidentReported


@dataclass(frozen=True, slots=True)
class State:
    """steps: every stage so far, with the organisation it named."""

    reported: bool = False
    client_id: UUID | None = None
    stage: IncidentStage | None = None
    steps: frozenset[tuple[IncidentStage, str | None]] = field(default_factory=frozenset)


def evolve(state: State, event: IncidentEvent) -> State:
    match event:
        case IncidentReported():
            return replace(state, reported=True, client_id=event.client_id)
        case IncidentProgressed():
            return replace(state, stage=event.stage, steps=state.steps | {(event.stage, event.to_org)})
        case EntryVoided():
            return state
        case _:
            assert_never(event)
