"""Shares, durations and states: the worked examples of the statistics chapter first (section 4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.integration.reporting.test_facts import a_departure, a_service, a_transit
from tests.integration.reporting.world import World, some_id

ANA, BEN = some_id("ana"), some_id("ben")


def at(day: str, hour: int = 2) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def a_case(world: World, client: str, day: str, name: str = "case", case_type: str = "UNASSESSED") -> str:
    stream = some_id(client + name)
    world.tell("casework.case-opened", stream, {"source": "WALK_IN"}, sealed={"case_type": case_type}, client=client, at=at(day))
    return stream


def close(world: World, client: str, case: str, day: str, *outcomes: tuple[str, str]) -> None:
    needs = [{"need_id": some_id(code), "code": code, "outcome": outcome} for code, outcome in outcomes]
    sealed = {"reason": "COMPLETED", "outcomes": needs}
    world.tell("casework.case-closed", case, {"closed_on": day, "approved": False}, sealed=sealed, client=client, at=at(day))


def screened(world: World, client: str, day: str, *factors: tuple[str, int]) -> None:
    found = [{"level": level, "code": "X", "polarity": "RISK", "severity": severity} for level, severity in factors]
    world.tell(
        "intake.vulnerability-screened", client, {"screening_id": some_id(client + day), "urgent": False},
        sealed={"factors": found, "risk_level": "LOW"}, at=at(day),
    )  # fmt: skip


def referred(world: World, client: str, name: str, due_ack: str, due_service: str = "2026-03-31", lapse: str = "2026-04-03") -> str:
    stream = some_id(client + name)
    end = "T17:00:00+08:00"
    data = {
        "client_id": client, "service_code": "LIV", "direction": "OUT", "to_org": "OWWA", "sub_committee": "ESIP", "priority": "NORMAL",
        "due_ack": due_ack + end, "due_service": due_service + end, "lapse_ack": lapse + end, "lapse_service": "2026-05-01" + end,
    }  # fmt: skip
    world.tell("referrals.referral-sent", stream, data, client=client)
    return stream


def answered(world: World, client: str, referral: str, what: str, when: str, **more: Any) -> None:
    world.tell(f"referrals.referral-{what}", referral, {"at": when, **more}, client=client)


async def told_twice(model: Any, world: World) -> None:
    """Everything twice: what is repeated changes no figure."""
    await model.apply(world.live())
    await model.apply(world.live())


async def one(model: Any, indicator: str, period: str, **more: Any) -> dict[str, Any]:
    cells = await model.ask(indicator, period, **more)
    assert len(cells) <= 1
    return cells[0] if cells else {}


async def test_02_a_person_is_active_once_in_each_period_and_months_do_not_add_up(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-05-04"))
    for day in ("2026-07-06", "2026-08-03", "2026-08-04"):
        a_service(world, ANA, day, f"case {day}")
    await told_twice(model, world)
    assert await model.ask("02", "2026-Q3", ("MONTH",)) == [{"MONTH": "2026-07", "n": 1}, {"MONTH": "2026-08", "n": 1}]
    assert await one(model, "02", "2026-Q3") == {"n": 1}


async def test_07_the_latest_declaration_of_who_wants_to_leave(model: Any) -> None:
    world = World()
    world.register(ANA, client_types=["PROSPECTIVE"])
    world.register(BEN, client_types=["RETURNEE"])
    for client, country in ((ANA, "SAU"), (ANA, "KWT"), (BEN, "KWT")):
        world.tell(
            "intake.migration-intention-declared", client, {"episode_id": some_id(country)},
            sealed={"destination": country, "isco": "9111", "channel": "GOVERNMENT", "reason": "WORK"},
        )  # fmt: skip
    await told_twice(model, world)
    assert await model.ask("07", "2026", ("COUNTRY", "ISCO1")) == [{"COUNTRY": "KWT", "ISCO1": "9", "n": 1}]
    assert await model.ask("17", "2026", ("REASON", "COUNTRY")) == [{"REASON": "WORK", "COUNTRY": "KWT", "n": 2}]


async def test_11_and_12_shares_of_what_is_known(model: Any) -> None:
    world = World()
    world.register(ANA)
    for number, distressed in enumerate((True, False, False)):
        world.tell(
            "intake.return-recorded", ANA, {"episode_id": some_id(f"e{number}")},
            sealed={"date": "2026-01-02", "from": "KWT", "reason": "ABUSE", "voluntary": "YES", "distressed": distressed},
        )  # fmt: skip
    for papers in ("YES", "NO", "UNKNOWN"):
        a_departure(world, ANA, "2025-03-04", documented=papers, isco="5311")
    await told_twice(model, world)
    assert await one(model, "11", "2026") == {"n": 3, "num": 1}
    assert await one(model, "12", "2025") == {"n": 2, "num": 1}
    assert await model.ask("13", "2025", ("ISCO1",)) == [{"ISCO1": "5", "n": 3}]


async def test_19_screened_on_the_seventh_day_counts_in_the_period_of_that_day(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-03-28"))
    screened(world, ANA, "2026-04-03")
    world.register(BEN, at=at("2026-03-29"))
    screened(world, BEN, "2026-04-06")
    await told_twice(model, world)
    assert await one(model, "19", "2026-Q1") == {}
    assert await one(model, "19", "2026-Q2") == {"n": 2, "num": 1}
    # The duplicate was registered later; the screening was of it.
    world.register(some_id("cora"), at=at("2026-03-30"))
    world.register(some_id("dan"), at=at("2026-04-01"))
    screened(world, some_id("dan"), "2026-04-02")
    world.merge(some_id("cora"), some_id("dan"), at=at("2026-04-20"))
    await model.apply(world.live())
    assert await one(model, "19", "2026-Q2") == {"n": 3, "num": 2}


async def test_20_the_latest_screening_says_at_which_levels_somebody_is_at_severe_risk(model: Any) -> None:
    world = World()
    world.register(ANA)
    screened(world, ANA, "2026-02-02", ("HOUSEHOLD", 3))
    screened(world, ANA, "2026-02-09", ("INDIVIDUAL", 3), ("COMMUNITY", 2))
    world.register(BEN)
    screened(world, BEN, "2026-02-10")
    await told_twice(model, world)
    found = await model.ask("20", "2026-Q1", ("LEVEL",))
    assert {cell["LEVEL"]: (cell["num"], cell["n"]) for cell in found} == {
        "INDIVIDUAL": (1, 2), "HOUSEHOLD": (0, 2), "COMMUNITY": (0, 2), "STRUCTURAL": (0, 2),
    }  # fmt: skip
    assert await one(model, "20", "2026-Q1") == {"n": 2, "num": 1}


async def test_25_and_26_a_case_that_is_closed_and_reopened(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-01-05"))
    case = a_case(world, ANA, "2026-01-10")
    world.tell(
        "casework.needs-assessed", case, {"needs": 1}, sealed={"needs": [], "case_type": "LEGAL_CLAIM"}, client=ANA, at=at("2026-01-11")
    )
    close(world, ANA, case, "2026-02-05", ("LEGAL", "MET"), ("INCOME", "UNMET"), ("DEBT", "UNKNOWN"))
    world.tell("casework.case-reopened", case, {"prior_closure": some_id("x")}, client=ANA, at=at("2026-03-09"))
    await told_twice(model, world)
    for letter, number in {"a": 1, "b": 1, "c": 1, "d": 1}.items():
        assert await model.ask_series(f"25{letter}", "2026-Q1") == [{"n": number}]
    assert await model.ask_series("25d", "2026-02") == []
    assert await model.ask_series("25a", "2026", ("CASE_TYPE",)) == [{"CASE_TYPE": "LEGAL_CLAIM", "n": 1}]
    assert await model.ask("26", "2026", ("BIN",)) == [{"BIN": "D0T30", "n": 1, "median": 26.0}]
    assert await one(model, "27", "2026") == {"n": 2, "num": 1}
    close(world, ANA, case, "2026-06-30")
    await model.apply(world.live()[-1:])
    assert await one(model, "26", "2026") == {"n": 1, "median": 26.0}


async def test_28_the_limit_of_a_plan_follows_from_the_return_if_one_is_known(model: Any) -> None:
    world = World()
    for client, returned in ((ANA, True), (BEN, False)):
        world.register(client, at=at("2026-03-01"))
        if returned:
            world.tell(
                "intake.return-recorded", client, {"episode_id": some_id(client + "e")},
                sealed={"date": "2026-02-20", "from": "KWT", "reason": "EMPLOYER_CLOSED", "voluntary": "YES", "distressed": False},
            )  # fmt: skip
        case = a_case(world, client, "2026-03-02", case_type="RETURN_REINTEGRATION")
        day = "2026-03-20"
        world.tell("casework.case-plan-agreed", case, {"plan_no": 1, "agreed_on": day}, client=client, at=at(day))
    await told_twice(model, world)
    # Ana: 20 Feb + 30 = 22 March, agreed in time. Ben: 2 March + 14 = 16 March, too late.
    assert await one(model, "28", "2026-03-22") == {"n": 1, "num": 1}
    assert await one(model, "28", "2026-03-16") == {"n": 1, "num": 0}


async def test_31_a_follow_up_is_on_time_for_seven_days_and_a_cancelled_one_is_none(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-01-05"))
    case = a_case(world, ANA, "2026-01-10")
    for number, (done, contact) in enumerate((("2026-03-08", "REACHED"), ("2026-03-09", "REACHED"), ("2026-03-01", "CANCELLED"))):
        what = {"follow_up_id": some_id(f"f{number}"), "type": "REINTEGRATION", "due": "2026-03-01"}
        world.tell("casework.follow-up-scheduled", case, what, client=ANA)
        world.tell("casework.follow-up-recorded", case, {**what, "done": done, "contact": contact}, client=ANA)
    await told_twice(model, world)
    assert await one(model, "31", "2026-Q1") == {"n": 2, "num": 1}


async def test_33_work_found_within_90_days_of_the_first_referral_to_a_job(model: Any) -> None:
    world = World()
    for client, found in ((ANA, "2026-04-01"), (BEN, "2026-04-02")):
        world.register(client, at=at("2026-01-01"))
        for number, (day, result) in enumerate(
            (("2026-01-01", "REFERRED_TO_JOB"), ("2026-02-01", "REFERRED_TO_JOB"), (found, "PLACED_LOCAL"))
        ):
            world.tell(
                "casework.service-delivered", some_id(client + "case"),
                {"service_code": "EMP", "sub_committee": "ESIP", "unit": "SESSION", "qty": "1", "delivered_on": day},
                sealed={"service_code": "EMP", "result": result}, client=client, at=at(day, number + 3),
            )  # fmt: skip
    await told_twice(model, world)
    assert await one(model, "33", "2026-05") == {"n": 2, "num": 1}
    assert await one(model, "33", "2026-08") == {}


async def test_28_and_33_look_at_every_record_of_a_person(model: Any) -> None:
    """Two records merged: the return and the work found stand on the one, the case and the first referral on the other."""
    world = World()
    for client in (ANA, BEN):
        world.register(client, at=at("2026-01-01"))
    back = {"date": "2026-02-20", "from": "KWT", "reason": "EMPLOYER_CLOSED", "voluntary": "YES", "distressed": False}
    world.tell("intake.return-recorded", ANA, {"episode_id": some_id("e")}, sealed=back)
    case = a_case(world, BEN, "2026-03-02", case_type="RETURN_REINTEGRATION")
    world.tell("casework.case-plan-agreed", case, {"plan_no": 1, "agreed_on": "2026-03-20"}, client=BEN, at=at("2026-03-20"))
    jobs = ((BEN, "2026-03-03", "REFERRED_TO_JOB"), (ANA, "2026-03-04", "REFERRED_TO_JOB"), (ANA, "2026-04-01", "PLACED_LOCAL"))
    for client, day, result in jobs:
        world.tell(
            "casework.service-delivered", some_id(client + "job"),
            {"service_code": "EMP", "sub_committee": "ESIP", "unit": "SESSION", "qty": "1", "delivered_on": day},
            sealed={"service_code": "EMP", "result": result}, client=client, at=at(day),
        )  # fmt: skip
    await told_twice(model, world)
    assert await one(model, "28", "2026-03") == {"n": 1, "num": 0}
    assert await one(model, "33", "2026-06") == {"n": 2, "num": 1}
    world.merge(BEN, ANA, at=at("2026-04-10"))
    await model.apply(world.live()[-2:])
    assert await one(model, "28", "2026-03") == {"n": 1, "num": 1}
    assert await one(model, "33", "2026-06") == {"n": 1, "num": 1}
    world.unmerge(BEN, ANA, at=at("2026-05-02"))
    await model.apply(world.live()[-2:])
    assert await one(model, "28", "2026-03") == {"n": 1, "num": 0}


async def test_37_and_39_declined_in_time_is_an_answer_in_time(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-03-01"))
    declined = referred(world, ANA, "declined", "2026-03-10")
    answered(world, ANA, declined, "declined", "2026-03-10T16:00:00+08:00", reason="NO_CAPACITY")
    late = referred(world, ANA, "late", "2026-03-10")
    answered(world, ANA, late, "acknowledged", "2026-03-10T17:00:01+08:00")
    answered(world, ANA, late, "service-delivered", "2026-03-31T17:00:00+08:00", result="FULL")
    silent = referred(world, ANA, "silent", "2026-03-10")
    gone = referred(world, ANA, "gone", "2026-03-10")
    answered(world, ANA, gone, "withdrawn", "2026-03-09T09:00:00+08:00", reason="CLIENT_WISH")
    await told_twice(model, world)
    assert await one(model, "37", "2026-Q1") == {"n": 3, "num": 1}
    assert await one(model, "39", "2026-Q1") == {"n": 3, "num": 1}
    assert await model.ask_series("39b", "2026-Q2") == [{"n": 4, "num": 2}]  # the silent one, and the one that was taken back
    assert silent


async def test_what_became_of_things_goes_with_the_person(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-01-05"))
    a_transit(world, ANA, "2026-01-06")
    case = a_case(world, ANA, "2026-01-10")
    close(world, ANA, case, "2026-02-05", ("LEGAL", "MET"))
    referred(world, ANA, "r", "2026-03-10")
    world.withdraw(ANA)
    await told_twice(model, world)
    for indicator in ("02", "19", "25", "26", "27", "28", "37", "39"):
        assert await model.ask(indicator, "2026") == [], indicator
    assert await model.connection.fetchval("select count(*) from fact where client = $1", ANA) == 0


async def test_03_outreach_and_media_are_series_of_their_own(model: Any) -> None:
    world = World()
    told = {"kind": "SCHOOL", "topic": "INF", "place": "0600613000", "vintage": "2026-1Q", "sub_committee": "IERNA", "minutes": 60}
    heads = [{"sex": "F", "age_band": "15-17", "n": 20}, {"sex": "U", "age_band": "U", "n": 5}]
    world.tell("intake.outreach-session-held", some_id("s1"), {**told, "attendees": heads}, at=at("2026-02-02"))
    world.tell("intake.outreach-session-held", some_id("s2"), {**told, "kind": "RADIO_TV", "media_reach": 9000}, at=at("2026-02-02"))
    await told_twice(model, world)
    assert await model.ask_series("03b", "2026-02", ("SEX", "A2")) == [
        {"SEX": "F", "A2": "Y0T17", "n": 20}, {"SEX": "_U", "A2": "_U", "n": 5},
    ]  # fmt: skip
    assert await model.ask_series("03c", "2026-02", ("KIND",)) == [{"KIND": "RADIO_TV", "n": 9000}]


async def test_15_a_household_says_once_a_year_what_it_lives_on(model: Any) -> None:
    world = World()
    world.register(ANA)
    for stream, band in (("h1", "R1"), ("h1", "R4"), ("h2", "R2"), ("h3", "U")):
        world.tell(
            "intake.household-economics-declared", some_id(stream), {"household_id": some_id(stream), "declared_by": ANA},
            sealed={"remittance_band": band, "size": 5, "earners": 1}, client=ANA,
        )  # fmt: skip
    await told_twice(model, world)
    assert await one(model, "15", "2026") == {"n": 2, "num": 1}


async def test_18_and_23_incidents_by_the_day_of_the_event(model: Any) -> None:
    world = World()
    world.register(ANA)
    for stream, client, sealed in (
        ("i1", ANA, {"type": "ILLEGAL_RECRUITMENT", "event_date": "2026-01", "country": "PHL", "licence_checked": "NO"}),
        ("i2", None, {"type": "DEATH", "event_date": "2026-01-03", "country": "HND", "dead": 2, "missing": 1, "cause": "DROWNING"}),
    ):
        whom = client or some_id(stream)
        world.consents.setdefault(whom, "an incident of nobody needs no consent")
        world.tell("intake.incident-reported", some_id(stream), {"client_id": client}, sealed=sealed, client=whom)
    await told_twice(model, world)
    assert await model.ask("23", "2026-01", ("DOC",)) == [{"DOC": "NO", "n": 1}]
    assert await model.ask_series("18a", "2026", ("CAUSE",)) == [{"CAUSE": "DROWNING", "n": 2}]
    assert await model.ask_series("18b", "2026") == [{"n": 1}]


async def test_32_who_was_enrolled_in_a_session_that_was_held_and_what_they_learned(model: Any) -> None:
    world = World()
    session = some_id("session")
    for client in (ANA, BEN):
        world.register(client, at=at("2026-01-05"))
    announced = {"course": "FINLIT", "sub_committee": "ESIP", "starts": "2026-02-01T00:00:00Z", "hours": "8"}
    world.tell("casework.training-session-scheduled", session, announced)
    for client in (ANA, BEN, some_id("cora")):
        world.tell("casework.training-enrolled", session, {"client_id": client}, client=client)
    world.tell("casework.training-session-held", session, {"held_on": "2026-02-01", "hours": "8", "attendees": 2}, at=at("2026-02-01"))
    world.tell(
        "casework.training-outcome-recorded", session, {"client_id": ANA, "attended_hours": "8", "completed": True},
        sealed={"pre": "0.4", "post": "0.8"}, client=ANA,
    )  # fmt: skip
    await told_twice(model, world)
    assert await model.ask_series("32a", "2026-02", ("COURSE",)) == [{"COURSE": "FINLIT", "n": 2, "num": 1}]
    assert await model.ask_series("32b", "2026-02") == [{"n": 1, "mean": 0.4}]
    world.tell("casework.training-unenrolled", session, {"client_id": BEN}, client=BEN)
    await model.apply(world.live()[-1:])
    assert await model.ask_series("32a", "2026-02") == [{"n": 1, "num": 1}]


async def test_36_the_first_measure_between_six_and_twelve_months(model: Any) -> None:
    world = World()
    world.register(ANA, at=at("2026-01-05"))
    for months, score in ((3, "0.30"), (6, "0.50"), (11, "0.60")):
        world.tell(
            "casework.reintegration-measured", some_id("case"), {"return_id": some_id("r"), "months_since_return": months},
            sealed={"economic": "0.5", "social": "0.5", "psychosocial": "0.5", "composite": score}, client=ANA,
        )  # fmt: skip
    await told_twice(model, world)
    assert await model.ask_series("36a", "2026") == [{"n": 1, "mean": 0.5}]
    assert await model.ask_series("36b", "2026") == [{"n": 1, "num": 1}]


async def test_40_forms_and_complaints(model: Any) -> None:
    world = World()
    for number, answers in enumerate(({"sqd0": 5, "sqd1": 4, "sqd2": 2}, {"sqd0": 3}, {"sqd1": 5})):
        form = {"kind": "CSM", "date": "2026-03-03", "service_code": "LEG", "sex": "F"} | answers
        world.tell("casework.feedback-recorded", some_id(f"f{number}"), form)
    for number, resolved in enumerate(("2026-03-20", "2026-03-24")):
        complaint = some_id(f"c{number}")
        due = {"due_ack": "2026-03-06T09:00:00Z", "due_resolution": "2026-03-23T09:00:00Z"}
        world.tell("casework.feedback-recorded", complaint, {"kind": "COMPLAINT", "date": "2026-03-02", "about_service": "LEG", **due})
        world.tell("casework.complaint-progressed", complaint, {"stage": "RESOLVED", "on": resolved})
    await told_twice(model, world)
    assert await model.ask_series("40a", "2026-03", ("SERVICE",)) == [{"SERVICE": "LEG", "n": 2, "num": 1}]
    assert await model.ask_series("40b", "2026-03") == [{"n": 1, "mean": 3.0}]
    assert await model.ask_series("40c", "2026-03") == [{"n": 2, "num": 1}]
