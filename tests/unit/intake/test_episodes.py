"""Wish, departure, passage and return of one migration; screening; what a command rests on."""

from typing import Any
from uuid import UUID

import pytest

from services.intake.client.commands import (
    DeclareEconomics,
    DeclareIntention,
    Ground,
    RecordDeparture,
    RecordReturn,
    RecordTransitArrival,
    Screen,
)
from services.intake.client.decisions import CLIENT
from shared.codes import Channel, ClientType, DomvLevel, LegalBasis
from shared.contracts.intake.client import ClientErased
from shared.contracts.intake.episode import (
    Departure,
    DepartureRecord,
    DepartureRecorded,
    Economics,
    MigrationEconomicsDeclared,
    MigrationIntentionDeclared,
    ReturnRecorded,
    TransitArrivalRecorded,
)
from shared.contracts.intake.field import Money
from shared.contracts.intake.screening import Screening, ScreeningRecord, VulnerabilityScreened
from tests.unit.intake.people import (
    C1,
    CONSENTED,
    E1,
    E2,
    TODAY,
    a_departure,
    a_factor,
    a_return,
    a_screening,
    an_arrival,
    an_intention,
    counted,
    registered,
    some_facts,
    withdraw,
)
from tests.unit.intake.people import N1 as CASE_MANAGEMENT
from tests.unit.kit import forgotten, given

ABOUT = {"today": TODAY, "ground": CONSENTED}


def intend(**changes: Any) -> DeclareIntention:
    return DeclareIntention(**ABOUT, form=an_intention(**changes))


def depart(**changes: Any) -> RecordDeparture:
    return RecordDeparture(**ABOUT, form=a_departure(**changes))


def come_back(**changes: Any) -> RecordReturn:
    return RecordReturn(**ABOUT, form=a_return(**changes))


def arrive(**changes: Any) -> RecordTransitArrival:
    return RecordTransitArrival(**ABOUT, form=an_arrival(**changes))


def screen(**changes: Any) -> Screen:
    return Screen(**ABOUT, form=a_screening(**changes))


def economics(episode_id: UUID = E1, **changes: Any) -> DeclareEconomics:
    told = Economics(channel=Channel.ONLINE, recruitment_cost=Money(amount="25000", currency="PHP"), **changes)
    return DeclareEconomics(**ABOUT, episode_id=episode_id, economics=told)


def test_a_migration_from_wish_to_return() -> None:
    story = given(CLIENT, *registered()).when(intend()).then_types(MigrationIntentionDeclared)
    story = story.when(depart()).then_types(DepartureRecorded)
    story = story.when(economics()).then_types(MigrationEconomicsDeclared)
    story.when(come_back()).then_types(ReturnRecorded)


def test_an_episode_may_begin_with_a_departure_or_a_return() -> None:
    given(CLIENT, *registered()).when(depart()).then_types(DepartureRecorded)
    given(CLIENT, *registered()).when(come_back()).then_types(ReturnRecorded)


def test_one_departure_an_episode() -> None:
    left = given(CLIENT, *registered()).when(depart()).after()
    left.when(depart()).nothing()
    left.when(depart(destination="SAU")).rejected("already-exists")


def test_one_return_an_episode() -> None:
    back = given(CLIENT, *registered()).when(come_back()).after()
    back.when(come_back()).nothing()
    back.when(come_back(date="2026-02-21")).rejected("episode-closed")


def test_after_the_return_an_episode_is_closed() -> None:
    back = given(CLIENT, *registered()).when(come_back()).after()
    back.when(depart()).rejected("episode-closed")
    back.when(arrive(episode_id=E1)).rejected("episode-closed")
    back.when(depart(episode_id=E2)).then_types(DepartureRecorded)


def test_nobody_returns_before_they_left() -> None:
    left = given(CLIENT, *registered()).when(depart(date="2026-01-15")).after()
    left.when(come_back(date="2026-01-14")).refused_at("/date")
    left.when(come_back(date="2026-01")).then_types(ReturnRecorded)
    left.when(come_back(date="2025")).refused_at("/date")


def test_of_a_forgotten_departure_the_date_is_not_compared() -> None:
    left = given(CLIENT, *registered()).when(depart(date="2026-01-15")).after()
    given(CLIENT, *map(forgotten, left.events)).when(come_back(date="2026-01-14")).then_types(ReturnRecorded)


