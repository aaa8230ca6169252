"""Searching for a person: no match before the asker's consent, no whereabouts before the sought person's own."""

from typing import Final

from services.casework.case.state import State
from shared.codes import Purpose, TracingOutcome, TracingStage
from shared.contracts.casework import assistance as facts
from shared.errors import OutOfScope, Rejected
from shared.eventsourcing.event import Event

from .commands import ProgressTracing
from .state import Search
from .table import TRACING, check
from .warrant import another, check_alive, check_consent, check_day, refused_at

CONSENTED: Final = frozenset({TracingStage.OPEN, TracingStage.IN_PROGRESS, TracingStage.VERIFIED, TracingStage.REUNIFIED})
FOUND: Final = frozenset({TracingStage.VERIFIED, TracingStage.REUNIFIED})
"""Stages at which it is known where the person is."""


def progress(command: ProgressTracing, state: State) -> list[Event]:
    """The next stage of a search, or its first one."""
    known = state.assistance.searches.get(command.tracing_id)
    if known is None and command.stage is not TracingStage.OPEN:
        raise OutOfScope()
    if known is not None and known.stage is command.stage:
        if command.stage is TracingStage.OPEN and (known.told is None or known.told.relation is not command.relation):
            raise another()
        return []
    check(TRACING, known.stage if known else None, command.stage)
    if command.warrant is not None:
        check_day(command.on, command.warrant)
        check_alive(command.warrant, state)
        if command.stage in CONSENTED:
            check_consent(command.warrant, Purpose.TRACING)
        _check_sought(command)
    sought_id = known.sought_id if known else command.sought_id
    if sought_id is None or sought_id == state.client_id:
        raise refused_at("/sought_id", "missing" if sought_id is None else "not-allowed-here")
    told = _told(command, known)
    return [
        facts.TracingProgressed(
            tracing_id=command.tracing_id,
            sought_id=sought_id,
            from_=known.stage if known else None,
            stage=command.stage,
            on=command.on,
            action=command.action,
            profile=told,
            narrative=facts.TracingNarrative(**told.model_dump(), note=command.note),
            protected=_sought(command),
        )
    ]


def _check_sought(command: ProgressTracing) -> None:
    """Where somebody is, is theirs to tell; to meet takes both."""
    where = command.stage in FOUND and (command.last_place or command.phone)
    if (where or command.stage is TracingStage.REUNIFIED) and not command.sought_agrees:
        raise Rejected("consent-missing", "Ask the person who was found; until then tell nobody where they are.", purpose="TRACING")


def _told(command: ProgressTracing, known: Search | None) -> facts.TracingProfile:
    relation = known.told.relation if known and known.told else command.relation
    if relation is None:
        raise Rejected("client-erased", "Who asked is forgotten.") if known else refused_at("/relation", "missing")
    if known is None and command.names is None:
        raise refused_at("/names", "missing")
    return facts.TracingProfile(outcome=_outcome(command, known), relation=relation)


def _outcome(command: ProgressTracing, known: Search | None) -> TracingOutcome:
    reunified = command.stage is TracingStage.REUNIFIED or (known is not None and known.reunified_on is not None)
    if command.stage is not TracingStage.CLOSED:
        if command.outcome is not None:
            raise refused_at("/outcome", "not-allowed-here")
        return TracingOutcome.SUCCESSFUL if reunified else TracingOutcome.PENDING
    outcome = command.outcome or (TracingOutcome.SUCCESSFUL if reunified else None)
    if outcome in (None, TracingOutcome.PENDING):
        raise refused_at("/outcome", "missing" if outcome is None else "not-allowed-here")
    return outcome


def _sought(command: ProgressTracing) -> facts.Sought | None:
    told = facts.Sought(names=command.names, last_place=command.last_place, phone=command.phone, separation=command.separation)
    return told if told.model_dump(exclude_none=True) else None
