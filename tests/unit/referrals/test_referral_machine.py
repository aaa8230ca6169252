"""Any commands in any order: a referral does what a table and a list of states say, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.referrals.referral.commands import Accept, Acknowledge, Close, Decline, Deliver, ExpireCopy, Lapse, StartService, Withdraw
from services.referrals.referral.table import allowed
from shared.codes import DeclineReason, DeliveryResult, LapseTimer, VoidReason, WithdrawReason
from shared.contracts.referrals import referral as facts
from shared.errors import Rejected
from shared.eventsourcing.event import Context, Event, Recorded
from shared.eventsourcing.void import VoidEntry, voiding
from tests.unit.kit import forgotten
from tests.unit.referrals.referrals import AT, CENTRE, CLIENT, CONSENT, REFERRAL, REFERRALS, SENT_AT, sending

RUNNING = {"SENT", "ACKNOWLEDGED", "ACCEPTED", "IN_SERVICE"}
TABLE = {
    "Acknowledge": ({"SENT", "LAPSED"}, "ACKNOWLEDGED"),
    "Accept": ({"SENT", "ACKNOWLEDGED", "LAPSED"}, "ACCEPTED"),
    "Decline": ({"SENT", "ACKNOWLEDGED", "ACCEPTED", "LAPSED"}, "DECLINED"),
    "StartService": ({"ACCEPTED", "LAPSED"}, "IN_SERVICE"),
    "Deliver": ({"ACCEPTED", "IN_SERVICE", "LAPSED"}, "DELIVERED"),
    "Withdraw": (RUNNING | {"LAPSED"}, "WITHDRAWN"),
    "Lapse": (RUNNING, "LAPSED"),
    "Close": ({"DELIVERED", "DECLINED", "WITHDRAWN", "LAPSED"}, "CLOSED"),
    "ExpireCopy": ({"CLOSED"}, "CLOSED"),
}
AFTER_ACCEPTANCE = {"UNREACHABLE", "CLIENT_DECLINED", "NO_CAPACITY"}
VOIDABLE = {"ACKNOWLEDGED", "ACCEPTED", "DECLINED", "IN_SERVICE", "DELIVERED"}
CTX = Context(centre=CENTRE, actor="stf-o1", role="agency_desk", purpose="SHARE_FOR_SERVICE", subject_id=CLIENT)

COMMANDS = st.one_of(
    st.builds(Acknowledge, at=st.just(AT), by_org=st.just("OWWA")),
    st.builds(Accept, at=st.just(AT), by_org=st.just("OWWA"), instructions=st.none() | st.just("bring the passport")),
    st.builds(Decline, at=st.just(AT), reason=st.sampled_from(DeclineReason), redirect_to=st.sampled_from([None, "DMW"])),
    st.builds(StartService, at=st.just(AT)),
    st.builds(Deliver, at=st.just(AT), result=st.sampled_from(DeliveryResult)),
    st.builds(Withdraw, at=st.just(AT), reason=st.sampled_from(WithdrawReason)),
    st.builds(Lapse, at=st.just(AT), timer=st.sampled_from(LapseTimer), escalated_to=st.just("DMW")),
    st.builds(Close, at=st.just(AT), client_told=st.booleans()),
    st.builds(ExpireCopy, at=st.just(AT)),
)


class Referral(RuleBasedStateMachine):
    """path: the states that stand, the model. facts: what was decided."""

    @initialize()
    def send(self) -> None:
        self.path, self.reason = ["SENT"], ""
        self.facts: list[Recorded[Event]] = []
        self.found: set[str] = set()
        self._decided(sending())

    @rule(command=COMMANDS)
    def ask(self, command: Any) -> None:
        name, now = type(command).__name__, self.path[-1]
        states, to = TABLE[name]
        takes = now in states
        if now == "LAPSED" and name in ("StartService", "Deliver"):
            takes = "ACCEPTED" in self.path
        if name == "Lapse" and command.timer is LapseTimer.ACK:
            takes = now == "SENT"
        if name == "Decline" and now == "ACCEPTED":
            takes = command.reason in AFTER_ACCEPTANCE
        if name == "ExpireCopy":
            takes = self.path[-2:] == ["DELIVERED", "CLOSED"]
        if not takes:
            self._refused(command)
            return
        events = self._decided(command)
        if name == "Accept" and "ACKNOWLEDGED" not in self.path:
            self.path.append("ACKNOWLEDGED")
        self.path.append(to)
        if name == "Withdraw":
            self.reason = command.reason
        if name == "Close":
            assert isinstance(events[-1], facts.ReferralClosed)
            assert events[-1].result == ("ERROR" if self.reason == "SENT_IN_ERROR" else now)

    @precondition(lambda self: len(self.path) > 1)
    @rule()
    def void_the_last(self) -> None:
        standing = voiding(REFERRALS).record
        assert standing is not None
        last = standing(self.facts).stands()[-1]  # type: ignore[attr-defined]
        command = VoidEntry(event_id=last.event_id, reason=VoidReason.ENTERED_IN_ERROR, now=AT + timedelta(hours=1), actor="stf-o1")
        if self.path[-1] not in VOIDABLE:
            self._refused(command, decider=voiding(REFERRALS), code="not-voidable")
            return
        self._decided(command, decider=voiding(REFERRALS))
        self.path.pop()

    @invariant()
    def the_state_is_the_last_of_the_path(self) -> None:
        state = REFERRALS.state_of(self.facts)
        assert (state.state, state.acknowledged, state.accepted) == (self.path[-1], "ACKNOWLEDGED" in self.path, "ACCEPTED" in self.path)

    @invariant()
    def a_forgotten_packet_changes_nothing_of_it(self) -> None:
        known, gone = (REFERRALS.state_of(way) for way in (self.facts, [replace(fact, event=forgotten(fact.event)) for fact in self.facts]))
        assert allowed(known) == allowed(gone)

    @invariant()
    def it_is_found_by_its_consent_while_it_runs_or_has_lapsed(self) -> None:
        assert (str(CONSENT) in self.found) == (self.path[-1] in RUNNING | {"LAPSED"})

    def _decided(self, command: Any, decider: Any = REFERRALS) -> list[Event]:
        before = decider.state_of(self.facts)
        events: list[Event] = decider.decide(command, before)
        for row in decider.rows_of(REFERRAL, before, events):
            (self.found.add if row.kind == "search" else self.found.discard)(row.key)
        for event in events:
            n = len(self.facts) + 1
            self.facts.append(
                Recorded(
                    stream_id=REFERRAL, version=n, event_id=UUID(int=n), event=event, ctx=CTX, occurred_at=SENT_AT, recorded_at=AT,
                    command_id=UUID(int=n),
                )
            )  # fmt: skip
        return events

    def _refused(self, command: Any, decider: Any = REFERRALS, code: str = "invalid-state") -> None:
        with pytest.raises(Rejected, match=f"^{code}"):
            decider.decide(command, decider.state_of(self.facts))


Referral.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestReferral = Referral.TestCase