def test_a_wish_opens_an_episode_once() -> None:
    wished = given(CLIENT, *registered()).when(intend()).after()
    wished.when(intend()).nothing()
    wished.when(intend(destination="SAU")).rejected("already-exists")


@pytest.mark.parametrize("command", [depart(date="2026-03-03"), come_back(date="2027"), arrive(date="2026-04")])
def test_no_movement_lies_in_the_future(command: object) -> None:
    given(CLIENT, *registered()).when(command).rejected("date-in-future", fields=["/date"])


def test_a_wish_may() -> None:
    given(CLIENT, *registered()).when(intend(expected="2027")).then_types(MigrationIntentionDeclared)


def test_employer_and_contract_stay_out_of_the_statistical_copy() -> None:
    fact = given(CLIENT, *counted()).when(depart()).fact(DepartureRecorded)
    assert type(fact.profile) is Departure
    assert type(fact.identity) is DepartureRecord
    assert fact.profile
    assert "employer" not in fact.profile.model_dump()


def test_arrivals_at_several_points_are_one_journey() -> None:
    arrived = given(CLIENT, *registered()).when(arrive()).after()
    arrived.when(arrive()).nothing()
    arrived.when(arrive(point="ILOILO")).then_types(TransitArrivalRecorded)


def test_economics_belong_to_a_known_episode() -> None:
    given(CLIENT, *registered()).when(economics()).rejected("not-found")
    told = given(CLIENT, *registered()).when(depart()).after().when(economics()).after()
    told.when(economics()).nothing()
    told.when(economics(fee_receipt=True)).then_types(MigrationEconomicsDeclared)


# Screening


def test_the_worker_decides_what_is_urgent() -> None:
    fact = given(CLIENT, *counted()).when(screen(urgent=True)).fact(VulnerabilityScreened)
    assert (fact.urgent, fact.proposal_overruled) == (True, False)
    assert type(fact.profile) is Screening


@pytest.mark.parametrize("proposed", [True, False])
def test_who_sees_it_otherwise_than_proposed_writes_why(proposed: bool) -> None:
    factors = (a_factor(severity=3 if proposed else 2),)
    outcome = given(CLIENT, *registered()).when(screen(factors=factors))
    if not proposed:
        assert outcome.fact(VulnerabilityScreened).proposal_overruled is False
        return
    outcome.refused_at("/overrule_reason")
    fact = given(CLIENT, *counted()).when(screen(factors=factors, overrule_reason="Settled")).fact(VulnerabilityScreened)
    assert fact.proposal_overruled
    assert isinstance(fact.identity, ScreeningRecord)
    assert fact.profile
    assert "overrule_reason" not in fact.profile.model_dump()


@pytest.mark.parametrize("kind", [ClientType.VOT, ClientType.UASC, ClientType.STRANDED])
def test_some_clients_are_always_proposed_as_urgent(kind: ClientType) -> None:
    facts = registered(facts=some_facts(client_types=(kind,)))
    given(CLIENT, *facts).when(screen()).refused_at("/overrule_reason")


def test_a_factor_belongs_to_its_level() -> None:
    strange = a_factor(level=DomvLevel.STRUCTURAL)
    given(CLIENT, *registered()).when(screen(factors=(a_factor(), strange))).refused_at("/factors/1/code")


def test_a_screening_adds_and_never_changes() -> None:
    screened = given(CLIENT, *registered()).when(screen()).after()
    screened.when(screen()).nothing()
    screened.when(screen(urgent=True)).rejected("already-exists")
    screened.when(screen(screening_id=C1)).then_types(VulnerabilityScreened)


# What a command rests on


COMMANDS = [intend(), depart(), come_back(), arrive(), screen()]


@pytest.mark.parametrize("command", COMMANDS)
def test_without_consent_to_case_management_nothing_more_is_recorded(command: object) -> None:
    ended = given(CLIENT, *registered()).when(withdraw(CASE_MANAGEMENT)).after()
    ended.when(command).rejected("consent-missing", purpose="CASE_MANAGEMENT")


def test_a_consent_to_something_else_is_no_ground() -> None:
    other = Ground(basis=LegalBasis.CONSENT, consent_id=E2)
    command = Screen(today=TODAY, ground=other, form=a_screening())
    given(CLIENT, *registered()).when(command).rejected("consent-missing")


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_recorded_of_somebody_forgotten(command: object) -> None:
    erased = ClientErased(request_id=C1, basis="SUBJECT_REQUEST")
    given(CLIENT, *registered(), erased).when(command).rejected("client-erased")
