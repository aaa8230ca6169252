"""A person becomes a client."""

from datetime import date, timedelta

from services.intake.client.commands import Ground
from services.intake.client.decisions import CLIENT
from shared.codes import AdultChild, AgeBand, LegalBasis, Priority, SubCommittee
from shared.contracts.intake.client import CaseRequest, ClientErased, ClientRegistered
from shared.contracts.intake.consent import ConsentGiven
from shared.contracts.intake.episode import (
    DepartureRecorded,
    MigrationIntentionDeclared,
    ReturnRecorded,
    TransitArrivalRecorded,
)
from shared.contracts.intake.person import Identity, Names, Person, ProfileSnapshot
from shared.contracts.intake.screening import VulnerabilityScreened
from tests.unit.intake.people import (
    C1,
    TODAY,
    a_departure,
    a_person,
    a_return,
    a_screening,
    an_answer,
    an_arrival,
    an_intention,
    counted,
    register,
    registered,
    some_facts,
    statistics,
)
from tests.unit.kit import given


def profile_of(**changes: object) -> ProfileSnapshot:
    first = counted(**changes)[0]
    assert isinstance(first, ClientRegistered)
    assert isinstance(first.profile, ProfileSnapshot)
    return first.profile


def test_one_fact_each_in_the_order_of_the_form() -> None:
    command = register(
        consents=(an_answer(), statistics()), intention=an_intention(), departure=a_departure(), returned=a_return(),
        transit_arrival=an_arrival(), screening=a_screening(),
    )  # fmt: skip
    given(CLIENT).when(command).then_types(
        ClientRegistered, ConsentGiven, ConsentGiven, MigrationIntentionDeclared, DepartureRecorded, ReturnRecorded,
        TransitArrivalRecorded, VulnerabilityScreened,
    )  # fmt: skip


def test_the_identity_holds_a_working_copy_of_the_profile() -> None:
    fact = given(CLIENT).when(register()).fact(ClientRegistered)
    assert isinstance(fact.identity, Identity)
    assert fact.identity.profile == some_facts()


def test_without_consent_to_statistics_no_profile_is_written() -> None:
    outcome = given(CLIENT).when(register(returned=a_return(), screening=a_screening()))
    assert all(getattr(event, "profile", None) is None for event in outcome.events)


def test_with_consent_to_statistics_every_fact_carries_its_profile() -> None:
    command = register(consents=(an_answer(), statistics()), returned=a_return(), screening=a_screening())
    outcome = given(CLIENT).when(command)
    assert outcome.fact(ClientRegistered).profile
    assert outcome.fact(ReturnRecorded).profile == outcome.fact(ReturnRecorded).identity
    assert outcome.fact(VulnerabilityScreened).profile


def test_the_profile_tells_the_month_of_birth_and_the_band_of_the_day() -> None:
    profile = profile_of()
    assert (profile.birth_month, profile.birth_estimated) == ("1991-06", False)
    assert (profile.age_band, profile.adult_child) == (AgeBand.Y30_34, AdultChild.ADULT)


def test_a_told_age_gives_an_estimated_month_of_birth() -> None:
    profile = profile_of(person=a_person(birth_date=None, age=34))
    assert (profile.birth_month, profile.birth_estimated) == ("1991-09", True)
    assert profile.age_band is AgeBand.Y30_34


def test_of_an_age_class_only_adult_or_child_is_known() -> None:
    profile = profile_of(person=a_person(birth_date=None, age_class=AdultChild.ADULT))
    assert (profile.birth_month, profile.age_band, profile.adult_child) == (None, AgeBand.U, AdultChild.ADULT)


def test_somebody_without_a_name_needs_a_card_code() -> None:
    given(CLIENT).when(register(person=a_person(names=None))).refused_at("/identity/names")
    given(CLIENT).when(register(person=a_person(names=Names(middle="Reyes")))).refused_at("/identity/names")
    assert given(CLIENT).when(register(person=a_person(names=None, card_code="ANT-0001"))).fact(ClientRegistered)


