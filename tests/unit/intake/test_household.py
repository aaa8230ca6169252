"""Households (domain chapter, section 4): members are subjects of their own, and what is said of them is the client's."""

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from services.intake.client.decisions import CLIENT
from services.intake.household.decisions import HOUSEHOLD, DeclareHouseholdEconomics, LinkMember, UnlinkMember
from shared.codes import UnlinkReason
from shared.contracts.intake.household import (
    HouseholdEconomics,
    HouseholdEconomicsDeclared,
    HouseholdMemberLinked,
    HouseholdMemberUnlinked,
    MemberRecord,
)
from shared.contracts.intake.merge import ClientRetired
from shared.errors import Rejected
from shared.eventsourcing.event import Event
from shared.privacy.classes import IDENTITY, PROFILE
from tests.unit.intake.people import C1, CONSENTED, E1, E2, TODAY, counted, registered
from tests.unit.kit import given, in_every_way_forgotten

HOME, SON, WIFE, MOTHER = (UUID(int=n) for n in range(70, 74))
DECLARANT, UNCOUNTED = CLIENT.fold(counted()), CLIENT.fold(registered())


def link(member: UUID = SON, by: UUID = C1, record: dict[str, Any] | None = None, **changes: Any) -> LinkMember:
    told = MemberRecord(**{"names": {"given": "A Name"}, "relation": "CHILD", "abroad": False, "lives_with": True, **(record or {})})
    members = {
        "today": TODAY, "ground": CONSENTED, "declarant": DECLARANT, "household_id": HOME, "member_id": member, "declared_by": by,
        "since": date(2019, 4, 20), "record": told,
    }  # fmt: skip
    return LinkMember(**{**members, **changes})


def unlink(member: UUID = SON, to: date = TODAY, reason: str = "LEFT") -> UnlinkMember:
    return UnlinkMember(today=TODAY, member_id=member, to=to, reason=UnlinkReason(reason))


def economics(by: UUID = C1, size: int = 5, earners: int = 1, **changes: Any) -> DeclareHouseholdEconomics:
    told = HouseholdEconomics(remittance_band="R3", size=size, earners=earners)
    members = {"today": TODAY, "ground": CONSENTED, "declarant": DECLARANT, "household_id": HOME, "declared_by": by, "economics": told}
    return DeclareHouseholdEconomics(**{**members, **changes})


LINKED = given(HOUSEHOLD).when(link()).after()


def test_the_name_is_the_members_own_and_what_is_said_of_them_is_the_clients() -> None:
    fact = given(HOUSEHOLD).when(link()).fact(HouseholdMemberLinked)
    assert fact.sealed_under == {IDENTITY: "member_id", PROFILE: "declared_by"}
    assert "A Name" not in fact.profile.model_dump_json()
    assert fact.from_ == date(2019, 4, 20)


def test_without_statistics_of_the_client_nothing_is_counted() -> None:
    assert given(HOUSEHOLD).when(link(declarant=UNCOUNTED)).fact(HouseholdMemberLinked).profile is None
    assert LINKED.when(economics(declarant=UNCOUNTED)).fact(HouseholdEconomicsDeclared).profile is None


def test_the_declarant_is_a_client_who_takes_facts_and_permits_it() -> None:
    gone = CLIENT.fold([*registered(), ClientRetired(survivor_id=E1, retired_id=C1, evidence="SAME_DOCUMENT", score="0.90")])
    given(HOUSEHOLD).when(link(declarant=gone)).rejected("client-retired")
    other = type(CONSENTED)(basis=CONSENTED.basis, consent_id=E2)
    given(HOUSEHOLD).when(link(ground=other)).rejected("consent-missing")
    LINKED.when(economics(ground=other)).rejected("consent-missing")


def test_what_is_said_of_a_member_fits_together() -> None:
    given(HOUSEHOLD).when(link(member=C1)).refused_at("/member_id")
    given(HOUSEHOLD).when(link(record={"names": {}})).refused_at("/names")
    given(HOUSEHOLD).when(link(record={"abroad": True})).refused_at("/country", "/lives_with")
    given(HOUSEHOLD).when(link(record={"country": "SAU", "departed": "2024"})).refused_at("/country", "/departed")
    given(HOUSEHOLD).when(link(since=date(2026, 3, 3))).rejected("date-in-future", fields=["/from"])
    abroad = {"abroad": True, "country": "SAU", "lives_with": False}
    given(HOUSEHOLD).when(link(record=abroad)).then_types(HouseholdMemberLinked)


def test_said_twice_it_is_one_fact_and_said_otherwise_it_is_refused() -> None:
    LINKED.when(link()).nothing()
    LINKED.when(link(since=date(2020, 1, 1))).rejected("already-exists")
    LINKED.when(link(by=MOTHER)).then_types(HouseholdMemberLinked)


def test_a_member_leaves_once_and_may_come_back() -> None:
    left = LINKED.when(unlink()).then(HouseholdMemberUnlinked(member_id=SON, to=TODAY, reason=UnlinkReason.LEFT))
    left.when(unlink()).rejected("invalid-state", allowed=["LinkMember"])
    left.when(link()).then_types(HouseholdMemberLinked)
    LINKED.when(unlink(to=date(2019, 4, 19))).refused_at("/to")
    LINKED.when(unlink(to=date(2026, 3, 3))).rejected("date-in-future", fields=["/to"])


def test_economics_are_told_by_somebody_of_the_household() -> None:
    told = LINKED.when(economics()).then_types(HouseholdEconomicsDeclared)
    told.when(economics()).nothing()
    told.when(economics(size=6)).then_types(HouseholdEconomicsDeclared)
    LINKED.when(economics(by=SON)).then_types(HouseholdEconomicsDeclared)
    LINKED.when(economics(by=MOTHER)).refused_at("/declared_by")
    LINKED.when(economics(earners=6)).refused_at("/earners")


def test_it_folds_after_the_keys_are_gone() -> None:
    for events in in_every_way_forgotten(LINKED.when(economics()).after().events):
        assert set(HOUSEHOLD.fold(events).links) == {SON}


class Machine(RuleBasedStateMachine):
    """Beside the simplest model: who is a member, and said by whom."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.members: dict[UUID, set[UUID]] = {}

    def run(self, command: Any) -> str | None:
        try:
            self.events += HOUSEHOLD.decide(command, HOUSEHOLD.fold(self.events))
        except Rejected as refusal:
            return refusal.code
        return None

    @rule(member=st.sampled_from([SON, WIFE]), by=st.sampled_from([C1, MOTHER]))
    def links(self, member: UUID, by: UUID) -> None:
        assert self.run(link(member, by)) is None
        self.members.setdefault(member, set()).add(by)
        self.agree()

    @rule(member=st.sampled_from([SON, WIFE]))
    def unlinks(self, member: UUID) -> None:
        assert (self.run(unlink(member)) is None) is (self.members.pop(member, None) is not None)
        self.agree()

    @rule(by=st.sampled_from([C1, MOTHER]))
    def declares(self, by: UUID) -> None:
        known = any(isinstance(event, HouseholdMemberLinked) and event.declared_by == by for event in self.events)
        assert (self.run(economics(by)) is None) is known

    def agree(self) -> None:
        assert {member: set(said) for member, said in HOUSEHOLD.fold(self.events).links.items()} == self.members


Machine.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestMachine = Machine.TestCase
