"""The directory: listed, verified for ninety days, retired for good."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.referrals.directory.decisions import ENTRY, ListEntry, RetireEntry, VerifyEntry
from services.referrals.directory.routes import around
from shared.codes import EntryRetireReason, EntryStatus, ServiceCode
from shared.contracts.referrals.service_entry import (
    Capacity,
    Organization,
    Service,
    ServiceEntryListed,
    ServiceEntryRetired,
    ServiceEntryVerified,
)
from tests.unit.kit import given

ID = UUID(int=4)
TODAY = date(2026, 3, 5)
LISTED = ServiceEntryListed(
    entry_id=ID,
    org="OWWA",
    service_code=ServiceCode.LIV,
    organization=Organization(org="OWWA", name="OWWA regional office"),
    service=Service(name="Livelihood grant", service_code=ServiceCode.LIV, status=EntryStatus.ACTIVE),
)
VERIFIED = ServiceEntryVerified(verified_on=TODAY, by="stf-d1", next_due=date(2026, 6, 3))
RETIRED = ServiceEntryRetired(reason=EntryRetireReason.CLOSED)
VERIFY = VerifyEntry(verified_on=TODAY, today=TODAY, by="stf-d1")


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("0600613001", ["0600613001", "0600613000", "0600600000", "0600000000"]),
        ("0600613000", ["0600613000", "0600600000", "0600000000"]),
        ("0600600000", ["0600600000", "0600000000"]),
        ("0600000000", ["0600000000"]),
        ("1903800000", ["1903800000", "1900000000"]),
        ("1908705000", ["1908705000", "1908700000", "1900000000", "1903800000"]),
    ],
    ids=["barangay", "municipality", "province", "region", "before the division", "after it"],
)
def test_whoever_serves_a_place_serves_what_lies_in_it(place: str, found: list[str]) -> None:
    assert around(place) == found


def test_an_entry_is_listed_and_replaced_as_a_whole() -> None:
    given(ENTRY).when(ListEntry(entry=LISTED)).then(LISTED)
    other = LISTED.model_copy(update={"service_areas": ("0600613000",)})
    given(ENTRY, LISTED).when(ListEntry(entry=other)).then(other)
    given(ENTRY, LISTED).when(ListEntry(entry=LISTED)).nothing()


def test_a_verification_holds_for_ninety_days() -> None:
    given(ENTRY, LISTED).when(VERIFY).then(VERIFIED)
    state = given(ENTRY, LISTED, VERIFIED).state
    assert (state.active, state.next_due) == (True, date(2026, 6, 3))


def test_a_listing_alone_verifies_nothing() -> None:
    assert given(ENTRY, LISTED).state.next_due is None


def test_nobody_verifies_ahead_of_time() -> None:
    given(ENTRY, LISTED).when(replace(VERIFY, verified_on=date(2026, 3, 6))).rejected("date-in-future", fields=["/verified_on"])


def test_an_older_check_tells_nothing_new() -> None:
    given(ENTRY, LISTED, VERIFIED).when(replace(VERIFY, verified_on=date(2026, 3, 1))).nothing()


def test_a_check_may_tell_what_is_free() -> None:
    free = Capacity(unit="places", free=3, as_of=TODAY)
    assert given(ENTRY, LISTED).when(replace(VERIFY, capacity=free)).fact(ServiceEntryVerified).capacity == free


def test_a_retired_entry_stays_retired() -> None:
    given(ENTRY, LISTED).when(RetireEntry(reason=EntryRetireReason.CLOSED)).then(RETIRED)
    assert not given(ENTRY, LISTED, RETIRED).state.active
    for command in (ListEntry(entry=LISTED), VERIFY, RetireEntry(reason=EntryRetireReason.MOVED)):
        given(ENTRY, LISTED, RETIRED).when(command).rejected("invalid-state", state="RETIRED", allowed=[])


def test_a_service_that_does_not_run_is_not_active() -> None:
    closed = LISTED.model_copy(update={"service": LISTED.service.model_copy(update={"status": EntryStatus.TEMPORARILY_CLOSED})})
    assert not given(ENTRY, closed, VERIFIED).state.active
