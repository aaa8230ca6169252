"""One outreach session under random recordings and corrections against a simple model: whether it was held, and how people count."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.intake.outreach.decisions import OUTREACH
from shared.codes import AgeBand, OutreachKind, Sex
from shared.contracts.intake.outreach import Attendees, OutreachSessionHeld
from shared.errors import Rejected
from shared.eventsourcing.event import Event
from shared.eventsourcing.void import voiding
from tests.unit.intake.test_outreach import record
from tests.unit.intake.test_void import stream, void

ON_AIR = ("RADIO_TV", "SOCIAL_MEDIA")
groups = st.lists(st.tuples(st.sampled_from([Sex.F, Sex.M]), st.sampled_from([AgeBand("15-17"), AgeBand.U])), max_size=3)


class Session(RuleBasedStateMachine):
    """stands: the number of the fact that stands; gone: of those that are void. heads: people counted in what stands."""

    @initialize()
    def nothing_was_held_yet(self) -> None:
        self.facts: list[Event] = []
        self.stands: int | None = None
        self.gone: set[int] = set()
        self.heads = 0

    @rule(kind=st.sampled_from(OutreachKind), sat=groups, reach=st.none() | st.just(4000), known=st.booleans())
    def hold(self, kind: OutreachKind, sat: list[Any], reach: int | None, known: bool) -> None:
        counted = bool(sat) and reach is None and len(set(sat)) == len(sat)
        fits = known and ((reach is not None and not sat) if kind in ON_AIR else counted)
        expected = "already-exists" if self.stands else None if fits else "validation"
        attendees = tuple(Attendees(sex=sex, age_band=band, n=5) for sex, band in sat)
        command = record(kind=kind, attendees=attendees, media_reach=reach, partner="A_SCHOOL", known_partner=known)
        assert self.tried(command) == expected
        if expected is None:
            self.stands, self.heads = len(self.facts), 5 * len(sat)

    @rule(back=st.integers(-1, 2))
    def void(self, back: int) -> None:
        n = max(1, len(self.facts) - back)
        expected = "not-found" if n > len(self.facts) else None if n in self.gone | {self.stands} else "not-voidable"
        before = len(self.facts)
        assert self.tried(void(n), voiding(OUTREACH)) == expected
        assert len(self.facts) - before == (n == self.stands)
        if n == self.stands:
            self.gone.add(n)
            self.stands, self.heads = None, 0

    @invariant()
    def what_stands_is_the_model(self) -> None:
        if hasattr(self, "facts"):
            held = [event for n, event in enumerate(self.facts, 1) if isinstance(event, OutreachSessionHeld) and n not in self.gone]
            assert OUTREACH.state_of(stream(self.facts)).held is (self.stands is not None) is bool(held)
            assert sum(group.n for session in held for group in session.attendees) == self.heads

    def tried(self, command: Any, decider: Any = OUTREACH) -> str | None:
        """The code of the refusal; None: carried out."""
        try:
            self.facts += decider.decide(command, decider.state_of(stream(self.facts)))
        except Rejected as refusal:
            return refusal.code
        return None


TestSession = Session.TestCase
TestSession.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)
