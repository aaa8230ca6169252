"""A consent runs out by itself: at the end of its last day, and when the child for whom a caregiver agreed has grown up."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.intake import look_ups
from services.intake.client.decisions import CLIENT
from services.intake.timers import GROWN, grown_up, months_after, timers
from shared.codes import AdultChild, Assent, ConsentEnd, ConsentForm, GivenBy, Purpose
from shared.contracts.intake.client import ClientErased
from shared.contracts.intake.consent import ConsentGiven, ConsentWithdrawn, Giver
from shared.eventsourcing.event import Context, Event, instant
from shared.eventsourcing.projection import Fact
from shared.eventsourcing.timer import Due
from shared.region import load_region
from tests.unit.intake.people import C1, N1, N2, N3, N4, a_person, an_answer, give, registered, statistics, withdraw
from tests.unit.kit import forgotten, given

REGION = load_region(Path("deploy/regions/antique.toml"))
TIMERS = timers(lambda: REGION, look_ups)
MOTHER = Giver(name="Ana dela Cruz", relation="mother")
CAREGIVER: dict[str, Any] = {"given_by": GivenBy.CAREGIVER, "giver": MOTHER, "assent": Assent.GIVEN}
CTX = Context(centre="PH-ANT-01", actor="stf-w1", role="caseworker", purpose="CASE_MANAGEMENT")


def sharing(consent_id: UUID = N3, **changes: Any) -> ConsentGiven:
    answer = an_answer(consent_id, Purpose.SHARE_FOR_SERVICE, recipient_org="OWWA", **changes)
    return given(CLIENT, *registered()).when(give(answer)).fact(ConsentGiven)


def changes_of(event: Event) -> list[tuple[Any, ...]]:
    at = instant(datetime(2026, 3, 2, 2, tzinfo=UTC))
    told = f"gabay.intake.{event.event_type}.v1"
    data = {"ctx": CTX.wire(), **event.model_dump(mode="json", exclude=event.sealed_members, exclude_none=True)}
    found = TIMERS.projection.handlers[told](Fact("t", 0, 0, str(C1), 1, told, "e", at, at, "", data))
    return [(name, *row[2:5]) for name, row in found]  # type: ignore[union-attr]


def due(item: str, at: datetime, now: datetime | None = None) -> Due:
    return Due(stream_id=C1, name="T3", item=item, at=at, rings_at=at, now=now or at, ctx=CTX, version=9)


def child(**person: Any) -> list[Event]:
    """A client of 13, for whom the mother agreed."""
    return registered(person=a_person(**({"birth_date": date(2012, 3, 3)} | person)), consents=(an_answer(**CAREGIVER),))


def test_a_consent_lasts_to_the_end_of_its_last_day_where_the_centre_is() -> None:
    [start] = changes_of(sharing(valid_to=date(2026, 8, 31)))
    assert start == ("start", str(N3), "2026-09-01T00:00:00+08:00", "2026-09-01T00:00:00+08:00")


def test_a_consent_without_an_end_has_no_timer() -> None:
    facts = [event for event in registered(consents=(an_answer(), statistics())) if isinstance(event, ConsentGiven)]
    assert [changes_of(fact) for fact in facts] == [[], []]


def test_a_replaced_or_withdrawn_consent_does_not_expire_again() -> None:
    older = sharing()
    newer = (
        given(CLIENT, *registered(), older).when(give(an_answer(N4, Purpose.SHARE_FOR_SERVICE, recipient_org="OWWA"))).fact(ConsentGiven)
    )
    assert newer.replaces == N3
    assert [change[:2] for change in changes_of(newer)] == [("start", str(N4)), ("stop", str(N3)), ("stop", f"{N3}{GROWN}")]
    ended = given(CLIENT, *registered(), older).when(withdraw(N3)).fact(ConsentWithdrawn)
    assert [change[:2] for change in changes_of(ended)] == [("stop", str(N3)), ("stop", f"{N3}{GROWN}")]


def test_nothing_runs_for_a_forgotten_client() -> None:
    assert TIMERS.projection.handlers["gabay.intake.client-erased.v1"](
        Fact("t", 0, 0, str(C1), 1, "gabay.intake.client-erased.v1", "e", "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", "", {"ctx": {}})
    ) == [("forget", (str(C1),))]


def test_an_expired_consent_ends_on_the_day_after_its_last() -> None:
    older = sharing(valid_to=date(2026, 8, 31))
    state = given(CLIENT, *registered(), older).state
    wish = TIMERS.rules["T3"].ring(due(str(N3), datetime(2026, 8, 31, 16, tzinfo=UTC)), state)
    assert wish is not None
    ended = given(CLIENT, *registered(), older).when(wish.command).fact(ConsentWithdrawn)
    assert (ended.consent_id, ended.reason, ended.effective) == (N3, ConsentEnd.EXPIRED, date(2026, 9, 1))
    given(CLIENT, *registered(), older, ended).when(wish.command).rejected("consent-missing")


def test_what_a_caregiver_agreed_to_is_asked_about_after_half_a_year_and_tells_no_birthday() -> None:
    [consent] = [event for event in child() if isinstance(event, ConsentGiven)]
    assert [(name, item, at[:10]) for name, item, at, _ in changes_of(consent)] == [("start", f"{N1}{GROWN}", "2026-09-02")]
    older, younger = (child(birth_date=date(year, 7, 7)) for year in (2009, 2015))
    [one], [other] = ([e for e in events if isinstance(e, ConsentGiven)] for events in (older, younger))
    assert changes_of(one) == changes_of(other)


@pytest.mark.parametrize(("today", "ends"), [(date(2030, 9, 2), False), (date(2030, 9, 3), True), (date(2031, 1, 1), True)])
def test_six_months_after_the_birthday_the_caregivers_consent_ends(today: date, ends: bool) -> None:
    events = child()
    rung = due(f"{N1}{GROWN}", datetime(2026, 9, 1, 16, tzinfo=UTC), datetime(today.year, today.month, today.day, 2, tzinfo=UTC))
    wish = TIMERS.rules["T3"].ring(rung, given(CLIENT, *events).state)
    assert (wish is not None) == ends
    if wish is not None:
        ended = given(CLIENT, *events).when(wish.command).fact(ConsentWithdrawn)
        assert (ended.reason, ended.effective) == (ConsentEnd.MAJORITY_REACHED, date(2030, 9, 3))


def test_a_consent_to_statistics_is_not_outgrown() -> None:
    events = registered(person=a_person(birth_date=date(2012, 3, 3)), consents=(an_answer(**CAREGIVER), statistics(N2, **CAREGIVER)))
    [_, counted] = [event for event in events if isinstance(event, ConsentGiven)]
    assert changes_of(counted) == []


def test_nobody_outgrows_a_consent_whose_age_is_not_known_or_who_was_of_age() -> None:
    unknown = given(CLIENT, *child(birth_date=None, age_class=AdultChild.CHILD)).state
    assert grown_up(unknown, N1) is None
    represented = an_answer(**{**CAREGIVER, "form": ConsentForm.PROXY, "assent": Assent.NOT_NEEDED})
    adult = given(CLIENT, *registered(consents=(represented,))).state
    assert grown_up(adult, N1) is None
    erased = given(CLIENT, *[forgotten(event) for event in child()], ClientErased(request_id=N2, basis="SUBJECT_REQUEST")).state
    assert grown_up(erased, N1) is None


def test_of_an_estimated_age_the_first_of_the_month_counts() -> None:
    state = given(CLIENT, *child(birth_date=None, age=13)).state
    assert grown_up(state, N1) == date(2031, 3, 1)  # told on 2 March 2026: born in September 2012


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [(date(2026, 3, 2), 6, date(2026, 9, 2)), (date(2026, 8, 31), 6, date(2027, 2, 28)), (date(2012, 12, 31), 222, date(2031, 6, 30))],
)
def test_a_month_is_a_month(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after
