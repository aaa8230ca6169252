"""One complaint under random steps by random people against a simple model."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.casework.feedback.decisions import FEEDBACK
from shared.codes import ComplaintOutcome, ComplaintStage
from shared.errors import Rejected
from tests.unit.casework.feedbacks import a_complaint, a_step

S = ComplaintStage
people = st.sampled_from(["stf-w1", "stf-s1", "stf-s2"])
FOLLOWS = {
    S.RECEIVED: {S.ACKNOWLEDGED, S.ESCALATED},
    S.ACKNOWLEDGED: {S.RESOLVED, S.ESCALATED},
    S.ESCALATED: {S.RESOLVED},
    S.RESOLVED: set(),
}


class Complaint(RuleBasedStateMachine):
    @initialize(about=st.sampled_from([None, "stf-w1"]))
    def complain(self, about: str | None) -> None:
        self.facts: list[Any] = FEEDBACK.decide(a_complaint(about_worker=about), FEEDBACK.initial)
        self.about, self.stage, self.handlers = about, S.RECEIVED, set[str]()

    @rule(stage=st.sampled_from(list(S)), by=people, handler=people, outcome=st.sampled_from([None, *ComplaintOutcome]))
    def step(self, stage: ComplaintStage, by: str, handler: str, outcome: ComplaintOutcome | None) -> None:
        try:
            self.facts += FEEDBACK.decide(a_step(stage, by=by, handler=handler, outcome=outcome), FEEDBACK.fold(self.facts))
            refused = None
        except Rejected as refusal:
            refused = refusal.code
        if by == self.about:
            assert refused == "not-found"
        elif stage not in FOLLOWS[self.stage]:
            assert refused == "invalid-state"
        elif handler == self.about or (stage is S.RESOLVED) is (outcome is None):
            assert refused == "validation"
        else:
            assert refused is None
            self.stage = stage
            self.handlers.add(handler)

    @invariant()
    def nobody_handles_a_complaint_about_oneself(self) -> None:
        if hasattr(self, "facts"):
            assert self.about not in self.handlers
            assert FEEDBACK.fold(self.facts).stage is self.stage


TestComplaint = Complaint.TestCase
TestComplaint.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)
