"""The rules of a stay: who may sleep where, for how long, and who counts the places."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.casework.case.commands import Consent
from services.casework.stay.decisions import stay_in
from shared.codes import AdultChild, LegalBasis, RoomClass, Sex, StayState, UnitKind, VoidReason
from shared.contracts.casework import stay as facts
from shared.eventsourcing.decider import Row, RowKind
from shared.eventsourcing.event import Context, Recorded
from shared.eventsourcing.void import VoidEntry, voiding
from tests.unit.casework.cases import CLIENT, ground
from tests.unit.casework.stays import (
    ARRIVED,
    CHILDREN,
    HOTEL,
    LEFT,
    MEN,
    NOW,
    SAFE,
    STAYS,
    UNITS,
    WOMEN,
    a_unit,
    ended,
    ending,
    extending,
    moving,
    started,
    starting,
)
from tests.unit.kit import forgotten, given, plaintexts

STAY = UUID(int=70)


def test_somebody_is_taken_in() -> None:
    fact = given(STAYS).when(starting()).fact(facts.ShelterStayStarted)
    assert (fact.unit, fact.unit_kind, fact.m2_per_person, fact.arrived) == ("U-W", UnitKind.CENTRE, "4.00", ARRIVED)
    assert fact.narrative.display_name == "Rosa"  # type: ignore[union-attr]
    assert fact.protected is None


def test_a_stay_starts_once() -> None:
    given(STAYS, started()).when(starting()).rejected("invalid-state", state=StayState.STAYING, allowed=["ChangeStay", "EndStay"])


@pytest.mark.parametrize(("consent", "code"), [(Consent.MISSING, "consent-missing"), (Consent.ENDED, "consent-expired")])
def test_a_consent_that_is_named_must_be_in_force(consent: Consent, code: str) -> None:
    given(STAYS).when(starting(ground=ground(consent))).rejected(code, purpose="CASE_MANAGEMENT")


def test_at_night_a_vital_interest_is_enough_where_the_region_names_its_statute() -> None:
    vital = {"consent": Consent.MISSING, "basis": LegalBasis.VITAL_INTEREST}
    given(STAYS).when(starting(ground=ground(**vital, statute=True))).then_types(facts.ShelterStayStarted)  # type: ignore[arg-type]
    given(STAYS).when(starting(ground=ground(**vital))).rejected("consent-missing")  # type: ignore[arg-type]


# room, sex, age, with family -> admitted
SEPARATION = [
    (RoomClass.DORM_F, Sex.F, AdultChild.ADULT, False, True),
    (RoomClass.DORM_F, Sex.M, AdultChild.ADULT, False, False),
    (RoomClass.DORM_F, Sex.X, AdultChild.ADULT, False, False),
    (RoomClass.DORM_F, Sex.F, AdultChild.CHILD, False, False),
    (RoomClass.DORM_F, Sex.F, AdultChild.U, False, False),
    (RoomClass.DORM_F, Sex.F, AdultChild.ADULT, True, False),
    (RoomClass.DORM_M, Sex.M, AdultChild.ADULT, False, True),
    (RoomClass.DORM_M, Sex.F, AdultChild.ADULT, False, False),
    (RoomClass.DORM_M, Sex.M, AdultChild.CHILD, False, False),
    (RoomClass.FAMILY, Sex.M, AdultChild.ADULT, True, True),
    (RoomClass.FAMILY, Sex.F, AdultChild.CHILD, True, True),
    (RoomClass.FAMILY, Sex.F, AdultChild.ADULT, False, False),
    (RoomClass.CHILD, Sex.M, AdultChild.CHILD, False, True),
    (RoomClass.CHILD, Sex.F, AdultChild.U, False, True),
    (RoomClass.CHILD, Sex.F, AdultChild.ADULT, False, False),
    (RoomClass.CHILD, Sex.F, AdultChild.ADULT, True, False),
    (RoomClass.SINGLE, Sex.X, AdultChild.ADULT, False, True),
    (RoomClass.SINGLE, Sex.M, AdultChild.CHILD, False, True),
    (RoomClass.MEDICAL, Sex.U, AdultChild.U, False, True),
]


@pytest.mark.parametrize(("room", "sex", "age", "family", "admitted"), SEPARATION)
def test_sexes_ages_and_families_are_apart(room: RoomClass, sex: Sex, age: AdultChild, family: bool, admitted: bool) -> None:
    outcome = given(STAYS).when(starting(unit=a_unit("U", room), sex=sex, adult_child=age, family=family))
    if admitted:
        outcome.then_types(facts.ShelterStayStarted)
    else:
        outcome.rejected("separation-rule", room_class=room)


def test_a_stay_is_recorded_once_the_person_is_there() -> None:
    given(STAYS).when(starting(arrived=NOW + timedelta(minutes=1))).rejected("date-in-future", fields=["/arrived"])
    given(STAYS).when(starting(expected_exit=date(2026, 4, 30))).refused_at("/expected_exit")
    # 2 May in UTC is still 1 May at the centre
    given(STAYS).when(starting(expected_exit=date(2026, 5, 1))).then_types(facts.ShelterStayStarted)


def test_a_protected_place_is_named_in_the_protected_part_alone() -> None:
    fact = given(STAYS).when(starting(unit=SAFE, safety_flags=("husband searches",))).fact(facts.ShelterStayStarted)
    assert (fact.unit, fact.unit_kind) == (None, UnitKind.SAFE)
    hidden = plaintexts(fact)["protected"].model_dump()
    assert hidden == {"safety_flags": ("husband searches",), "safe_unit": "U-S"}
    assert "U-S" not in fact.model_dump_json(exclude={"protected"})


def test_a_supervisor_extends_a_stay() -> None:
    given(STAYS, started()).when(extending(approved=False)).rejected("approval-needed")
    fact = given(STAYS, started()).when(extending()).fact(facts.ShelterStayChanged)
    assert (fact.expected_exit, fact.reason) == (date(2026, 5, 20), "EXTENDED")
    given(STAYS, started(), fact).when(extending()).nothing()
    given(STAYS, started(), fact).when(extending(date(2026, 5, 10))).refused_at("/expected_exit")
    given(STAYS, started()).when(extending(date(2026, 5, 9), on=date(2026, 5, 12))).refused_at("/expected_exit")


def test_a_stay_goes_on_in_another_unit_that_fits() -> None:
    fact = given(STAYS, started()).when(moving()).fact(facts.ShelterStayChanged)
    assert (fact.unit, fact.reason, fact.narrative) == ("U-H", "MOVED", None)
    given(STAYS, started()).when(moving(WOMEN)).nothing()
    given(STAYS, started()).when(moving(MEN)).rejected("separation-rule")
    given(STAYS, started()).when(moving(CHILDREN)).rejected("separation-rule")


def test_nobody_moves_into_or_out_of_a_protected_place() -> None:
    given(STAYS, started()).when(moving(SAFE)).refused_at("/unit")
    given(STAYS, started(unit=SAFE)).when(moving(HOTEL)).refused_at("/unit")


def test_nights_are_local_dates() -> None:
    """Arrived 1 May 23:00, left 3 May 06:00: the nights of 1 and 2 May."""
    assert ended().nights == 2
    assert given(STAYS, started()).when(ending(left=ARRIVED + timedelta(minutes=30))).fact(facts.ShelterStayEnded).nights == 0


def test_a_stay_ends_once_after_it_began_and_not_before_it_happened() -> None:
    given(STAYS, started(), ended()).when(ending()).rejected("invalid-state", state=StayState.ENDED, allowed=[])
    given(STAYS, started(), ended()).when(extending()).rejected("invalid-state")
    given(STAYS, started()).when(ending(left=ARRIVED - timedelta(minutes=1))).refused_at("/left")
    given(STAYS, started()).when(ending(left=NOW + timedelta(minutes=1))).rejected("date-in-future", fields=["/left"])
    given(STAYS).when(ending()).rejected("invalid-state", allowed=["StartStay"])


def take(unit: str, kind: RowKind = "take") -> Row:
    return Row(kind, "occupancy", unit, {u.code: u.capacity for u in UNITS}[unit])


def give(unit: str) -> Row:
    return take(unit, "give")


def test_a_place_is_taken_moved_and_given_up_with_the_fact_itself() -> None:
    mine = [Row("search", "open-stay-of", str(CLIENT)), Row("claim", "open-stay", str(CLIENT)), Row("search", "stay-of", str(CLIENT))]
    assert given(STAYS).when(starting()).rows(STAY) == [take("U-W"), *mine]
    assert given(STAYS).when(starting(unit=SAFE)).rows(STAY) == [take("U-S"), *mine]
    assert given(STAYS, started()).when(extending()).rows(STAY) == []
    moved = given(STAYS, started()).when(moving())
    assert moved.rows(STAY) == [take("U-H"), give("U-W")]
    gone = [Row("unsearch", "open-stay-of", str(CLIENT)), Row("release", "open-stay", str(CLIENT))]
    assert moved.after().when(ending(left=LEFT)).rows(STAY) == [give("U-H"), *gone]


def test_of_a_forgotten_client_the_house_says_which_protected_place_becomes_free() -> None:
    stay: list[Any] = [forgotten(started(unit=SAFE))]
    given(STAYS, *stay).when(ending(unit_known=False)).refused_at("/safe_unit")
    told = stay_in(UNITS, erased=SAFE.code)
    assert given(told, *stay).when(ending()).rows(STAY)[0] == give(SAFE.code)
    open_one: list[Any] = [forgotten(started(unit=HOTEL))]
    assert given(told, *open_one).when(ending()).rows(STAY)[0] == give(HOTEL.code)


def test_what_was_never_true_gives_back_its_place_or_takes_it_again() -> None:
    def undone(*events: Any) -> list[Row]:
        ctx = Context(centre="HN-EP-01", actor="stf-e1", role="warden", purpose="CASE_MANAGEMENT", subject_id=CLIENT)
        told = [
            Recorded(
                stream_id=STAY, version=n, event_id=UUID(int=n), event=event, ctx=ctx, occurred_at=NOW, recorded_at=NOW,
                command_id=UUID(int=n),
            )
            for n, event in enumerate(events, 1)
        ]  # fmt: skip
        decider = voiding(STAYS)
        journal = decider.state_of(told)
        last = VoidEntry(event_id=UUID(int=len(events)), reason=VoidReason.WRONG_PERSON, now=NOW, actor="stf-e1")
        return decider.rows_of(STAY, journal, decider.decide(last, journal))

    mine = [Row("search", "open-stay-of", str(CLIENT)), Row("claim", "open-stay", str(CLIENT))]
    [moved] = STAYS.decide(moving(), STAYS.fold([started()]))
    assert undone(started()) == [give("U-W"), mine[0]._replace(kind="unsearch"), mine[1]._replace(kind="release")]
    assert undone(started(), moved) == [give("U-H"), take("U-W")]
    assert undone(started(), ended()) == [take("U-W"), *mine]