def test_age_is_told_in_exactly_one_way() -> None:
    given(CLIENT).when(register(person=a_person(birth_date=None))).refused_at("/identity/birth_date")
    given(CLIENT).when(register(person=a_person(age=34))).refused_at("/identity/age")


def test_a_place_code_needs_its_vintage() -> None:
    given(CLIENT).when(register(facts=some_facts(psgc_mun="0600613000"))).refused_at("/profile/vintage")


def test_no_day_lies_in_the_future() -> None:
    tomorrow = TODAY + timedelta(days=1)
    given(CLIENT).when(register(registered_on=tomorrow)).rejected("date-in-future", fields=["/registered_on"])
    born = a_person(birth_date=tomorrow)
    given(CLIENT).when(register(person=born)).rejected("date-in-future", fields=["/identity/birth_date"])


def test_without_consent_to_case_management_nobody_is_registered() -> None:
    given(CLIENT).when(register(consents=())).rejected("consent-missing", purpose="CASE_MANAGEMENT")
    given(CLIENT).when(register(consents=(an_answer(refused=True),))).rejected("consent-missing")


def test_a_supervisor_may_state_another_basis_that_has_a_statute() -> None:
    def command(**ground: object) -> object:
        return register(consents=(), ground=Ground(basis=LegalBasis.LEGAL_OBLIGATION, **ground))

    given(CLIENT).when(command(supervisor=True, statute="RA 11641")).then_types(ClientRegistered)
    given(CLIENT).when(command(supervisor=False, statute="RA 11641")).rejected("consent-missing")
    given(CLIENT).when(command(supervisor=True)).rejected("consent-missing")


def test_a_case_is_only_described_when_one_is_asked_for() -> None:
    wish = CaseRequest(priority=Priority.NORMAL, confidential=False, sub_committee=SubCommittee.MDI)
    given(CLIENT).when(register(case_request=wish)).refused_at("/case_request")
    assert given(CLIENT).when(register(case_request=wish, open_case=True)).fact(ClientRegistered).case_request == wish


def test_nobody_is_registered_twice_under_one_id() -> None:
    given(CLIENT, *registered()).when(register()).rejected("already-exists")


def test_a_faulty_consent_is_named_by_its_place() -> None:
    command = register(consents=(an_answer(), statistics(form=None, assent=None)))
    given(CLIENT).when(command).refused_at("/consents/1/form", "/consents/1/assent")


def test_a_child_is_registered_with_a_caregivers_consent() -> None:
    child = a_person(birth_date=date(2014, 1, 5))
    given(CLIENT).when(register(person=child)).refused_at("/consents/0/given_by", "/consents/0/assent")


def test_a_client_is_found_by_six_terms() -> None:
    person = Person.model_validate({**a_person().model_dump(), "documents": [{"type": "PASSPORT", "number": "P 123", "country": "PHL"}]})
    rows = given(CLIENT).when(register(person=person)).rows(C1)
    assert len(rows) <= 6
    assert {row.kind for row in rows} == {"blind"}


def test_an_erased_client_is_found_no_more() -> None:
    before = given(CLIENT, *registered())
    erased = ClientErased(request_id=C1, basis="SUBJECT_REQUEST")
    found = given(CLIENT).when(register()).rows(C1)
    gone = list(CLIENT.rows(C1, before.state, erased))
    assert [(row.name, row.key) for row in gone] == [(row.name, row.key) for row in found]
    assert {row.kind for row in gone} == {"unblind"}


def test_what_is_wrong_in_a_part_is_named_by_its_place() -> None:
    ahead = register(transit_arrival=an_arrival(date="2026-04"))
    given(CLIENT).when(ahead).rejected("date-in-future", fields=["/transit_arrival/date"])
    early = register(departure=a_departure(date="2026-02-01"), returned=a_return(date="2026-01"))
    given(CLIENT).when(early).refused_at("/return/date")
