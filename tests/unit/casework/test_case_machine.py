"""A case under random commands beside a model of a few plain sets: what one takes the other takes, and they agree on the rest."""

from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.casework.case.commands import AssignCase, ReopenCase
from shared.codes import (
    ActionStatus,
    CaseKind,
    CaseState,
    ConsularStage,
    ContactResult,
    CostBand,
    PlanDecision,
    Priority,
    ProtectionMatter,
    ReturnStage,
    Role,
    TracingStage,
    TransferAnswer,
)
from shared.errors import Rejected
from tests.unit.casework import helping
from tests.unit.casework.cases import CASES, CLOSURE, TODAY, assessing, closing, delivering, opened
from tests.unit.casework.plans import a_step, agreeing, looking_back, moving, proposing, reviewing, scheduling
from tests.unit.casework.test_assistance_tables import PAIRS
from tests.unit.casework.test_transfers import answering, asking

S, C, R = CaseState, ConsularStage, ReturnStage
WORKERS = ("stf-w1", "stf-w2", "stf-s1")
RUNNING = {C.PREPARED, C.SUBMITTED, C.INTERVIEWED}


class CaseMachine(RuleBasedStateMachine):
    """The model: the members below, moved by hand. The case: its facts, folded."""

    @initialize(minor=st.booleans(), priority=st.sampled_from(Priority), hidden=st.booleans(), far=st.integers(0, 3))
    def open(self, minor: bool, priority: Priority, hidden: bool, far: int) -> None:
        """far: how many steps of the usual way are behind it, so that the later states are met often enough."""
        kind = CaseKind.CONFIDENTIAL if hidden else CaseKind.GENERAL
        self.events: list[Any] = [opened(minor=minor, priority=priority, case_kind=kind)]
        self.minor, self.urgent, self.hidden = minor, priority is not Priority.NORMAL, hidden
        self.at, self.worker, self.moved = S.OPEN, None, False
        self.needs: list[UUID] = []
        self.plan_no, self.proposer, self.approved, self.dear = 0, "", False, False
        self.steps: dict[UUID, tuple[int, ActionStatus]] = {}
        self.looks: dict[UUID, bool] = {}
        self.offer: UUID | None = None
        self.request: ConsularStage | None = None
        self.journey: ReturnStage | None = None
        self.search: TracingStage | None = None
        self.blocked = self.measured = False
        self.ids = 1000
        for step in (self._assess, self._propose, self._agree)[:far]:
            step()

    @property
    def alive(self) -> bool:
        return self.at is not S.CLOSED

    @property
    def signed(self) -> bool:
        """Whether a supervisor has to sign."""
        return self.hidden or self.minor or self.urgent or self.dear

    def fresh(self) -> UUID:
        self.ids += 1
        return UUID(int=self.ids)

    def tried(self, command: Any, taken: bool) -> bool:
        """The case takes a command if and only if the model says so."""
        try:
            self.events += CASES.decide(command, CASES.fold(self.events))
        except Rejected as error:
            came = f"refused: {error}"
        else:
            came = "taken"
        assert (came == "taken") is taken, f"{type(command).__name__} was {came}"
        return taken

    @rule()
    def assess(self) -> None:
        self._assess()

    def _assess(self) -> None:
        need = self.fresh()
        if self.tried(assessing(need, assessment_id=self.fresh(), minor=self.minor), self.alive):
            self.needs.append(need)
            self.at = S.ASSESSED if self.at is S.OPEN else self.at

    @rule(worker=st.sampled_from(WORKERS))
    def assign(self, worker: str) -> None:
        if self.tried(AssignCase(worker=worker, role=Role.caseworker, by="stf-s1", supervised=True), self.alive):
            self.worker = worker

    @rule()
    def deliver(self) -> None:
        self.tried(delivering(service_id=self.fresh()), self.alive)

    @rule(by=st.sampled_from(WORKERS), cost=st.sampled_from(CostBand), count=st.integers(1, 2))
    def propose(self, by: str, cost: CostBand, count: int) -> None:
        self._propose(by, cost, count)

    def _propose(self, by: str = "stf-w1", cost: CostBand = CostBand.B1, count: int = 1) -> None:
        steps = [a_step(action_id=self.fresh(), cost_band=cost, need_id=self.needs[0] if self.needs else UUID(int=1)) for _ in range(count)]
        if self.tried(proposing(*steps), bool(self.needs) and self.at in (S.ASSESSED, S.PLAN_AGREED, S.FOLLOW_UP)):
            self.at, self.plan_no, self.proposer, self.approved = S.PLAN_PROPOSED, self.plan_no + 1, by, False
            self.dear = cost in (CostBand.B3, CostBand.B4)
            self.steps |= {step.action_id: (self.plan_no, ActionStatus.PLANNED) for step in steps}

    @rule(by=st.sampled_from(WORKERS), decision=st.sampled_from(PlanDecision))
    def review(self, by: str, decision: PlanDecision) -> None:
        command = reviewing(decision, by=by, proposed_by=self.proposer, requested_by="stf-x", plan_no=self.plan_no, reason="so")
        if self.tried(command, self.at is S.PLAN_PROPOSED and by != self.proposer):
            returned = decision is PlanDecision.RETURNED
            self.at, self.approved = (S.ASSESSED, self.approved) if returned else (self.at, True)

    @rule()
    def agree(self) -> None:
        self._agree()

    def _agree(self) -> None:
        if self.tried(agreeing(plan_no=self.plan_no), self.at is S.PLAN_PROPOSED and (self.approved or not self.signed)):
            self.at = S.PLAN_AGREED

    @rule(status=st.sampled_from(ActionStatus), nth=st.integers(0, 5))
    def move(self, status: ActionStatus, nth: int) -> None:
        known = list(self.steps)
        step = known[nth % len(known)] if known else UUID(int=1)
        if self.tried(moving(status, action_id=step, plan_no=self.steps[step][0] if known else 1), self.alive and bool(known)):
            self.steps[step] = (self.steps[step][0], status)

    @rule()
    def schedule(self) -> None:
        look = self.fresh()
        if self.tried(scheduling(follow_up_id=look), self.alive):
            self.looks[look] = False
            ended = (ActionStatus.DONE, ActionStatus.CANCELLED)
            idle = all(status in ended for plan, status in self.steps.values() if plan == self.plan_no)
            self.at = S.FOLLOW_UP if self.at is S.PLAN_AGREED and idle else self.at

    @rule(contact=st.sampled_from([each for each in ContactResult if each is not ContactResult.CANCELLED]))
    def look_back(self, contact: ContactResult) -> None:
        waiting = [look for look, done in self.looks.items() if not done]
        look = waiting[0] if waiting else UUID(int=1)
        if self.tried(looking_back(contact, follow_up_id=look), self.alive and bool(waiting)):
            self.looks[look] = True

    @rule()
    def offer_it(self) -> None:
        offer = self.fresh()
        if self.tried(asking(transfer_id=offer), self.alive and self.offer is None):
            self.offer = offer

    @rule(answer=st.sampled_from(TransferAnswer))
    def answer_it(self, answer: TransferAnswer) -> None:
        command = answering(answer, transfer_id=self.offer or UUID(int=1), reason="so")
        if self.tried(command, self.alive and self.offer is not None):
            self.offer = None
            if answer is TransferAnswer.ACCEPTED:
                self.at, self.worker, self.moved = S.OPEN, None, True

    @rule(stage=st.sampled_from(C))
    def ask_a_mission(self, stage: ConsularStage) -> None:
        leads = (self.request, stage) in PAIRS["Consular request"]
        stops = stage in (C.CANCELLED, C.HALTED)
        again = self.request is stage
        if self.tried(helping.asking(stage), self.alive and (again or (leads and (stops or not self.blocked)))):
            self.request = stage

    @rule(stage=st.sampled_from(R))
    def go_home(self, stage: ReturnStage) -> None:
        leads = (self.journey, stage) in PAIRS["Assisted return"]
        free = not (stage is R.REQUESTED and self.blocked and not self._advised()) or self.journey is R.REQUESTED
        grown = not (stage is R.VOLUNTARINESS_CONFIRMED and self.minor)
        known = stage is not R.MONITORED or self.measured
        again = self.journey is stage
        if self.tried(helping.going(stage), self.alive and (again or (leads and free and grown and known))):
            self.journey = stage

    def _advised(self) -> bool:
        return any(event.event_type == "service-delivered" for event in self.events)  # each of them is LEG

    @rule()
    def measure(self) -> None:
        arrived = self.journey in (R.ARRIVED, R.PLAN_AGREED, R.MONITORED, R.CLOSED)
        self.measured |= self.tried(helping.measuring(), self.alive and arrived)

    @rule(stage=st.sampled_from(TracingStage))
    def seek(self, stage: TracingStage) -> None:
        leads = (self.search, stage) in PAIRS["Tracing"] or self.search is stage
        if self.tried(helping.searching(stage), self.alive and leads):
            self.search = stage

    @rule(matter=st.sampled_from([ProtectionMatter.GBV, ProtectionMatter.ASYLUM_CONCERN, ProtectionMatter.TRAFFICKING]))
    def protect(self, matter: ProtectionMatter) -> None:
        if self.tried(helping.protecting(matter, assessment_id=self.fresh()), self.alive):
            self.hidden = True
            self.blocked |= matter is ProtectionMatter.ASYLUM_CONCERN

    @rule(approved=st.booleans(), whole=st.booleans())
    def close(self, approved: bool, whole: bool) -> None:
        running = self.request in RUNNING or self.journey not in (None, R.CLOSED, R.WITHDRAWN)
        told = self.needs if whole else self.needs[1:]
        may = (whole or not self.needs) and not running and (approved or not self.signed)
        if self.tried(closing(*told, approved=approved), self.alive and may):
            self.at, self.offer = S.CLOSED, None

    @rule()
    def reopen(self) -> None:
        if self.tried(ReopenCase(on=TODAY, prior_closure=CLOSURE, reason="again"), not self.alive):
            self.at = S.OPEN

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "events"):
            return
        state = CASES.fold(self.events)
        assert (state.state, state.worker, state.confidential) == (self.at, self.worker, self.hidden)
        assert (set(state.needs), state.plan_no, state.to_be_signed) == (set(self.needs), self.plan_no, self.signed)
        assert {key: (step.plan_no, step.status) for key, step in state.actions.items()} == self.steps
        assert {key: each.done is not None for key, each in state.follow_ups.items()} == self.looks
        assert (state.transfer.transfer_id if state.transfer else None, state.moved_to is not None) == (self.offer, self.moved)
        known = state.assistance
        assert [each.stage for each in known.requests.values()] == ([self.request] if self.request else [])
        assert [each.stage for each in known.returns.values()] == ([self.journey] if self.journey else [])
        assert [each.stage for each in known.searches.values()] == ([self.search] if self.search else [])
        assert state.contact_block is self.blocked


TestCase = CaseMachine.TestCase
TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
