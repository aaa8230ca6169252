"""One training under random commands against a simple model: a set of people with seats, and what each attended."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.casework.training.commands import CancelSession, Unenrol
from services.casework.training.decisions import TRAINING
from shared.codes import Course, SessionCancelReason
from shared.errors import Rejected
from tests.unit.casework.trainings import enrolling, holding, recording, scheduling, some_staff

clients = st.sampled_from([UUID(int=n) for n in range(900, 906)])
CAPACITY = 3


class Training(RuleBasedStateMachine):
    @initialize(for_staff=st.booleans())
    def announce(self, for_staff: bool) -> None:
        self.facts: list[Any] = TRAINING.decide(
            scheduling(capacity=CAPACITY, course=Course.AIR_TIP if for_staff else Course.FINLIT), TRAINING.initial
        )
        self.for_staff, self.state = for_staff, "SCHEDULED"
        self.seats: set[UUID] = set()
        self.attended: dict[UUID, Decimal] = {}

    def tried(self, command: Any) -> str | None:
        """The code of the refusal; None: carried out."""
        try:
            self.facts += TRAINING.decide(command, TRAINING.fold(self.facts))
        except Rejected as refusal:
            return refusal.code
        return None

    @rule(client=clients)
    def enrol(self, client: UUID) -> None:
        refused = self.tried(enrolling(client))
        if self.state != "SCHEDULED" or self.for_staff:
            assert refused == "invalid-state"
        elif client in self.seats or len(self.seats) < CAPACITY:
            assert refused is None
            self.seats.add(client)
        else:
            assert refused == "session-full"

    @rule(client=clients)
    def unenrol(self, client: UUID) -> None:
        assert self.tried(Unenrol(client_id=client)) == (None if self.state == "SCHEDULED" else "invalid-state")
        if self.state == "SCHEDULED":
            self.seats.discard(client)

    @rule()
    def hold(self) -> None:
        command = holding(attendees=3, staff_participants=some_staff(3)) if self.for_staff else holding(attendees=len(self.seats))
        assert self.tried(command) == (None if self.state == "SCHEDULED" else "invalid-state")
        self.state = "HELD" if self.state == "SCHEDULED" else self.state

    @rule()
    def cancel(self) -> None:
        assert self.tried(CancelSession(reason=SessionCancelReason.SAFETY)) == (None if self.state == "SCHEDULED" else "invalid-state")
        self.state = "CANCELLED" if self.state == "SCHEDULED" else self.state

    @rule(client=clients, quarters=st.integers(0, 36))
    def record(self, client: UUID, quarters: int) -> None:
        hours = Decimal(quarters) / 4
        refused = self.tried(recording(client, str(hours)))
        if self.state != "HELD":
            assert refused == "invalid-state"
        elif client not in self.seats or hours > 8:
            assert refused == "validation"
        elif client in self.attended and self.attended[client] != hours:
            assert refused == "already-exists"
        else:
            assert refused is None
            self.attended[client] = hours

    @invariant()
    def the_fold_is_the_model(self) -> None:
        if not hasattr(self, "facts"):
            return
        folded = TRAINING.fold(self.facts)
        assert (folded.state, folded.enrolled) == (self.state, self.seats)
        assert {client: outcome.completed for client, outcome in folded.outcomes.items()} == {
            client: hours >= Decimal("6.4") for client, hours in self.attended.items()
        }


TestTraining = Training.TestCase
TestTraining.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
