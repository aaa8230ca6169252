"""Consent: per purpose, informed, by who may give it, for a time, and taken back at will."""

from datetime import date, timedelta

import pytest

from services.intake.client.decisions import CLIENT
from services.intake.client.forms import WithheldItem
from shared.codes import (
    AdultChild,
    AmendReason,
    Assent,
    ConsentEnd,
    ConsentForm,
    ConsentMethod,
    GivenBy,
    PacketItem,
    Purpose,
    WithholdReason,
)
from shared.contracts.intake.client import ClientErased, ClientProfileAmended
from shared.contracts.intake.consent import ConsentGiven, ConsentProof, ConsentRefused, ConsentWithdrawn, Giver
from shared.contracts.intake.person import ProfileSnapshot
from shared.eventsourcing.event import Event
from tests.unit.intake.people import (
    ALL_TOLD,
    KEY,
    N1,
    N2,
    N3,
    N4,
    OTHER_KEY,
    TODAY,
    a_person,
    an_answer,
    counted,
    give,
    register,
    registered,
    statistics,
    withdraw,
)
from tests.unit.kit import forgotten, given

MOTHER = Giver(name="A mother", relation="mother")
GUARDIAN = Giver(name="A guardian", relation="guardian", document="A court's order")
CAREGIVER = {"given_by": GivenBy.CAREGIVER, "giver": MOTHER, "assent": Assent.GIVEN}


def a_child() -> list[Event]:
    return registered(person=a_person(birth_date=date(2012, 3, 3)), consents=(an_answer(**CAREGIVER),))


def sharing(**changes: object) -> object:
    return an_answer(**{"consent_id": N3, "purpose": Purpose.SHARE_FOR_SERVICE, "recipient_org": "OWWA", **changes})


# Statistics and the profile key


def test_consent_to_statistics_names_the_key_that_was_drawn() -> None:
    given_one = given(CLIENT).when(register(consents=(an_answer(), statistics()))).events[2]
    assert isinstance(given_one, ConsentGiven)
    assert given_one.profile_key == KEY


def test_no_other_consent_names_a_profile_key() -> None:
    assert given(CLIENT, *registered()).when(give(sharing())).fact(ConsentGiven).profile_key is None


def test_consent_to_statistics_given_later_brings_the_whole_profile() -> None:
    outcome = given(CLIENT, *registered()).when(give(statistics()))
    outcome.then_types(ConsentGiven, ClientProfileAmended)
    amended = outcome.fact(ClientProfileAmended)
    assert amended.reason is AmendReason.STATISTICS_CONSENT
    assert amended.changed == ()
    assert isinstance(amended.profile, ProfileSnapshot)


def test_a_renewed_consent_to_statistics_keeps_the_key_and_repeats_nothing() -> None:
    outcome = given(CLIENT, *counted()).when(give(statistics(N3)))
    outcome.then_types(ConsentGiven)
    assert (outcome.fact(ConsentGiven).replaces, outcome.fact(ConsentGiven).profile_key) == (N2, KEY)


def test_consent_to_statistics_after_a_withdrawal_seals_under_a_new_key() -> None:
    ended = given(CLIENT, *counted()).when(withdraw(N2)).after()
    outcome = ended.when(give(statistics(N3)))
    outcome.then_types(ConsentGiven, ClientProfileAmended)
    assert (outcome.fact(ConsentGiven).replaces, outcome.fact(ConsentGiven).profile_key) == (None, OTHER_KEY)


# What a consent needs


@pytest.mark.parametrize("name", list(type(ALL_TOLD).model_fields))
def test_all_six_things_must_have_been_told(name: str) -> None:
    informed = ALL_TOLD.model_copy(update={name: False})
    given(CLIENT, *registered()).when(give(sharing(informed=informed))).refused_at(f"/informed/{name}")


@pytest.mark.parametrize("name", ["given_by", "form", "method", "informed", "assent"])
def test_a_yes_needs_its_circumstances(name: str) -> None:
    given(CLIENT, *registered()).when(give(sharing(**{name: None}))).refused_at(f"/{name}")


