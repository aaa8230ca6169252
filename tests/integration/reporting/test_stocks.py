"""What is so at the end of a period: coverage, families, absence, loads, shelter, returns, protection (section 4)."""

from __future__ import annotations

from typing import Any

import pytest

from services.reporting.figures import read
from tests.integration.reporting.test_facts import a_departure, a_service
from tests.integration.reporting.test_outcomes import ANA, BEN, a_case, at, close, one, told_twice
from tests.integration.reporting.world import World, some_id

HOUSE = some_id("house")


def a_return(world: World, client: str, departure: Any, day: str) -> None:
    world.tell(
        "intake.return-recorded", client, {"episode_id": departure.data["episode_id"]},
        sealed={"date": day, "from": "KWT", "reason": "CONTRACT_END", "voluntary": "YES", "distressed": False},
    )  # fmt: skip


def link(world: World, client: str, member: str, household: str = HOUSE, **changes: Any) -> None:
    facts = {"relation": "CHILD", "abroad": True, "country": "KWT", "lives_with": False} | changes
    told = {"household_id": household, "member_id": member, "declared_by": client, "from": world.now.date().isoformat()}
    world.tell("intake.household-member-linked", household, told, sealed=facts, client=client)


def assessed(world: World, client: str, day: str, matter: str, **codes: Any) -> None:
    case = some_id(client + "protected")
    sealed = {"matter": matter, "adult_child": "ADULT"} | codes
    world.tell("casework.protection-assessed", case, {"assessment_id": some_id(day)}, sealed=sealed, client=client, at=at(day))


def stay(world: World, client: str, arrived: str, left: str | None, kind: str = "CENTRE") -> None:
    stream = some_id(f"stay {client} {arrived}")
    begun = {"client_id": client, "unit_kind": kind, "m2_per_person": "4.50", "family": False, "arrived": arrived}
    world.tell("casework.shelter-stay-started", stream, begun, client=client)
    if left:
        world.tell("casework.shelter-stay-ended", stream, {"left": left, "nights": 0}, client=client)


async def test_04_everybody_registered_and_heard_of_in_twelve_months_whether_they_allow_it_or_not(model: Any) -> None:
    world = World()
    cora, dan = some_id("cora"), some_id("dan")
    world.register(dan, consent=False, at=at("2025-02-02"))
    world.register(ANA, at=at("2026-02-02"))
    world.register(BEN, consent=False, at=at("2026-02-03"))
    world.register(cora, at=at("2026-02-04"))
    world.now = at("2026-07-01")
    world.withdraw(cora)
    await told_twice(model, world)
    # Dan was last heard of 22 months before; at the end of June Cora still allowed it.
    assert await one(model, "04", "2026") == {"n": 3, "num": 1}
    assert await one(model, "04", "2026-Q2") == {"n": 3, "num": 2}
    world.erase(BEN)
    await model.apply(world.live()[-1:])
    assert await one(model, "04", "2026") == {"n": 2, "num": 1}


async def test_05_the_latest_assessment_of_those_who_were_active(model: Any) -> None:
    world = World()
    for client, answers in ((ANA, (False, True)), (BEN, (False,)), (some_id("cora"), ())):
        world.register(client, at=at("2026-01-05"))
        for disabled in answers:
            world.tell("intake.functioning-assessed", client, {"tool_version": "1"}, sealed={"answers": {}, "disabled": disabled})
    await told_twice(model, world)
    assert await one(model, "05", "2026") == {"n": 2, "num": 1}


async def test_05_and_06_take_for_active_whom_02_does_and_look_at_every_record_of_a_person(model: Any) -> None:
    """Of the one all there is in July is two nights in a shelter, of the other that a training was attended."""
    world, session = World(), some_id("session")
    for client in (ANA, BEN):
        world.register(client, at=at("2026-01-05"))
        link(world, client, some_id(f"son of {client}"), some_id(f"house of {client}"))
    world.tell("intake.functioning-assessed", ANA, {"tool_version": "1"}, sealed={"answers": {}, "disabled": True})
    stay(world, ANA, "2026-07-01T12:00:00Z", "2026-07-03T03:00:00Z")
    told = {"client_id": BEN, "attended_hours": "8", "completed": True}
    world.tell("casework.training-outcome-recorded", session, told, sealed={}, client=BEN, at=at("2026-07-05"))
    await told_twice(model, world)
    assert await one(model, "02", "2026-07") == {"n": 2}
    assert await one(model, "05", "2026-07") == {"n": 1, "num": 1}
    assert await one(model, "06", "2026-07") == {"n": 2}
    world.merge(BEN, ANA, at=at("2026-07-20"))
    await model.apply(world.live()[-2:])
    assert (await one(model, "02", "2026-07"), await one(model, "05", "2026-07")) == ({"n": 1}, {"n": 1, "num": 1})


