"""One directory entry under random commands against a simple model: its text, the last day it was checked, whether it left."""

from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.referrals.directory.decisions import ENTRY, ListEntry, RetireEntry, VerifyEntry
from shared.codes import EntryRetireReason, EntryStatus
from shared.contracts.referrals.service_entry import ServiceEntryListed
from shared.errors import Rejected
from shared.eventsourcing.event import Event
from tests.unit.referrals.test_directory import LISTED, TODAY


def text(status: EntryStatus) -> ServiceEntryListed:
    return LISTED.model_copy(update={"service": LISTED.service.model_copy(update={"status": status})})


class Entry(RuleBasedStateMachine):
    """The model: status as listed, the last check, the day of today, and whether it left the directory."""

    @initialize(status=st.sampled_from(EntryStatus))
    def first_listing(self, status: EntryStatus) -> None:
        self.facts: list[Event] = []
        self.today, self.retired = TODAY, False
        self.checked: date | None = None
        self.tried(ListEntry(entry=text(status)), 1)
        self.status = status

    @rule(days=st.sampled_from([1, 29, 100]))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(status=st.sampled_from(EntryStatus))
    def list(self, status: EntryStatus) -> None:
        if self.tried(ListEntry(entry=text(status)), int(status is not self.status)):
            self.status = status

    @rule(ago=st.sampled_from([-1, 0, 1, 30]))
    def verify(self, ago: int) -> None:
        day = self.today - timedelta(days=ago)
        news = self.checked is None or day >= self.checked
        expected = "date-in-future" if ago < 0 else int(news)
        if self.tried(VerifyEntry(verified_on=day, today=self.today, by="stf-d1"), expected):
            self.checked = day

    @rule(reason=st.sampled_from(EntryRetireReason))
    def retire(self, reason: EntryRetireReason) -> None:
        self.retired = self.tried(RetireEntry(reason=reason), 1) or self.retired

    @invariant()
    def the_fold_is_the_model(self) -> None:
        if hasattr(self, "status"):
            state = ENTRY.fold(self.facts)
            assert (state.retired, state.verified_on, state.listed) == (self.retired, self.checked, text(self.status))
            assert state.active is (self.status is EntryStatus.ACTIVE and not self.retired)
            assert state.next_due == (self.checked + timedelta(days=90) if self.checked else None)

    def tried(self, command: Any, expected: int | str) -> bool:
        """Whether facts followed: as many as expected, or exactly this refusal; what left refuses everything."""
        answer: int | str
        try:
            events = ENTRY.decide(command, ENTRY.fold(self.facts))
        except Rejected as refusal:
            events, answer = [], refusal.code
        else:
            answer = len(events)
        assert answer == ("invalid-state" if self.retired else expected)
        self.facts += events
        return bool(events)


TestEntry = Entry.TestCase
TestEntry.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