@pytest.mark.parametrize("purpose", [Purpose.SHARE_FOR_SERVICE, Purpose.CONSULAR])
def test_sharing_names_who_receives_unless_it_is_confidential(purpose: Purpose) -> None:
    unnamed = sharing(purpose=purpose, recipient_org=None)
    given(CLIENT, *registered()).when(give(unnamed)).refused_at("/recipient_org")
    confidential = sharing(purpose=purpose, recipient_org=None, confidential=True)
    assert given(CLIENT, *registered()).when(give(confidential)).fact(ConsentGiven).recipient_org is None


def test_a_verbal_consent_needs_the_workers_certificate() -> None:
    verbal = sharing(method=ConsentMethod.VERBAL_CERTIFIED)
    given(CLIENT, *registered()).when(give(verbal)).refused_at("/proof_ref")
    certified = sharing(method=ConsentMethod.VERBAL_CERTIFIED, proof_ref="A1")
    proof = given(CLIENT, *registered()).when(give(certified)).fact(ConsentGiven).identity
    assert proof == ConsentProof(proof_ref="A1")


def test_what_is_withheld_is_open_and_why_is_sealed() -> None:
    item = WithheldItem(item=PacketItem.ADDRESS, from_org="OWWA", why=WithholdReason.FEAR_OF_HARM)
    fact = given(CLIENT, *registered()).when(give(sharing(withheld=(item,)))).fact(ConsentGiven)
    assert [(each.item, each.from_org) for each in fact.withheld] == [(PacketItem.ADDRESS, "OWWA")]
    assert fact.identity == ConsentProof(why=(WithholdReason.FEAR_OF_HARM,))
    assert "FEAR_OF_HARM" not in fact.model_dump_json(exclude={"identity"})


# Who gives it


def test_a_child_cannot_consent_alone() -> None:
    given(CLIENT, *a_child()).when(give(sharing())).refused_at("/given_by", "/assent")


def test_a_child_of_unknown_age_counts_as_a_child() -> None:
    unknown = a_person(birth_date=None, age_class=AdultChild.U)
    given(CLIENT).when(register(person=unknown)).refused_at("/consents/0/given_by", "/consents/0/assent")


@pytest.mark.parametrize("assent", [Assent.GIVEN, Assent.NOT_CAPABLE])
def test_a_caregiver_consents_with_the_childs_assent(assent: Assent) -> None:
    answer = sharing(**{**CAREGIVER, "assent": assent})
    assert given(CLIENT, *a_child()).when(give(answer)).fact(ConsentGiven).assent is assent


def test_a_childs_no_counts() -> None:
    answer = sharing(**{**CAREGIVER, "assent": Assent.REFUSED})
    given(CLIENT, *a_child()).when(give(answer)).rejected("assent-refused", purpose="SHARE_FOR_SERVICE")


def test_somebody_else_shows_a_paper() -> None:
    by_other = {"given_by": GivenBy.OTHER, "assent": Assent.NOT_CAPABLE}
    given(CLIENT, *a_child()).when(give(sharing(**by_other))).refused_at("/giver")
    given(CLIENT, *a_child()).when(give(sharing(**by_other, giver=MOTHER))).refused_at("/giver/document")
    assert given(CLIENT, *a_child()).when(give(sharing(**by_other, giver=GUARDIAN))).fact(ConsentGiven)


def test_an_adult_answers_alone_unless_represented() -> None:
    given(CLIENT, *registered()).when(give(sharing(**CAREGIVER))).refused_at("/given_by")
    assert given(CLIENT, *registered()).when(give(sharing(**CAREGIVER, form=ConsentForm.PROXY))).fact(ConsentGiven)


def test_nobody_is_their_own_proxy() -> None:
    given(CLIENT, *registered()).when(give(sharing(form=ConsentForm.PROXY))).refused_at("/form")


# How long


def test_case_management_and_statistics_hold_until_withdrawn() -> None:
    given(CLIENT, *registered()).when(give(statistics(valid_to=date(2027, 1, 1)))).refused_at("/valid_to")
    assert given(CLIENT, *registered()).when(give(statistics())).fact(ConsentGiven).valid_to is None


