"""The stages of consular requests, returns and searches, pair by pair (domain chapter, section 9)."""

from typing import Any

import pytest

from services.casework.assistance.table import CONSULAR, MACHINES, RETURN, TRACING
from shared.codes import ConsularStage, ReturnStage, TracingStage
from shared.errors import Rejected
from shared.eventsourcing.machine import Machine
from tests.unit.casework.cases import CASES, opened
from tests.unit.casework.helping import after, asking, going, measuring, searching
from tests.unit.kit import Given

C, R, T = ConsularStage, ReturnStage, TracingStage

PAIRS = {
    CONSULAR.name: {
        (None, C.PREPARED), (C.PREPARED, C.SUBMITTED), (C.SUBMITTED, C.INTERVIEWED), (C.SUBMITTED, C.ISSUED), (C.SUBMITTED, C.REFUSED),
        (C.INTERVIEWED, C.ISSUED), (C.INTERVIEWED, C.REFUSED), (C.PREPARED, C.CANCELLED), (C.SUBMITTED, C.HALTED),
        (C.INTERVIEWED, C.HALTED),
    },
    RETURN.name: {
        (None, R.REQUESTED), (R.REQUESTED, R.COUNSELLED), (R.COUNSELLED, R.VOLUNTARINESS_CONFIRMED),
        (R.VOLUNTARINESS_CONFIRMED, R.DOCUMENTS_IN_PROGRESS), (R.DOCUMENTS_IN_PROGRESS, R.MEDICALLY_CLEARED),
        (R.MEDICALLY_CLEARED, R.TRAVEL_BOOKED), (R.TRAVEL_BOOKED, R.DEPARTED), (R.DEPARTED, R.ARRIVED), (R.ARRIVED, R.PLAN_AGREED),
        (R.PLAN_AGREED, R.MONITORED), (R.ARRIVED, R.CLOSED), (R.PLAN_AGREED, R.CLOSED), (R.MONITORED, R.CLOSED),
        (R.REQUESTED, R.WITHDRAWN), (R.COUNSELLED, R.WITHDRAWN), (R.VOLUNTARINESS_CONFIRMED, R.WITHDRAWN),
        (R.DOCUMENTS_IN_PROGRESS, R.WITHDRAWN), (R.MEDICALLY_CLEARED, R.WITHDRAWN), (R.TRAVEL_BOOKED, R.WITHDRAWN),
    },
    TRACING.name: {
        (None, T.OPEN), (T.OPEN, T.IN_PROGRESS), (T.IN_PROGRESS, T.VERIFIED), (T.VERIFIED, T.REUNIFIED), (T.OPEN, T.SUSPENDED),
        (T.IN_PROGRESS, T.SUSPENDED), (T.VERIFIED, T.SUSPENDED), (T.SUSPENDED, T.IN_PROGRESS), (T.OPEN, T.CLOSED),
        (T.IN_PROGRESS, T.CLOSED), (T.VERIFIED, T.CLOSED), (T.REUNIFIED, T.CLOSED), (T.SUSPENDED, T.CLOSED),
    },
}  # fmt: skip

STEP: dict[str, Any] = {CONSULAR.name: asking, RETURN.name: going, TRACING.name: searching}


def way_to(machine: Machine[Any], stage: Any) -> list[Any]:
    """A shortest way to a stage, along the table."""
    ways: list[list[Any]] = [[target] for target in machine.following(None)]
    for way in ways:
        if way[-1] is stage:
            return way
        ways += [[*way, target] for target in machine.following(way[-1]) if target not in way]
    raise AssertionError(f"nothing leads to {stage}")


def at(machine: Machine[Any], stage: Any) -> Given:
    """A case with one request, return or search at a stage; of a return measured where that is asked for."""
    commands: list[Any] = []
    for step in way_to(machine, stage) if stage else []:
        if step is R.MONITORED:
            commands.append(measuring())
        commands.append(STEP[machine.name](step))
    return after([opened()], *commands)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_the_table_has_exactly_these_pairs(machine: Machine[Any]) -> None:
    stages = [None, *machine.states]
    assert {(one, two) for one in stages for two in machine.states if machine.leads(one, two)} == PAIRS[machine.name]


@pytest.mark.parametrize(
    ("machine", "one", "two"),
    [(machine, one, two) for machine in MACHINES for one in machine.states for two in machine.states if one is not two],
    ids=lambda value: getattr(value, "value", None) or value.name,
)
def test_a_stage_leads_where_the_table_says_and_nowhere_else(machine: Machine[Any], one: Any, two: Any) -> None:
    before = at(machine, one)
    if (one, two) == (R.PLAN_AGREED, R.MONITORED):
        before = Given(CASES, [*before.events, *before.when(measuring()).events])
    outcome = before.when(STEP[machine.name](two))
    if (one, two) in PAIRS[machine.name]:
        [event] = outcome.after().events[len(before.events) :]
        assert (event.from_, event.stage) == (one, two)  # type: ignore[attr-defined]
    else:
        assert isinstance(outcome.refusal, Rejected)
        assert outcome.refusal.code in ("invalid-state", "already-exists")
        if outcome.refusal.code == "invalid-state":
            assert outcome.refusal.members["allowed"] == [str(each) for each in machine.following(one)]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_what_nobody_began_goes_nowhere(machine: Machine[Any]) -> None:
    later = [stage for stage in machine.states if stage not in machine.following(None)]
    for stage in later:
        after([opened()]).when(STEP[machine.name](stage)).rejected("not-found")


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_a_stage_that_was_reached_is_reached(machine: Machine[Any]) -> None:
    for stage in machine.states:
        at(machine, stage).when(STEP[machine.name](stage)).nothing()
