"""What is known of one piece of feedback, folded from its facts."""

from dataclasses import dataclass, replace
from typing import assert_never

from shared.codes import ComplaintStage, FeedbackKind
from shared.contracts.casework.feedback import ComplaintProgressed, FeedbackEvent, FeedbackNarrative, FeedbackRecorded
from shared.contracts.entry import EntryVoided


@dataclass(frozen=True, slots=True)
class State:
    """What later decisions need to know, and nothing else. `kind` None: there is none.

    stage: of a complaint. about_worker: who never handles it.
    """

    kind: FeedbackKind | None = None
    stage: ComplaintStage | None = None
    about_worker: str | None = None
    handler: str | None = None


def evolve(state: State, event: FeedbackEvent) -> State:
    match event:
        case FeedbackRecorded(kind=kind, narrative=told):
            return replace(
                state,
                kind=kind,
                stage=ComplaintStage.RECEIVED if kind is FeedbackKind.COMPLAINT else None,
                about_worker=told.about_worker if isinstance(told, FeedbackNarrative) else None,
            )
        case ComplaintProgressed(stage=stage, handler=handler):
            return replace(state, stage=stage, handler=handler)
        case EntryVoided():
            return state  # what it voids is never folded
        case _:
            assert_never(event)
