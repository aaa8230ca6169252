"""The guards of SendReferral, and what stays closed of a confidential one."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.referrals.referral.commands import Accept, Decline
from shared.codes import DeclineReason, Direction, OverrideReason, PacketItem, Priority, ServiceCode, SubCommittee
from shared.consent import Consent
from shared.contracts.referrals import referral as facts
from shared.eventsourcing.decider import Row
from tests.unit.kit import given
from tests.unit.referrals.referrals import AT, CLIENT, CONSENT, DELIVERED, REFERRAL, REFERRALS, entry, packet, sending, sent

OVERRIDE: dict[str, Any] = {
    "consent": Consent.MISSING, "consent_id": None, "overridden": OverrideReason.VITAL_INTEREST, "override_text": "unconscious",
    "signed": True,
}  # fmt: skip
HIDDEN: dict[str, Any] = {
    "confidential": True, "to_org": "PSWDO_ANT", "service_code": ServiceCode.SHE, "agreement_id": "ANT-PSWDO-1",
    "entry": entry(org="PSWDO_ANT", service_code=ServiceCode.SHE), "packet": packet(name=None, case_code="A-17"),
}  # fmt: skip


def test_the_deadlines_are_those_of_the_worked_example() -> None:
    fact = sent()
    told = [fact.due_ack, fact.due_service, fact.lapse_ack, fact.lapse_service]
    expected = ["2026-03-10T17:00+08:00", "2026-03-19T17:00+08:00", "2026-03-13T17:00+08:00", "2026-04-06T17:00+08:00"]
    assert told == [datetime.fromisoformat(at) for at in expected]


@pytest.mark.parametrize(("consent", "code"), [(Consent.MISSING, "consent-missing"), (Consent.ENDED, "consent-expired")])
def test_a_referral_without_consent_needs_a_supervisor(consent: Consent, code: str) -> None:
    given(REFERRALS).when(sending(consent=consent)).rejected(code, purpose="SHARE_FOR_SERVICE")
    given(REFERRALS).when(sending(**OVERRIDE | {"signed": False})).rejected("approval-needed")
    fact = given(REFERRALS).when(sending(**OVERRIDE)).fact(facts.ReferralSent)
    assert fact.override == facts.Override(reason=OverrideReason.VITAL_INTEREST)
    assert fact.consent_id is None


def test_an_override_says_why_in_words_that_are_sealed() -> None:
    given(REFERRALS).when(sending(**OVERRIDE | {"override_text": None})).refused_at("/override/text")
    fact = sent(**OVERRIDE)
    assert isinstance(fact.packet, facts.SentPacket)
    assert fact.packet.override_text == "unconscious"
    assert "unconscious" not in fact.model_dump_json(exclude={"packet"})


def test_without_an_agreement_only_an_emergency_with_override_leaves() -> None:
    given(REFERRALS).when(sending(agreement_id=None)).rejected("agreement-missing")
    given(REFERRALS).when(sending(agreement_id=None, priority=Priority.EMERGENCY)).rejected("agreement-missing")
    given(REFERRALS).when(sending(**OVERRIDE, agreement_id=None)).rejected("agreement-missing")
    given(REFERRALS).when(sending(**OVERRIDE, agreement_id=None, priority=Priority.EMERGENCY)).then_types(facts.ReferralSent)


@pytest.mark.parametrize(
    "stale",
    [None, entry(fresh_until=None), entry(fresh_until=date(2026, 3, 4)), entry(active=False), entry(org="DMW"),
     entry(service_code=ServiceCode.LEG)],
    ids=["unknown", "never verified", "too old", "not running", "of another organisation", "of another service"],
)  # fmt: skip
def test_the_entry_is_fresh_and_of_this_service(stale: Any) -> None:
    given(REFERRALS).when(sending(entry=stale)).rejected("entry-stale")


def test_an_entry_is_fresh_on_its_last_day() -> None:
    given(REFERRALS).when(sending(entry=entry(fresh_until=date(2026, 3, 5)))).then_types(facts.ReferralSent)


def test_only_an_emergency_goes_without_an_entry() -> None:
    given(REFERRALS).when(sending(entry_id=None, entry=None)).refused_at("/entry_id")
    given(REFERRALS).when(sending(entry_id=None, entry=None, priority=Priority.EMERGENCY)).then_types(facts.ReferralSent)


@pytest.mark.parametrize(
    ("member", "field"),
    [("name", "case_code"), ("age", "age"), ("sex", "sex"), ("reason", "reason"), ("consent_text", "consent_text")],
)
def test_a_packet_without_what_the_form_asks_for_is_incomplete(member: str, field: str) -> None:
    given(REFERRALS).when(sending(packet=packet(**{member: None}))).rejected("packet-incomplete", fields=[f"/packet/{field}"])


def test_a_minors_packet_tells_of_the_caregiver() -> None:
    fields = ["/packet/caregiver/name", "/packet/caregiver/relation", "/packet/caregiver/informed", "/packet/caregiver/why_not"]
    given(REFERRALS).when(sending(packet=packet(minor=True))).rejected("packet-incomplete", fields=fields)
    kept_quiet = {"name": "<mother>", "relation": "mother", "informed": False}
    given(REFERRALS).when(sending(packet=packet(minor=True, caregiver=kept_quiet))).rejected(
        "packet-incomplete", fields=["/packet/caregiver/why_not"]
    )
    told = {"name": "<mother>", "relation": "mother", "informed": True}
    given(REFERRALS).when(sending(packet=packet(minor=True, caregiver=told))).then_types(facts.ReferralSent)


def test_a_child_is_told_of_whatever_the_form_says_of_minors() -> None:
    missing = [f"/packet/caregiver/{name}" for name in ("name", "relation", "informed", "why_not")]
    given(REFERRALS).when(sending(packet=packet(age=17))).rejected("packet-incomplete", fields=missing)
    given(REFERRALS).when(sending(packet=packet(age=18))).then_types(facts.ReferralSent)


def test_an_unaccompanied_child_has_no_caregiver_to_name_but_a_reason_why_nobody_knows() -> None:
    alone = {"separation": "UNACCOMPANIED", "informed": False}
    given(REFERRALS).when(sending(packet=packet(age=12, caregiver=alone))).rejected(
        "packet-incomplete", fields=["/packet/caregiver/why_not"]
    )
    told = alone | {"why_not": "nobody was found yet"}
    given(REFERRALS).when(sending(packet=packet(age=12, caregiver=told))).then_types(facts.ReferralSent)


WITHHELD: dict[PacketItem, dict[str, Any]] = {
    PacketItem.NAME: {},
    PacketItem.BIRTH_DATE: {"birth_date": date(1991, 6, 14)},
    PacketItem.SEX: {},
    PacketItem.DISABILITY: {"disability": "<text>"},
    PacketItem.DOCUMENTS: {"documents": ("passport",)},
    PacketItem.ADDRESS: {"address": "<municipality>"},
    PacketItem.PHONE: {"phone": "<phone>"},
    PacketItem.LANGUAGES: {"languages": ("krj",)},
    PacketItem.HOUSEHOLD: {"household_size": 5},
    PacketItem.CAREGIVER: {"caregiver": {"name": "<mother>"}},
    PacketItem.SPECIAL_NEEDS: {"special_needs": "<text>"},
    PacketItem.REASON: {},
    PacketItem.SERVICES_GIVEN: {"services_given": ("INF",)},
}
"""What a packet must hold besides its minimum so that it holds the item."""


@pytest.mark.parametrize("item", list(PacketItem))
def test_every_item_may_be_kept_back(item: PacketItem) -> None:
    command = sending(withheld=frozenset({item}), packet=packet(**WITHHELD[item]))
    given(REFERRALS).when(command).rejected("withheld-item", purpose="SHARE_FOR_SERVICE", items=[item])


def test_who_keeps_back_the_name_is_referred_by_a_code() -> None:
    command = sending(withheld=frozenset({PacketItem.NAME}), packet=packet(name=None, case_code="A-17"))
    given(REFERRALS).when(command).then_types(facts.ReferralSent)


def test_a_contact_block_bars_the_receiver_whatever_was_consented_to_and_whoever_signs() -> None:
    given(REFERRALS).when(sending(barred=True)).rejected("protection-block")
    given(REFERRALS).when(sending(**OVERRIDE, barred=True, priority=Priority.EMERGENCY)).rejected("protection-block")


def test_a_referral_follows_one_of_the_same_person_from_the_same_sender() -> None:
    earlier = {"previous_referral_id": REFERRAL}
    given(REFERRALS).when(sending(**earlier, previous=(CLIENT, "ANT_PG"))).then_types(facts.ReferralSent)
    for other in (None, (CONSENT, "ANT_PG"), (CLIENT, "OWWA")):
        given(REFERRALS).when(sending(**earlier, previous=other)).refused_at("/previous_referral_id")


def test_who_declines_names_somebody_else_who_may_help() -> None:
    no = Decline(at=AT, reason=DeclineReason.OUTSIDE_MANDATE, redirect_to="DMW")
    assert given(REFERRALS, sent()).when(no).fact(facts.ReferralDeclined).redirect_to == "DMW"
    for itself in ("OWWA", "ANT_PG"):
        given(REFERRALS, sent()).when(replace(no, redirect_to=itself)).refused_at("/redirect_to")
    hidden = given(REFERRALS, sent(**HIDDEN)).when(no).fact(facts.ReferralDeclined)
    assert hidden.redirect_to is None


def test_a_client_is_linked_to_what_comes_from_outside_only() -> None:
    given(REFERRALS, sent()).when(Accept(at=AT, client_id=CLIENT)).refused_at("/client_id")


def test_what_the_client_keeps_back_does_not_leave() -> None:
    kept = frozenset({PacketItem.PHONE, PacketItem.ADDRESS})
    given(REFERRALS).when(sending(withheld=kept)).then_types(facts.ReferralSent)
    command = sending(withheld=kept, packet=packet(phone="<phone>"))
    given(REFERRALS).when(command).rejected("withheld-item", purpose="SHARE_FOR_SERVICE", items=["PHONE"])


def test_the_open_part_of_a_confidential_referral_tells_neither_receiver_nor_service() -> None:
    fact = given(REFERRALS).when(sending(**HIDDEN)).fact(facts.ReferralSent)
    assert (fact.to_org, fact.entry_id, fact.agreement_id) == (None, None, None)
    assert (fact.service_code, fact.sub_committee) == (ServiceCode.PSS, SubCommittee.PSS)
    assert isinstance(fact.packet, facts.SentPacket)
    assert (fact.packet.to_org, fact.packet.service_code) == ("PSWDO_ANT", ServiceCode.SHE)
    assert "PSWDO" not in fact.model_dump_json(exclude={"packet"})


def test_a_confidential_packet_holds_a_case_code_in_place_of_the_name() -> None:
    given(REFERRALS).when(sending(**HIDDEN | {"packet": packet(case_code="A-17")})).refused_at("/packet/name")
    given(REFERRALS).when(sending(**HIDDEN | {"packet": packet(name=None)})).rejected("packet-incomplete", fields=["/packet/case_code"])


def test_the_answers_to_a_confidential_referral_do_not_name_the_receiver() -> None:
    after = given(REFERRALS, sent(**HIDDEN)).when(Accept(at=AT, by_org="PSWDO_ANT"))
    assert after.fact(facts.ReferralAcknowledged).by_org is None


def test_an_outside_referral_is_recorded_without_our_consent_and_linked_when_accepted() -> None:
    inward = sending(
        direction=Direction.IN, from_org="DSWD", to_org="ANT_PG", client_id=None, consent=Consent.MISSING, consent_id=None,
        agreement_id=None, entry_id=None, entry=None,
    )  # fmt: skip
    recorded = given(REFERRALS).when(inward).after()
    fact = recorded.when(Accept(at=AT, client_id=CLIENT)).fact(facts.ReferralAccepted)
    assert fact.client_id == CLIENT


def test_referrals_are_found_by_their_consent_until_they_end() -> None:
    of_client = Row("search", "referral-of", str(CLIENT))
    assert given(REFERRALS).when(sending()).rows(REFERRAL) == [of_client, Row("search", "referral-under-consent", str(CONSENT))]
    from tests.unit.referrals.referrals import COMMANDS, WAY_TO

    for name, state in (("Decline", "SENT"), ("Withdraw", "LAPSED"), ("Deliver", "ACCEPTED"), ("Close", "LAPSED")):
        rows = given(REFERRALS, *WAY_TO[state]).when(COMMANDS[name]).rows(REFERRAL)  # type: ignore[index]
        assert rows == [Row("unsearch", "referral-under-consent", str(CONSENT))]
    assert given(REFERRALS, sent()).when(COMMANDS["Lapse"]).rows(REFERRAL) == []
    assert DELIVERED.event_type == "referral-service-delivered"
