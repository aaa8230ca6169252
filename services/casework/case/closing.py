"""The end of a case, and its going on after all: every need an outcome, nothing left running, a signature where it is due."""

from datetime import date
from typing import Final
from uuid import UUID

from services.casework.assistance.table import REQUESTED_STILL
from shared.codes import ClosureReason, ReturnStage
from shared.contracts.casework import ending
from shared.errors import Rejected
from shared.eventsourcing.event import Event

from .commands import CloseCase, ReopenCase
from .state import State

ENDED_RETURN: Final = frozenset({ReturnStage.CLOSED, ReturnStage.WITHDRAWN})


def close(command: CloseCase, state: State) -> list[Event]:
    """The system's closure for an erasure passes every guard."""
    if command.reason is not ClosureReason.ERASURE:
        _may_close(command, state)
    told = ending.ClosureProfile(reason=command.reason, outcomes=command.outcomes)
    narrative = ending.ClosureNarrative(**told.model_dump(), summary=command.summary)
    return [ending.CaseClosed(closed_on=command.closed_on, approved=command.approved, profile=told, narrative=narrative)]


def _may_close(command: CloseCase, state: State) -> None:
    needs = [outcome.need_id for outcome in command.outcomes]
    answered = set(needs)
    # Each outcome is counted: one need with two, or under another code, would be in the figures as what it is not.
    strange = {n: "need_id" for n, need in enumerate(needs) if need not in state.needs or need in needs[:n]}
    strange |= {n: "code" for n, o in enumerate(command.outcomes) if n not in strange and o.code is not state.needs[o.need_id]}
    if strange:
        errors = [{"loc": f"/outcomes/{n}/{member}", "code": "not-allowed-here"} for n, member in sorted(strange.items())]
        raise Rejected("validation", "Give each need of this case one outcome, under its own code.", errors=errors)
    if left := _left(command, state, answered):
        raise Rejected("open-items", "Give every need an outcome and end what still runs.", kinds=left)
    if (state.to_be_signed or command.reason is not ClosureReason.COMPLETED) and not command.approved:
        raise Rejected("approval-needed", "A supervisor closes this case and names who asked (requested_by).")


def _left(command: CloseCase, state: State, answered: set[UUID]) -> list[str]:
    """Kinds of what is still open; codes only."""
    known = state.assistance
    kinds = {
        "need": not state.needs.keys() <= answered,
        "stay": command.staying,
        "return": any(journey.stage not in ENDED_RETURN for journey in known.returns.values()),
        "consular-request": any(request.stage in REQUESTED_STILL for request in known.requests.values()),
    }
    return [kind for kind, there in kinds.items() if there]


def reopen(command: ReopenCase, state: State) -> list[Event]:
    """At most twelve months after the closure; later a new case names this one."""
    if state.closed_on is None or command.on > _a_year_after(state.closed_on):
        raise Rejected("invalid-state", "Open a new case with previous_case_id.", state="CLOSED", allowed=[])
    return [ending.CaseReopened(prior_closure=command.prior_closure, narrative=ending.ReopeningNote(reason=command.reason))]


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)
