"""What is known of a client changes."""

from datetime import date
from typing import Any
from uuid import UUID

from services.intake.client.commands import AmendClient
from services.intake.client.decisions import CLIENT
from shared.codes import AmendReason, Sex
from shared.contracts.intake.client import ClientField, ClientProfileAmended
from shared.contracts.intake.person import Identity, Names, ProfileSnapshot
from tests.unit.intake.people import C1, CONSENTED, TODAY, a_person, counted, registered
from tests.unit.kit import forgotten, given


def amend(*, person: dict[str, Any] | None = None, facts: dict[str, Any] | None = None, request_id: UUID | None = None) -> AmendClient:
    changes = {"person": person or {}, "facts": facts or {}}
    return AmendClient(today=TODAY, ground=CONSENTED, reason=AmendReason.CORRECTION, request_id=request_id, **changes)


def test_the_whole_identity_and_the_names_of_what_changed() -> None:
    names = Names(given="Maria Clara", family="dela Cruz")
    fact = given(CLIENT, *registered()).when(amend(person={"names": names}, facts={"sex": Sex.X})).fact(ClientProfileAmended)
    assert fact.changed == (ClientField("names"), ClientField("sex"))
    assert isinstance(fact.identity, Identity)
    assert (fact.identity.names, fact.identity.phones) == (names, a_person().phones)
    assert fact.profile is None


def test_the_profile_follows_where_statistics_are_allowed() -> None:
    fact = given(CLIENT, *counted()).when(amend(person={"birth_date": date(2001, 1, 1)})).fact(ClientProfileAmended)
    assert isinstance(fact.profile, ProfileSnapshot)
    assert fact.profile.birth_month == "2001-01"


def test_null_clears() -> None:
    fact = given(CLIENT, *registered()).when(amend(person={"phones": None})).fact(ClientProfileAmended)
    assert isinstance(fact.identity, Identity)
    assert fact.identity.phones == ()


def test_what_is_mandatory_cannot_be_cleared() -> None:
    given(CLIENT, *registered()).when(amend(facts={"sex": None})).refused_at("/profile/sex")
    given(CLIENT, *registered()).when(amend(person={"birth_date": None})).refused_at("/identity/birth_date")
    given(CLIENT, *registered()).when(amend(person={"names": None})).refused_at("/identity/names")


def test_nothing_changes_when_all_is_so_already() -> None:
    given(CLIENT, *registered()).when(amend(facts={"sex": Sex.F})).nothing()


def test_a_birth_date_takes_the_place_of_a_told_age() -> None:
    told = registered(person=a_person(birth_date=None, age=34))
    fact = given(CLIENT, *told).when(amend(person={"birth_date": date(1991, 6, 14)})).fact(ClientProfileAmended)
    assert isinstance(fact.identity, Identity)
    assert fact.identity.age is None


def test_a_client_is_found_by_the_new_number_and_no_longer_by_the_old() -> None:
    rows = given(CLIENT, *registered()).when(amend(person={"phones": ("+639170000002",)})).rows(C1)
    assert [(row.kind, row.name, row.key) for row in rows] == [("unblind", "phone", "170000001"), ("blind", "phone", "170000002")]


def test_somebody_forgotten_is_not_amended() -> None:
    given(CLIENT, *map(forgotten, registered())).when(amend(facts={"sex": Sex.X})).rejected("client-erased")