def test_other_consents_hold_two_years() -> None:
    assert given(CLIENT, *registered()).when(give(sharing())).fact(ConsentGiven).valid_to == date(2028, 3, 2)
    leap = give(sharing(valid_from=date(2024, 2, 29)), today=date(2024, 3, 1))
    assert given(CLIENT, *registered()).when(leap).fact(ConsentGiven).valid_to == date(2026, 2, 28)


def test_a_consent_may_be_shorter_and_never_longer() -> None:
    shorter = sharing(valid_to=date(2026, 9, 1))
    assert given(CLIENT, *registered()).when(give(shorter)).fact(ConsentGiven).valid_to == date(2026, 9, 1)
    given(CLIENT, *registered()).when(give(sharing(valid_to=date(2028, 3, 3)))).refused_at("/valid_to")


def test_a_consent_begins_today_at_the_latest() -> None:
    tomorrow = sharing(valid_from=TODAY + timedelta(days=1))
    given(CLIENT, *registered()).when(give(tomorrow)).rejected("date-in-future", fields=["/valid_from"])


def test_a_consent_that_has_run_out_is_none() -> None:
    old = sharing(valid_from=date(2020, 1, 1))
    given(CLIENT, *registered()).when(give(old)).rejected("consent-expired", purpose="SHARE_FOR_SERVICE")


# Again, no, and no more


def test_a_new_consent_takes_the_place_of_the_older() -> None:
    shared = given(CLIENT, *registered()).when(give(sharing())).after()
    renewed = shared.when(give(sharing(consent_id=N4)))
    assert renewed.fact(ConsentGiven).replaces == N3
    renewed.after().when(withdraw(N3)).rejected("consent-missing")
    renewed.after().when(withdraw(N4)).then_types(ConsentWithdrawn)


def test_consents_for_two_recipients_stand_side_by_side() -> None:
    shared = given(CLIENT, *registered()).when(give(sharing())).after()
    assert shared.when(give(sharing(consent_id=N4, recipient_org="DMW"))).fact(ConsentGiven).replaces is None


def test_a_known_consent_is_done_already_and_another_needs_its_own_id() -> None:
    shared = given(CLIENT, *registered()).when(give(sharing())).after()
    shared.when(give(sharing())).nothing()
    shared.when(give(sharing(language="fil"))).rejected("already-exists")


def test_a_no_is_recorded_and_blocks_nothing() -> None:
    no = give(an_answer(None, Purpose.STATISTICS, refused=True, given_by=None, informed=None))
    refusal = ConsentRefused(purpose=Purpose.STATISTICS, language="krj", notice_version="2026-1")
    given(CLIENT, *registered()).when(no).then(refusal).when(give(sharing())).then_types(ConsentGiven)


def test_a_consent_ends_once() -> None:
    ended = ConsentWithdrawn(consent_id=N1, purpose=Purpose.CASE_MANAGEMENT, reason=ConsentEnd.CLIENT_WISH, effective=TODAY)
    given(CLIENT, *registered()).when(withdraw(N1)).then(ended).when(withdraw(N1)).rejected("consent-missing")


def test_an_unknown_consent_cannot_end() -> None:
    given(CLIENT, *registered()).when(withdraw(N4)).rejected("consent-missing")


def test_a_withdrawal_tells_the_recipient() -> None:
    shared = given(CLIENT, *registered()).when(give(sharing())).after()
    assert shared.when(withdraw(N3)).fact(ConsentWithdrawn).recipient_org == "OWWA"


def test_of_a_client_whose_keys_are_gone_a_consent_can_still_end() -> None:
    given(CLIENT, *map(forgotten, counted())).when(withdraw(N2)).then_types(ConsentWithdrawn)


def test_somebody_erased_is_asked_for_nothing() -> None:
    erased = ClientErased(request_id=N4, basis="SUBJECT_REQUEST")
    given(CLIENT, *registered(), erased).when(give(sharing())).rejected("client-erased")
    given(CLIENT, *registered(), erased).when(withdraw(N1)).rejected("client-erased")
