"""A client's record under random commands beside a model of plain sets: what one takes the other takes, and they agree on the rest."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.intake.client.commands import EraseMerged, Ground, LiftHold
from services.intake.client.decisions import CLIENT
from services.intake.client.state import State
from services.intake.reactions import keys_to_destroy
from shared.codes import ErasureBasis, HoldReason, LegalBasis, Purpose
from shared.contracts.intake.person import Identity
from shared.errors import Rejected
from shared.eventsourcing.event import Event
from shared.eventsourcing.void import voiding
from tests.unit.intake.people import N1, N2, TODAY, an_answer, give, register, statistics, withdraw
from tests.unit.intake.test_amendment import amend
from tests.unit.intake.test_episodes import arrive, come_back, depart, economics, intend, screen
from tests.unit.intake.test_forgetting import ask, erase, place
from tests.unit.intake.test_functioning import assess
from tests.unit.intake.test_merge import C2, C3, REINSTATE, UNMERGE, merge_in, retire
from tests.unit.intake.test_void import stream, void
from tests.unit.kit import forgotten

CASE, COUNT = (Purpose.CASE_MANAGEMENT, None), (Purpose.STATISTICS, None)
USES = [CASE, COUNT, (Purpose.SHARE_FOR_SERVICE, "OWWA")]
TOLD: dict[str, Any] = {
    "wish": lambda which, other: intend(episode_id=which, destination="SAU" if other else "KWT"),
    "departure": lambda which, other: depart(episode_id=which, destination="SAU" if other else "KWT"),
    "returned": lambda which, other: come_back(episode_id=which, date="2026-02-21" if other else "2026-02-20"),
    "arrival": lambda which, other: arrive(episode_id=which, point="ILOILO" if other else "SAN-JOSE-PORT"),
    "economics": lambda which, other: economics(which, fee_receipt=other),
    "screening": lambda which, other: screen(screening_id=which, urgent=other),
    "functioning": lambda which, other: assess(tool_version="2" if other else "1"),
}
"""What is told of a client: of one episode, or in one screening, this way or another way."""

some_id = st.sampled_from([UUID(int=n) for n in range(1, 3)])
a_consent = st.sampled_from([N1, N2, *(UUID(int=n) for n in range(1, 3))])
a_ground = st.sampled_from([None, None, None, N1, N2])  # None: the consent to case management, if there is one
a_record = st.sampled_from([C2, C3])
permits = st.frozensets(st.sampled_from(USES))


def known(state: State) -> tuple[Any, ...]:
    """Whatever of a record a forgotten one shows as well."""
    facts = {("screening", each) for each in state.screenings}
    for which, episode in state.episodes.items():
        parts = {
            "wish": episode.intention, "departure": episode.departure, "returned": episode.returned, "economics": episode.economics,
            "arrival": episode.arrivals,
        }  # fmt: skip
        facts |= {(kind, which) for kind, part in parts.items() if part}
    guard = state.protection
    standing = {each.consent_id for each in state.active_consents()}
    return (
        state.status, state.merged_into, standing, state.suspended, set(state.merged), facts, state.functioning is not None,
        set(guard.holds), guard.lifted, set(guard.requests),
    )  # fmt: skip


class Client(RuleBasedStateMachine):
    """The model: the members below, moved by hand. The record: its facts, folded. lost: keys that are destroyed."""

    @initialize(counted=st.booleans(), no_more=st.booleans())
    def register(self, counted: bool, no_more: bool) -> None:
        """no_more: the client took back the consent to statistics since."""
        self.status, self.phone = "active", "+639170000001"
        self.into: UUID | None = None
        self.uses: dict[UUID, Any] = {N1: CASE} | ({N2: COUNT} if counted else {})
        self.standing = set(self.uses)
        self.merged: dict[UUID, set[Any]] = {}
        self.told: dict[int, tuple[str, UUID, bool]] = {}
        self.gone: set[int] = set()
        self.holds: dict[UUID, HoldReason] = {}
        self.lifted: set[UUID] = set()
        self.requests: dict[UUID, ErasureBasis] = {}
        self.lost: set[UUID] = set()
        self.facts: list[Event] = []
        self.hidden: list[Event] = []
        self.seen, self.state = 0, CLIENT.initial
        self.tried(register(consents=(an_answer(), *([statistics()] if counted else []))), None, 2 + counted)
        if counted and no_more:
            self.take_back(N2)

    @rule(each=a_consent, use=st.sampled_from(USES))
    def consent(self, each: UUID, use: Any) -> None:
        refusal, same = self.closed(), self.uses.get(each) == use
        counts_from_now = use == COUNT and not self.counts() and each not in self.uses
        if refusal is None and each in self.uses and not same:
            refusal = "already-exists"
        answer = an_answer(each, use[0], recipient_org=use[1])
        command = give(answer, profile_key=UUID(int=len(self.facts) + 1000))
        if self.tried(command, refusal, 0 if same else 1 + counts_from_now):
            self.standing = {one for one in self.standing if self.uses[one] != use} | {each}
            self.uses[each] = use
            self.merged = {record: resting - {use} for record, resting in self.merged.items()}

    @rule(each=a_consent)
    def take_back(self, each: UUID) -> None:
        if self.tried(withdraw(each), self.closed() or (None if each in self.standing else "consent-missing")):
            self.standing.discard(each)

    @rule(phone=st.sampled_from(["+639170000001", "+639170000002"]), ground=a_ground)
    def amend(self, phone: str, ground: UUID | None) -> None:
        on, refusal = self.on(ground)
        if self.tried(replace(amend(person={"phones": (phone,)}), ground=on), self.closed() or refusal, int(phone != self.phone)):
            self.phone = phone

    @rule(kind=st.sampled_from(sorted(TOLD)), which=some_id, other=st.booleans(), ground=a_ground)
    def tell(self, kind: str, which: UUID, other: bool, ground: UUID | None) -> None:
        (on, refusal), facts = self.on(ground), 1
        if (refusal := self.closed() or refusal) is None:
            refusal, facts = self.taken(kind, which, other)
        if self.tried(replace(TOLD[kind](which, other), ground=on), refusal, facts):
            self.told[len(self.facts)] = (kind, which, other)

    def taken(self, kind: str, which: UUID, other: bool) -> tuple[str | None, int]:
        """Refusal or None, and how many facts follow."""
        of_all = kind == "functioning"
        before = [(k, o) for k, each, o in self.told.values() if k == kind and (of_all or each == which)]
        episode = {k for k, each, _ in self.told.values() if each == which} - {"screening", "functioning"}
        if (kind, other) in (before if kind == "arrival" else before[-1:]):
            return None, 0
        refused = {
            "wish": "already-exists" if episode else None,
            "departure": "already-exists" if before else "episode-closed" if "returned" in episode else None,
            "returned": "episode-closed" if before else None,
            "arrival": "episode-closed" if "returned" in episode else None,
            "economics": None if episode else "not-found",
            "screening": "already-exists" if before else None,
            "functioning": None,
        }
        return refused[kind], 1

    @rule(nth=st.integers(0, 5))
    def void(self, nth: int) -> None:
        choice = [*reversed(self.told), *self.gone, len(self.facts), len(self.facts) + 1]
        n = choice[nth % len(choice)]
        refusal = self.closed() or ("not-found" if n > len(self.facts) else None)
        if refusal is None and n not in self.gone | set(self.told):
            refusal = "not-voidable"
        if self.tried(void(n), refusal, 0 if n in self.gone else 1, voiding(CLIENT)):
            del self.told[n]
            self.gone.add(n)

    @rule(each=some_id, reason=st.sampled_from([HoldReason.AUDIT, HoldReason.COURT_ORDER]))
    def hold(self, each: UUID, reason: HoldReason) -> None:
        refusal = self.forgotten()
        if refusal is None and (each in self.lifted or self.holds.get(each, reason) is not reason):
            refusal = "already-exists"
        if self.tried(place(hold_id=each, reason=reason), refusal, 0 if each in self.holds else 1):
            self.holds[each] = reason

    @rule(each=some_id)
    def lift(self, each: UUID) -> None:
        refusal = self.forgotten() or (None if each in self.lifted or each in self.holds else "not-found")
        if self.tried(LiftHold(hold_id=each), refusal, 0 if each in self.lifted else 1):
            del self.holds[each]
            self.lifted.add(each)

    @rule(each=some_id, basis=st.sampled_from([ErasureBasis.SUBJECT_REQUEST, ErasureBasis.RETENTION]))
    def ask_to_forget(self, each: UUID, basis: ErasureBasis) -> None:
        refusal, same = self.forgotten(), self.requests.get(each) is basis
        if refusal is None and each in self.requests and not same:
            refusal = "already-exists"
        if self.tried(ask(request_id=each, basis=basis), refusal, 0 if same else 1):
            self.requests[each] = basis

    @rule(each=some_id, alone=st.booleans(), kept=st.booleans(), open_case=st.booleans(), force=st.booleans())
    def forget(self, each: UUID, alone: bool, kept: bool, open_case: bool, force: bool) -> None:
        refusal: str | None
        if self.status == "erased":
            refusal = "client-erased"
        elif each not in self.requests:
            refusal = "invalid-state"
        elif alone:
            refusal = "same-person-signoff"
        elif self.requests[each] is ErasureBasis.RETENTION and kept:
            refusal = "invalid-state"
        else:
            refusal = "legal-hold" if self.holds else "service-in-progress" if open_case and not force else None
        command = erase(
            request_id=each, actor="stf-s1" if alone else "stf-dpo", kept=kept, in_progress=("case",) * open_case, force=force
        )  # fmt: skip
        if self.tried(command, refusal):
            self.status = "erased"

    @rule(survivor=a_record)
    def forget_with(self, survivor: UUID) -> None:
        refusal = self.forgotten() or ("legal-hold" if self.holds else None if self.into == survivor else "invalid-state")
        half = EraseMerged(today=TODAY, survivors=frozenset({survivor}), request_id=N1, basis=ErasureBasis.UNLAWFUL)
        if self.tried(half, refusal):
            self.status = "erased"

    @rule(other=a_record, permitted=permits)
    def merge(self, other: UUID, permitted: frozenset[Any]) -> None:
        refusal = self.closed() or ("legal-hold" if self.holds else None)
        if self.tried(merge_in(retired_id=other, other_permits=permitted), refusal):
            self.merged[other] = {self.uses[each] for each in self.standing} - permitted

    @rule(other=a_record)
    def part(self, other: UUID) -> None:
        if self.tried(replace(UNMERGE, retired_id=other), self.forgotten() or (None if other in self.merged else "invalid-state")):
            del self.merged[other]

    @rule(other=a_record)
    def give_way(self, other: UUID) -> None:
        if self.tried(retire(survivor_id=other), self.closed() or ("legal-hold" if self.holds else None)):
            self.status, self.into = "retired", other

    @rule(other=a_record)
    def come_again(self, other: UUID) -> None:
        refusal = self.forgotten() or (None if self.into == other else "invalid-state")
        if self.tried(replace(REINSTATE, survivor_id=other), refusal):
            self.status, self.into = "active", None

    @invariant()
    def they_agree(self) -> None:
        """Checked once the record has grown, before and after it is forgotten; a key that was destroyed seals nothing again."""
        if self.seen == len(self.facts):
            return
        self.seen, state = len(self.facts), self.state
        self.tried(register(), "already-exists")
        told = [(kind, which) for kind, which, _ in self.told.values()]
        assert known(state) == known(CLIENT.state_of(stream(self.hidden))) == (
            self.status, self.into, self.standing, self.resting(), set(self.merged),
            {each for each in told if each[0] != "functioning"}, "functioning" in dict(told),
            set(self.holds), self.lifted, set(self.requests),
        )  # fmt: skip
        assert state.statistics == self.counts()
        assert self.status == "erased" or (isinstance(state.identity, Identity) and state.identity.phones == (self.phone,))
        keys = {each.profile_key for each in state.consents.values() if each.profile_key}
        assert len(keys - self.lost) <= 1
        assert not self.lost & {each.profile_key for each in state.active_consents()}

    def resting(self) -> set[Any]:
        return set().union(*self.merged.values())

    def counts(self) -> bool:
        return COUNT in {self.uses[each] for each in self.standing} - self.resting()

    def forgotten(self) -> str | None:
        return "client-erased" if self.status == "erased" else None

    def closed(self) -> str | None:
        return self.forgotten() or ("client-retired" if self.status == "retired" else None)

    def on(self, ground: UUID | None) -> tuple[Ground, str | None]:
        """The ground, and how it is refused."""
        consent = ground or next((each for each in self.standing if self.uses[each] == CASE), N1)
        holds = consent in self.standing and self.uses[consent] == CASE and CASE not in self.resting()
        return Ground(basis=LegalBasis.CONSENT, consent_id=consent), None if holds else "consent-missing"

    def tried(self, command: Any, refusal: str | None, facts: int = 1, decider: Any = CLIENT) -> bool:
        """Whether facts followed: as many as expected, or exactly this refusal. Then keys go as R10 destroys them."""
        try:
            events = decider.decide(command, self.state if decider is CLIENT else decider.state_of(stream(self.facts)))
        except Rejected as refused:
            answer: Any = refused.code
        else:
            answer = len(events)
        assert answer == (refusal or facts)
        if not isinstance(answer, int):
            return False
        self.facts += events
        self.hidden += map(forgotten, events)
        self.state = CLIENT.state_of(stream(self.facts))
        if {event.event_type for event in events} & {"consent-withdrawn", "legal-hold-lifted"}:
            self.lost |= set(keys_to_destroy(self.state, TODAY))
        return bool(events)


Client.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestClient = Client.TestCase
