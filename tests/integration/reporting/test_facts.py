"""What becomes of facts when the past changes: corrections, voids, consents, erasure, late and early facts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.reporting.facts.row import packed
from shared.codes.partial_date import middle
from tests.integration.reporting.world import CENTRE, World, some_id

ANA, BEN = some_id("ana"), some_id("ben")


def a_transit(world: World, client: str, day: str, episode: str = "e1") -> Any:
    return world.tell(
        "intake.transit-arrival-recorded", client, {"episode_id": some_id(client + episode), "point": "Trojes"},
        sealed={"date": day, "group_size": 1},
    )  # fmt: skip


def a_departure(world: World, client: str, day: str, **changes: Any) -> Any:
    sealed = {"date": day, "destination": "KWT", "documented": "YES", "land_sea": "LAND", "hire_type": "NEW", "channel": "GOVERNMENT"}
    return world.tell("intake.departure-recorded", client, {"episode_id": some_id(client + day)}, sealed=sealed | changes)


def a_service(world: World, client: str, day: str, case: str = "case") -> Any:
    return world.tell(
        "casework.service-delivered", some_id(client + case),
        {"service_code": "LIV", "sub_committee": "ESIP", "unit": "SESSION", "qty": "1.5", "delivered_on": day},
        sealed={"service_code": "LIV", "result": "DONE"}, client=client,
    )  # fmt: skip


async def n(model: Any, indicator: str, period: str, **more: Any) -> Any:
    cells = await model.ask(indicator, period, **more)
    return cells[0]["n"] if cells else 0


async def test_a_registration_with_consent_counts_once_at_its_day(model: Any) -> None:
    world = World()
    world.register(ANA)
    await model.apply(world.live() * 2)
    assert await model.ask("01", "2026-01", ("MONTH", "SEX", "A11")) == [{"MONTH": "2026-01", "SEX": "F", "A11": "Y30T34", "n": 1}]


async def test_without_consent_to_statistics_nobody_is_counted(model: Any) -> None:
    world = World()
    world.register(ANA, consent=False)
    a_service(world, ANA, "2026-01-06")
    await model.apply(world.live())
    assert await n(model, "01", "2026") == 0
    assert await n(model, "30a", "2026") == 0
    assert await model.cells() == set()


async def test_a_consent_given_later_describes_the_registration_but_no_other_earlier_fact(model: Any) -> None:
    world = World()
    world.register(ANA, consent=False)
    a_service(world, ANA, "2026-01-06")
    world.consent(ANA, sex="M")
    a_service(world, ANA, "2026-01-07")
    await model.apply(world.live())
    assert await model.ask("01", "2026-01", ("SEX",)) == [{"SEX": "M", "n": 1}]
    assert await n(model, "30a", "2026-01") == 1


async def test_a_withdrawn_consent_takes_a_person_out_of_all_periods(model: Any) -> None:
    world = World()
    world.register(ANA)
    world.register(BEN)
    a_transit(world, ANA, "2025-11-02")
    a_service(world, ANA, "2026-01-06")
    world.withdraw(ANA)
    await model.apply(world.live(), batch=2)
    assert await n(model, "01", "2026") == 1
    assert await n(model, "16b", "2025") == 0
    assert await model.connection.fetchval("select count(*) from fact where client = $1", ANA) == 0
    assert await model.connection.fetchval("select count(*) from person_version where client = $1", ANA) == 0
    assert await model.connection.fetchval("select count(*) from cell_person where n <= 0") == 0


async def test_a_late_fact_of_a_forgotten_client_does_not_come_back(model: Any) -> None:
    world = World()
    world.register(ANA)
    service = a_service(world, ANA, "2026-01-06")
    world.erase(ANA)
    late = service.fact()
    await model.apply([f for f in world.live() if f.event_id != late.event_id])
    await model.apply([late])
    assert await model.cells() == set()
    assert await model.connection.fetchval("select count(*) from fact") == 0


async def test_a_consent_that_takes_anothers_place_goes_on_where_that_one_stood(model: Any) -> None:
    world = World()
    world.register(ANA)
    replaced = world.consents[ANA]
    a_service(world, ANA, "2026-01-06")
    world.tell("intake.consent-given", ANA, {"consent_id": some_id("new"), "purpose": "STATISTICS", "replaces": replaced})
    ended = {"consent_id": replaced, "purpose": "STATISTICS", "reason": "EXPIRED", "effective": "2026-02-01"}
    world.tell("intake.consent-withdrawn", ANA, ended)
    await model.apply(world.live())
    assert await n(model, "30a", "2026") == 1
    assert await n(model, "01", "2026") == 1


async def test_a_service_that_arrives_before_its_client_counts_once_both_are_there(model: Any) -> None:
    world = World()
    world.register(ANA)
    a_service(world, ANA, "2026-01-06")
    await model.apply(world.later(["casework.case.v1"]), batch=1)
    assert await model.ask("30a", "2026-01", ("SERVICE", "SEX")) == [{"SERVICE": "LIV", "SEX": "F", "n": 1}]
    assert await n(model, "30b", "2026-01") == 1
    assert await n(model, "30c", "2026-01") == 1.5


async def test_a_correction_rewrites_the_version_and_a_new_fact_starts_one(model: Any) -> None:
    world = World()
    world.register(ANA)
    a_transit(world, ANA, "2026-01-06")
    world.amend(ANA, "CORRECTION", sex="M", birth_month="2010-03")
    world.amend(ANA, "NEW_FACT", at=datetime(2026, 3, 1, tzinfo=UTC), sex="M", birth_month="2010-03", psgc_mun="0504100000")
    a_service(world, ANA, "2026-03-02")
    await model.apply(world.live())
    assert await model.ask("16b", "2026-01", ("SEX", "A2")) == [{"SEX": "M", "A2": "Y0T17", "n": 1}]
    assert await model.ask("01", "2026", ("AREA",)) == [{"AREA": "0600600000", "n": 1}]
    assert await model.ask("30a", "2026", ("AREA", "A11")) == [{"AREA": "0504100000", "A11": "Y15T17", "n": 1}]


async def test_a_voided_entry_is_gone_and_the_next_of_its_episode_counts(model: Any) -> None:
    world = World()
    world.register(ANA)
    first = a_transit(world, ANA, "2026-01-06")
    a_transit(world, ANA, "2026-02-07")
    await model.apply(world.live())
    assert await model.ask("16b", "2026", ("MONTH",)) == [{"MONTH": "2026-01", "n": 1}]
    world.void(first)
    await model.apply(world.live()[-1:])
    assert await model.ask("16b", "2026", ("MONTH",)) == [{"MONTH": "2026-02", "n": 1}]


async def test_a_year_alone_counts_in_years_and_a_month_in_months(model: Any) -> None:
    world = World()
    world.register(ANA)
    a_departure(world, ANA, "2019")
    a_departure(world, ANA, "2019-08")
    a_departure(world, ANA, "2019-08-20")
    await model.apply(world.live())
    assert await n(model, "09", "2019") == 3
    assert await model.ask("09", "2019", ("MONTH",)) == [{"MONTH": "2019-08", "n": 2}]
    assert await n(model, "09", "2019-Q3") == 2
    assert await model.ask("09", "2019", ("YEAR", "COUNTRY", "LANDSEA")) == [{"YEAR": "2019", "COUNTRY": "KWT", "LANDSEA": "LAND", "n": 3}]
    assert await n(model, "09", "2019-08-20") == 1


async def test_the_occupation_of_a_departure_is_its_own_else_the_persons(model: Any) -> None:
    world = World()
    world.register(ANA, isco="9111")
    a_departure(world, ANA, "2026-01-06")
    a_departure(world, ANA, "2026-01-07", isco="2221")
    world.amend(ANA, "CORRECTION", isco="5311")
    await model.apply(world.live())
    assert await model.ask("09", "2026", ("ISCO1",)) == [{"ISCO1": "2", "n": 1}, {"ISCO1": "5", "n": 1}]


async def test_a_visit_on_two_topics_is_one_in_the_total_and_one_in_each(model: Any) -> None:
    world = World()
    visit = {"channel": "WALK_IN", "topics": ["LEG", "INF"], "client_id": None, "minutes": 5, "immediate_need": False, "info_given": True}
    # 18:00 UTC on 31 March is 1 April in Antique: encounters are dated by the clock of the centre.
    world.tell("intake.encounter-recorded", some_id("visit"), visit, at=datetime(2026, 3, 31, 16, 30, tzinfo=UTC))
    await model.apply(world.live())
    assert await model.ask("03", "2026", ("MONTH",)) == [{"MONTH": "2026-04", "n": 1}]
    assert await model.ask("03", "2026", ("TOPIC",)) == [{"TOPIC": "INF", "n": 1}, {"TOPIC": "LEG", "n": 1}]
    assert await model.ask("03", "2026", ("TOPIC", "CHANNEL"), {"TOPIC": ("LEG",)}) != []


async def test_a_group_of_twelve_of_whom_three_register_is_twelve_and_three(model: Any) -> None:
    world = World()
    counts = [{"sex": "M", "age": "ADULT", "n": 7}, {"sex": "F", "age": "CHILD", "n": 5}]
    group = {"point": "Trojes", "date": "2026-01-06", "nationality": "VEN", "mode": ["BUS", "FOOT"], "counts": counts}
    world.tell("intake.transit-group-observed", some_id("group"), group)
    for name in ("a", "b", "c"):
        world.register(some_id(name))
        a_transit(world, some_id(name), "2026-01-06")
    await model.apply(world.live())
    assert await n(model, "16a", "2026-01") == 12
    assert await n(model, "16b", "2026-01") == 3
    assert await model.ask("16a", "2026-01", ("SEX", "A2")) == [{"SEX": "F", "A2": "Y0T17", "n": 5}, {"SEX": "M", "A2": "Y_GE18", "n": 7}]
    assert await model.ask("16a", "2026", ("MODE",)) == [{"MODE": "BUS", "n": 12}, {"MODE": "FOOT", "n": 12}]


async def test_a_referral_that_is_delivered_is_one_service_by_referral(model: Any) -> None:
    world = World()
    world.register(ANA)
    sent = {"client_id": ANA, "direction": "OUT", "to_org": "OWWA", "service_code": "LIV", "sub_committee": "ESIP",
            "priority": "NORMAL", "due_ack": "2026-01-10T09:00:00Z", "due_service": "2026-01-19T09:00:00Z",
            "lapse_ack": "2026-01-13T09:00:00Z", "lapse_service": "2026-02-06T09:00:00Z"}  # fmt: skip
    for name, answers in {"r1": ["accepted", "service-delivered"], "r2": ["declined"], "r3": ["withdrawn"], "r4": []}.items():
        stream = some_id(name)
        world.tell("referrals.referral-sent", stream, sent, client=ANA)
        for answer in answers:
            reason = {"declined": "NO_CAPACITY", "withdrawn": "CLIENT_WISH"}.get(answer)
            data = {"at": f"2026-01-{10 + len(answer):02d}T01:00:00Z"} | ({"reason": reason} if reason else {})
            world.tell(f"referrals.referral-{answer}", stream, data, client=ANA)
    await model.apply(world.live(), batch=3)
    assert await model.ask("30a", "2026", ("SERVICE", "VIA")) == [{"SERVICE": "LIV", "VIA": "REFERRAL", "n": 1}]
    # Withdrawn before an answer: out of the denominator. Of the other three one was accepted.
    assert await model.ask("38", "2026-01", ("SERVICE",)) == [{"SERVICE": "LIV", "n": 3, "accepted": 1}]
    assert await model.ask("38", "2026-01", ("REASON",), {"REASON": ("NO_CAPACITY",)}) == [{"REASON": "NO_CAPACITY", "n": 1, "accepted": 0}]
    world.withdraw(ANA)
    await model.apply(world.live()[-1:])
    assert await model.connection.fetchval("select count(*) from fact") == 0


async def test_centres_are_kept_apart_and_sites_add_them_up(model: Any) -> None:
    world = World()
    for name, centre in (("a", CENTRE), ("b", "HN-EP-01"), ("c", "HN-EP-01")):
        told = world.register(some_id(name))
        told.data["ctx"]["centre"] = centre
    await model.apply(world.live())
    assert await model.ask("01", "2026", ("CENTRE",)) == [{"CENTRE": "HN-EP-01", "n": 2}, {"CENTRE": CENTRE, "n": 1}]
    assert await model.ask("01", "2026", (), {"CENTRE": (CENTRE,)}) == [{"n": 1}]
    assert [cell["n"] for cell in await model.ask("01", "2026", ("SITE", "TYPE"))] == [1, 2]


async def test_ages_of_partial_dates_are_taken_in_the_middle(model: Any) -> None:
    assert middle("2019").isoformat() == "2019-07-01"
    world = World()
    world.register(ANA, birth_month="2001-07")
    a_departure(world, ANA, "2019")
    await model.apply(world.live())
    assert await model.ask("09", "2019", ("A2",)) == [{"A2": "Y_GE18", "n": 1}]


async def test_a_row_means_the_same_to_the_database_whatever_signs_its_fields_hold(model: Any) -> None:
    codes = ["plain", None, "a,b", 'said "so"', "back\\slash", "(in) brackets"]
    fields = ["service", some_id("s"), some_id("e"), 0, 1, None, CENTRE, "2026-01-05", "D", "2026-01-05T02:00:00Z", *[None] * 4, *codes]
    rows = [packed([*fields, *[None] * 4]), packed([*fields[:14], " two words", "line\nbreak", "{}", "NULL", "ñ", "'", "1.5", *[None] * 3])]
    found = await model.connection.fetch("select c1, c2, c3, c4, c5, c6, qty::text from unnest($1::text[]::said_of_fact[])", rows)
    assert [tuple(row) for row in found] == [(*codes, None), (" two words", "line\nbreak", "{}", "NULL", "ñ", "'", "1.5")]