async def test_06_mother_and_father_are_clients_and_one_son_is_abroad_one_household(model: Any) -> None:
    world = World()
    for client in (ANA, BEN):
        world.register(client, at=at("2026-01-05"))
        link(world, client, some_id("son"))
    link(world, ANA, some_id("neighbour"), some_id("other house"), abroad=False)
    await told_twice(model, world)
    assert await one(model, "06", "2026") == {"n": 1}
    world.tell("intake.household-member-unlinked", HOUSE, {"member_id": some_id("son"), "to": "2026-06-01", "reason": "LEFT"})
    await model.apply(world.live()[-1:])
    assert await model.ask("06", "2026") == []
    assert await one(model, "06", "2026-Q1") == {"n": 1}


async def test_08_known_absent_while_somebody_was_heard_of_them(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2025-06-02"))
    a_departure(world, ANA, "2025-03", intended_months=24)
    world.register(BEN, at=at("2026-01-05"))
    gone = a_departure(world, BEN, "2024-03-04")
    a_return(world, BEN, gone, "2026-02-01")
    link(world, BEN, some_id("daughter"), departed="2023")
    await told_twice(model, world)
    assert await model.ask("08", "2026", ("COUNTRY",)) == [{"COUNTRY": "KWT", "n": 2}]
    # Antique had 643,173 inhabitants in 2024; who stays behind lives where the one abroad is absent from.
    assert await model.ask("08", "2026", ("AREA",)) == [{"AREA": "0600600000", "n": 2, "per_1000": 0.0031}]
    # Ana was last heard of in June 2025: more than 24 months before the end of 2027.
    assert await one(model, "08", "2027") == {"n": 1}


async def test_14_cost_in_months_of_the_first_pay_by_rates_on_file(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for client, currency, hire in ((ANA, "PHP", "NEW"), (BEN, "KWD", "NEW"), (some_id("cora"), "PHP", "UNKNOWN")):
        world.register(client, at=at("2026-01-05"))
        left = a_departure(world, client, "2025-06-04", hire_type=hire)
        money = {
            "recruitment_cost": {"amount": "60000", "currency": "PHP"},
            "first_month_earnings": {"amount": "20000" if currency == "PHP" else "200", "currency": currency},
        }
        world.tell("intake.migration-economics-declared", client, {"episode_id": left.data["episode_id"]}, sealed=money | {"channel": "U"})
    await told_twice(model, world)
    assert (await one(model, "14", "2026"))["median"] == 3.0
    monkeypatch.setattr(read, "rates_json", lambda: '{"2025-06 KWD": "150"}')
    assert await one(model, "14", "2026") == {"n": 2, "median": 2.5}


async def test_21_possible_and_actual_are_each_counted_when_they_were_first_assessed(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-01-05"))
    for day, status in (("2026-02-10", "Possible"), ("2026-03-01", "Possible"), ("2026-09-10", "Actual"), ("2026-10-10", "NotA")):
        assessed(world, ANA, day, "TRAFFICKING", trafficking_status=f"{status}VictimOfTrafficking", exploitation=["ForcedLabour"])
    await told_twice(model, world)
    assert await model.ask_series("21a", "2026", ("QUARTER",)) == [{"QUARTER": "2026-Q1", "n": 1}]
    assert await model.ask_series("21b", "2026", ("EXPLOITATION",)) == [{"EXPLOITATION": "ForcedLabour", "n": 1}]


async def test_22_children_on_their_own_and_whose_interests_were_assessed_within_two_weeks(model: Any) -> None:
    world = World()
    for client, found, decided in (
        (ANA, "2026-02-02", "2026-02-16"),
        (BEN, "2026-02-02", "2026-02-17"),
        (some_id("c"), "2026-03-20", None),
    ):
        world.register(client, at=at("2026-02-01"))
        assessed(world, client, found, "CHILD_SEPARATION", separation="UNACCOMPANIED")
        if decided:
            assessed(world, client, decided, "BEST_INTERESTS", kind="BIA", decided_on=decided)
    await told_twice(model, world)
    assert await model.ask_series("22a", "2026-Q1", ("SEPARATION",)) == [{"SEPARATION": "UNACCOMPANIED", "n": 3}]
    assert await model.ask_series("22b", "2026-Q1") == [{"n": 2, "num": 1}]


async def test_24_a_search_is_judged_a_year_after_it_was_opened(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2024-12-01"))
    case = some_id("case")
    for name, opened, found in (("x", "2025-03-01", "2026-02-28"), ("y", "2025-03-01", "2026-03-02"), ("z", "2026-03-01", None)):
        for stage, day in (("OPEN", opened), ("VERIFIED", found)):
            if day:
                told = {"tracing_id": some_id(name), "sought_id": some_id("s"), "stage": stage, "on": day}
                world.tell("casework.tracing-progressed", case, told, client=ANA)
    await told_twice(model, world)
    assert await one(model, "24", "2026") == {"n": 2, "num": 1}


async def test_25_and_29_a_case_that_moves_is_open_where_it_went(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-01-05"))
    world.register(BEN, consent=False, at=at("2026-01-05"))
    case, other = a_case(world, ANA, "2026-01-10"), a_case(world, BEN, "2026-01-10")
    for each, client in ((case, ANA), (other, BEN)):
        world.tell("casework.case-assigned", each, {"worker": "stf-w1", "role": "caseworker"}, client=client)
    answer = {"transfer_id": some_id("t"), "to_centre": "HN-EP-01", "answer": "ACCEPTED"}
    world.tell("casework.case-transfer-answered", case, answer, client=ANA, at=at("2026-02-02"))
    await told_twice(model, world)
    assert await model.ask_series("25d", "2026-01", ("CENTRE",)) == [{"CENTRE": "PH-ANT-01", "n": 1}]
    assert await model.ask_series("25d", "2026-Q1", ("CENTRE",)) == [{"CENTRE": "HN-EP-01", "n": 1}]
    assert await model.ask_series("25e", "2026-Q1", ("CENTRE",)) == [{"CENTRE": "HN-EP-01", "n": 1}]
    assert await model.ask_series("25f", "2026-Q1", ("CENTRE",)) == [{"CENTRE": "PH-ANT-01", "n": 1}]
    load = await one(model, "29", "2026-01")
    assert (load["n"], load["workers"], load["mean"], load["most"], load["B0T9"]) == (2, 1, 2.0, 2, 1)
    close(world, BEN, other, "2026-02-05")
    await model.apply(world.live()[-1:])
    assert await model.ask("29", "2026-Q1", ("CENTRE",)) == [
        {"CENTRE": "HN-EP-01", "n": 1, "workers": 1, "mean": 1.0, "most": 1, "B0T9": 1, "B10T19": 0, "B20T29": 0, "B_GE30": 0}
    ]


async def test_34_nights_are_local_dates_and_a_safe_house_is_left_out(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-04-01"))
    stay(world, ANA, "2026-05-01T23:00:00+08:00", "2026-05-03T06:00:00+08:00")
    stay(world, ANA, "2026-05-30T12:00:00+08:00", None)
    stay(world, ANA, "2026-05-10T12:00:00+08:00", "2026-05-20T12:00:00+08:00", "SAFE")
    await told_twice(model, world)
    assert await model.ask_series("34a", "2026-05") == [{"n": 4}]
    assert await model.ask_series("34a", "2026-06", ("UNIT_KIND",)) == [{"UNIT_KIND": "CENTRE", "n": 30}]
    assert await model.ask_series("34b", "2026-05") == [{"n": 1, "median": 2.0}]
    assert await model.ask_series("34c", "2026-05") == [{"n": 2, "lowest": 4.5}]
    # A night in a shelter makes a person active, in each month of it.
    assert await model.ask("02", "2026-Q2", ("MONTH",)) == [{"MONTH": f"2026-0{month}", "n": 1} for month in (4, 5, 6)]


async def test_35_stages_at_the_end_days_to_departure_and_documents(model: Any) -> None:
    world = World()
    for client, stages in (
        (ANA, (("REQUESTED", "2026-01-10"), ("DEPARTED", "2026-02-09"))),
        (BEN, (("REQUESTED", "2026-01-10"), ("WITHDRAWN", "2026-03-01"))),
    ):
        world.register(client, at=at("2026-01-05"))
        for stage, day in stages:
            told = {"return_id": some_id(client + "r"), "stage": stage, "on": day}
            world.tell(
                "casework.return-assistance-progressed",
                some_id(client),
                told,
                sealed={"from_country": "MYS", "to_country": "PHL"},
                client=client,
            )
    asked = {"request_id": some_id("q"), "stage": "ISSUED", "on": "2026-01-20"}
    world.tell("casework.consular-request-progressed", some_id(ANA), asked, sealed={"document": "PASSPORT", "mission": "PHL"}, client=ANA)
    await told_twice(model, world)
    assert await model.ask_series("35a", "2026-01", ("STAGE",)) == [{"STAGE": "REQUESTED", "n": 2}]
    assert await model.ask_series("35b", "2026", ("COUNTRY",)) == [{"COUNTRY": "PHL", "n": 1, "median": 30.0}]
    assert await model.ask_series("35c", "2026") == [{"n": 2, "num": 1}]
    assert await model.ask_series("35d", "2026", ("STAGE", "DOCUMENT")) == [{"STAGE": "ISSUED", "DOCUMENT": "PASSPORT", "n": 1}]


async def test_23_active_clients_who_plan_to_leave_stand_beside_the_reports(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-01-05"), client_types=["PROSPECTIVE", "FAMILY_LEFT"])
    world.register(BEN, at=at("2026-01-05"), client_types=["RETURNEE"])
    await told_twice(model, world)
    assert await model.ask_series("23b", "2026-01") == [{"n": 1}]


async def test_30_services_by_the_field_of_help_that_they_answer_to(model: Any) -> None:
    world = World()
    world.register(ANA)
    a_service(world, ANA, "2026-01-06")
    await told_twice(model, world)
    assert await model.ask_series("30b", "2026", ("WELL",)) == [{"WELL": "LV", "n": 1}]
