"""What a client asks about their own data, under random commands against a simple model: each request, what came of it, who counts."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.intake.client.decisions import CLIENT
from shared.codes import ErasureBasis, Purpose, Right
from shared.errors import Rejected
from shared.eventsourcing.event import Event
from tests.unit.intake.people import N2, counted, give, statistics, withdraw
from tests.unit.intake.test_amendment import amend
from tests.unit.intake.test_forgetting import ask, erase
from tests.unit.intake.test_merge import C2, REINSTATE, retire
from tests.unit.intake.test_rights import decide, receive, refuse, told
from tests.unit.kit import forgotten

requests = st.sampled_from([UUID(int=n) for n in range(1, 4)])
phones = st.sampled_from(["+639170000001", "+639170000002"])


class Requests(RuleBasedStateMachine):
    """asked: request -> right; stage: request -> how far it is; outcome: of those decided; bases: of requests to be forgotten."""

    @initialize()
    def register(self) -> None:
        self.facts: list[Event] = list(counted())
        self.status, self.phone, self.counts = "active", "+639170000001", True
        self.asked: dict[UUID, Right] = {}
        self.stage: dict[UUID, str] = {}
        self.outcome: dict[UUID, str] = {}
        self.bases: dict[UUID, ErasureBasis] = {}

    @rule(each=requests, right=st.sampled_from(Right), use=st.sampled_from([None, Purpose.STATISTICS]))
    def claim(self, each: UUID, right: Right, use: Purpose | None) -> None:
        fits = right is not Right.ERASURE and (right is Right.OBJECTION) is (use is not None)
        refusal = self.closed() or (None if fits else "validation")
        if refusal is None and self.asked.get(each, right) is not right:
            refusal = "already-exists"
        if self.tried(receive(request_id=each, right=right, objects_to=use), refusal, 0 if each in self.asked else 1):
            self.asked[each], self.stage[each] = right, "RECEIVED"

    @rule(each=requests, basis=st.sampled_from([ErasureBasis.SUBJECT_REQUEST, ErasureBasis.RETENTION]))
    def ask_to_be_forgotten(self, each: UUID, basis: ErasureBasis) -> None:
        refusal, same = self.forgotten(), self.bases.get(each) is basis
        if refusal is None and not same and (each in self.bases or each in self.asked):
            refusal = "already-exists"
        if self.tried(ask(request_id=each, basis=basis), refusal, 0 if same else 1):
            self.bases[each] = basis
            if basis is ErasureBasis.SUBJECT_REQUEST:
                self.asked[each], self.stage[each] = Right.ERASURE, "RECEIVED"

    @rule(each=requests, outcome=st.sampled_from(["GRANTED", "REFUSED"]))
    def settle(self, each: UUID, outcome: str) -> None:
        right, before = self.asked.get(each), self.outcome.get(each)
        refusal = self.unknown(each)
        if refusal is None and (before not in (None, outcome) or (before is None and right is Right.ERASURE and outcome == "GRANTED")):
            refusal = "invalid-state"
        objects = right is Right.OBJECTION and outcome == "GRANTED" and before is None
        refusal = refusal or (self.closed() if objects else None)
        command = decide(request_id=each) if outcome == "GRANTED" else refuse(request_id=each)
        if self.tried(command, refusal, 0 if before else 1 + (objects and self.counts)):
            self.outcome[each] = self.stage[each] = outcome
            self.counts = self.counts and not objects

    @rule(each=requests, phone=phones)
    def correct(self, each: UUID, phone: str) -> None:
        open_correction = self.asked.get(each) is Right.CORRECTION and each not in self.outcome
        refusal = self.closed() or self.unknown(each) or (None if open_correction else "invalid-state")
        if self.tried(amend(person={"phones": (phone,)}, request_id=each), refusal, 1 + (phone != self.phone)):
            self.phone = phone
            self.outcome[each] = self.stage[each] = "GRANTED"

    @rule(each=requests)
    def tell(self, each: UUID) -> None:
        refusal = self.unknown(each) or (None if each in self.outcome else "invalid-state")
        if self.tried(replace(told(), request_id=each), refusal, 0 if self.stage.get(each) == "ANSWERED" else 1):
            self.stage[each] = "ANSWERED"

    @rule(each=requests)
    def forget(self, each: UUID) -> None:
        refusal = self.forgotten() or (None if each in self.bases and each not in self.outcome else "invalid-state")
        if self.tried(erase(request_id=each), refusal, 1):
            self.status = "erased"

    @rule(yes=st.booleans())
    def answer_about_figures(self, yes: bool) -> None:
        consents = [each.consent_id for each in self.state().active_consents() if each.purpose is Purpose.STATISTICS]
        if yes and self.tried(give(statistics(UUID(int=1000 + len(self.facts)))), self.closed(), 1 if self.counts else 2):
            self.counts = True
        if not yes and self.tried(withdraw(*consents or [N2]), self.closed() or (None if self.counts else "consent-missing"), 1):
            self.counts = False

    @rule()
    def merge_or_part(self) -> None:
        if self.status == "retired":
            self.tried(replace(REINSTATE, survivor_id=C2), None, 1)
            self.status = "active"
        elif self.tried(retire(survivor_id=C2), self.closed(), 1):
            self.status = "retired"

    @invariant()
    def they_agree_also_when_the_words_are_gone(self) -> None:
        if not hasattr(self, "facts"):
            return
        for state in (self.state(), CLIENT.fold(map(forgotten, self.facts))):
            assert {each: asked.stage for each, asked in state.protection.rights.items()} == self.stage
            assert {each: asked.basis for each, asked in state.protection.requests.items()} == self.bases
            assert (state.status, state.statistics) == (self.status, self.counts)

    def state(self) -> Any:
        return CLIENT.fold(self.facts)

    def forgotten(self) -> str | None:
        return "client-erased" if self.status == "erased" else None

    def closed(self) -> str | None:
        return self.forgotten() or ("client-retired" if self.status == "retired" else None)

    def unknown(self, request: UUID) -> str | None:
        return self.forgotten() or (None if request in self.asked else "not-found")

    def tried(self, command: Any, refusal: str | None, facts: int) -> bool:
        """Whether facts followed: as many as expected, or exactly this refusal."""
        answer: int | str
        try:
            events = CLIENT.decide(command, self.state())
        except Rejected as refused:
            events, answer = [], refused.code
        else:
            answer = len(events)
        assert answer == (facts if refusal is None else refusal)
        self.facts += events
        return bool(events)


TestRequests = Requests.TestCase
TestRequests.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
