"""One encounter under random recordings and corrections against a simple model: which of its facts stands, if any."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.intake.encounter.decisions import ENCOUNTER, of_client
from shared.codes import AdultChild, Sex
from shared.contracts.intake.encounter import GroupCount
from shared.errors import Rejected
from shared.eventsourcing.decider import Row
from shared.eventsourcing.event import Event
from shared.eventsourcing.void import voiding
from tests.unit.intake.people import C1, TODAY
from tests.unit.intake.test_encounter import observe, record
from tests.unit.intake.test_void import stream, void

groups = st.lists(st.tuples(st.sampled_from([Sex.F, Sex.M]), st.sampled_from(AdultChild), st.integers(0, 2)), min_size=1, max_size=3)
part = st.none() | st.integers(0, 3)


class Encounter(RuleBasedStateMachine):
    """stands: the number of the fact that stands; gone: of those that are void. named: whether a client was ever named."""

    @initialize()
    def nobody_came_yet(self) -> None:
        self.facts: list[Event] = []
        self.stands: int | None = None
        self.gone: set[int] = set()
        self.named = False
        self.found: set[Row] = set()

    @rule(client=st.sampled_from([None, C1]))
    def talk(self, client: UUID | None) -> None:
        expected = self.taken()
        assert self.tried(record(client_id=client)) == expected
        if expected is None:
            self.keep(client)

    @rule(counted=groups, under_5=part, pregnant=part, elderly=part, ahead=st.integers(-1, 1))
    def see_a_group(self, counted: list[Any], under_5: int | None, pregnant: int | None, elderly: int | None, ahead: int) -> None:
        counts = [GroupCount(sex=sex, age=age, n=n) for sex, age, n in counted]
        people = sum(n for _, _, n in counted)
        children = sum(n for _, age, n in counted if age is AdultChild.CHILD)
        clear = len({each[:2] for each in counted}) == len(counted) and all(age is not AdultChild.U for _, age, _ in counted)
        fits = people > 0 and (under_5 or 0) <= children and max(pregnant or 0, elderly or 0) <= people
        expected = self.taken() or ("date-in-future" if ahead > 0 else None if clear and fits else "validation")
        command = observe(*counts, children_u5=under_5, pregnant=pregnant, elderly=elderly, date=TODAY + timedelta(days=ahead))
        assert self.tried(command) == expected
        if expected is None:
            self.keep(None)

    @rule(back=st.integers(-1, 2))
    def void(self, back: int) -> None:
        n = max(1, len(self.facts) - back)
        expected = "not-found" if n > len(self.facts) else None if n in self.gone | {self.stands} else "not-voidable"
        before = len(self.facts)
        assert self.tried(void(n), voiding(ENCOUNTER)) == expected
        assert len(self.facts) - before == (n == self.stands)
        if n == self.stands:
            self.gone.add(n)
            self.stands = None

    @invariant()
    def what_stands_is_the_model_and_who_was_named_is_found(self) -> None:
        if hasattr(self, "facts"):
            assert ENCOUNTER.state_of(stream(self.facts)).recorded is (self.stands is not None)
            assert self.found == ({of_client(C1)} if self.named else set())

    def taken(self) -> str | None:
        return None if self.stands is None else "already-exists"

    def keep(self, client: UUID | None) -> None:
        self.stands = len(self.facts)
        self.named = self.named or client is not None

    def tried(self, command: Any, decider: Any = ENCOUNTER) -> str | None:
        """The code of the refusal; None: carried out."""
        before = decider.state_of(stream(self.facts))
        try:
            events = decider.decide(command, before)
        except Rejected as refusal:
            return refusal.code
        for row in decider.rows_of(C1, before, events):
            (self.found.add if row.kind == "search" else self.found.discard)(row._replace(kind="search"))
        self.facts += events
        return None


TestEncounter = Encounter.TestCase
TestEncounter.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)
