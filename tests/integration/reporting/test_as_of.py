"""Answers as of an earlier day: the worked example of the statistics chapter, section 6, and what was voided or forgotten since."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.reporting.figures.period import parse
from services.reporting.figures.plan import Question, plan
from services.reporting.figures.read import SQL, _asked
from services.reporting.indicators.catalogue import find
from shared.errors import Rejected
from shared.http.reach import WHOLE
from tests.integration.reporting.conftest import PLACES
from tests.integration.reporting.test_facts import a_departure, a_service, a_transit
from tests.integration.reporting.test_rebuild import CENTRES, Step, live_through
from tests.integration.reporting.world import World, some_id

ANA, BEN = some_id("ana"), some_id("ben")


def known(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 15, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("happened_by", "known_at", "expected"),
    [
        (date(2026, 1, 31), known(3, 31), []),
        (date(2026, 1, 31), known(4, 30), []),
        (date(2026, 1, 31), known(5, 31), []),
        (date(2026, 3, 31), known(3, 31), []),
        (date(2026, 3, 31), known(4, 30), [{"SEX": "F", "n": 1}]),
        (date(2026, 3, 31), known(5, 31), [{"SEX": "M", "n": 1}]),
    ],
)
async def test_what_was_known_when_of_what_had_happened_by_then(
    model: Any, happened_by: date, known_at: datetime, expected: list[dict[str, Any]]
) -> None:
    world = World()
    world.register(ANA, at=datetime(2026, 4, 3, 1, tzinfo=UTC), sex="F")
    a_departure(world, ANA, "2026-02-10")
    world.amend(ANA, "CORRECTION", at=datetime(2026, 5, 1, 1, tzinfo=UTC), sex="M")
    await model.apply(world.live())
    assert await model.ask("09", "2026", ("SEX",), known_at=known_at, happened_by=happened_by) == expected


async def test_an_entry_voided_since_was_known_and_somebody_forgotten_since_is_not(model: Any) -> None:
    world = World()
    world.register(ANA, at=datetime(2026, 1, 5, tzinfo=UTC))
    world.register(BEN)
    service = a_service(world, ANA, "2026-01-06")
    a_service(world, BEN, "2026-01-06")
    world.now = datetime(2026, 2, 5, tzinfo=UTC)
    world.void(service)
    world.withdraw(BEN)
    await model.apply(world.live())
    assert await model.ask("30a", "2026", known_at=known(1, 31)) == [{"n": 1}]
    assert await model.ask("30a", "2026", known_at=known(2, 28)) == []
    assert await model.ask("30b", "2026", known_at=known(1, 31)) == [{"n": 1}]


@pytest.mark.parametrize(
    ("name", "number", "data", "sealed"),
    [
        ("departure-recorded", "09", {"episode_id": some_id("e")}, {"date": "2026-01-06", "destination": "SAU", "land_sea": "LAND",
            "hire_type": "NEW", "documented": "YES", "channel": "DIRECT_HIRE"}),
        ("return-recorded", "10", {"episode_id": some_id("e")}, {"date": "2026-01-06", "from": "SAU", "reason": "CONTRACT_END",
            "distressed": False}),
        ("transit-arrival-recorded", "16b", {"episode_id": some_id("e"), "point": "Las Manos"}, {"date": "2026-01-06"}),
        ("encounter-recorded", "03", {"channel": "WALK_IN", "topics": ["LIV"]}, None),
        ("transit-group-observed", "16a", {"date": "2026-01-06", "point": "Las Manos",
            "counts": [{"sex": "F", "age": "ADULT", "n": 3}, {"sex": "M", "age": "CHILD", "n": 2}]}, None),
    ],
)  # fmt: skip
async def test_a_void_fact_leaves_every_figure_but_not_what_was_known_before(
    model: Any, name: str, number: str, data: dict[str, Any], sealed: dict[str, Any] | None
) -> None:
    world = World()
    world.register(ANA, at=datetime(2026, 1, 5, tzinfo=UTC))
    told = world.tell(f"intake.{name}", ANA if sealed else some_id("another stream"), data, sealed=sealed, client=ANA)
    await model.apply(world.live())
    before = await model.ask(number, "2026", known_at=known(1, 31))
    assert before == await model.ask(number, "2026") != []
    world.now = datetime(2026, 2, 5, tzinfo=UTC)
    world.void(told)
    await model.apply(world.live()[-1:])
    await model.apply(world.live()[-1:])
    assert await model.ask(number, "2026") == []
    assert await model.ask(number, "2026", known_at=known(1, 31)) == before
    assert await model.ask(number, "2026", known_at=known(2, 28)) == []
    cells = await model.connection.fetchval("select count(*) from cell_code where kind <> 'registration'")
    assert cells == await model.connection.fetchval("select count(*) from cell_person where kind <> 'registration'") == 0


async def test_nothing_is_said_of_an_instant_that_is_not_yet_known(model: Any, reporting_database: Any) -> None:
    with pytest.raises(Rejected) as refused:
        await model.reader.check_known(known(1, 31), ["PH-ANT-01"], WHOLE)
    assert refused.value.code == "not-yet-known"
    await model.connection.execute("insert into watermark values ('intake.client.v1', 0, '2026-03-01T00:01:00Z')")
    model.reader._until = 0.0
    assert await model.reader.check_known(known(1, 31), ["PH-ANT-01"], WHOLE) is False
    with pytest.raises(Rejected):
        await model.reader.check_known(datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC), ["PH-ANT-01"], WHOLE)


SORTED = SQL.as_of.replace("facts.steady_then", "(select * from facts.steady_then where false)").replace("stirred_then", "known_then")
"""The same answer, were every fact of every kind sorted: no shortcut for those of whom nothing has changed since."""


CHANGES = ("transit", "again", "late", "service", "correct", "change", "void", "withdraw", "consent")


def lives(*names: str) -> st.SearchStrategy[list[Step]]:
    step = st.tuples(st.sampled_from(names), st.integers(0, 2), st.integers(0, 9))
    return st.lists(step, min_size=10, max_size=30).map(lambda rest: [("register", who, 4) for who in range(3)] + rest)


@pytest.mark.timeout(300)
@given(
    # Whoever was ever merged is no short way: in histories with mergers nearly nobody is.
    steps=st.one_of(lives(*CHANGES), lives(*CHANGES, "merge", "unmerge", "erase")),
    when=st.lists(st.integers(3, 40), min_size=2, max_size=2, unique=True),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_what_never_changed_is_read_at_once_and_gives_the_same_answer(model: Any, steps: list[Step], when: list[int]) -> None:
    world = live_through(steps)
    await model.clear()
    await model.apply(world.live())
    instants = [each.at for each in world.told]
    for known_at in [instants[n % len(instants)] for n in when]:
        for name in ("01", "09", "16b", "30a"):
            found = find(name)
            assert found is not None
            for by in (("SEX",), ("MONTH",)):
                asked = Question(
                    series=found[1][0],
                    span=parse("2025" if name == "09" else "2026"),
                    by=by,
                    where={},
                    places=PLACES,
                    reach=WHOLE,
                    known_at=known_at,
                )
                planned = plan(asked)
                assert planned.statement == "as_of"
                async with model.reader._pool.acquire() as connection, connection.transaction(readonly=True):
                    await connection.fetchrow(SQL.ask_of, asked.reach, *_asked(planned, asked))
                    quick, slow = [sorted(map(tuple, await connection.fetch(text, *planned.params))) for text in (SQL.as_of, SORTED)]
                assert quick == slow, (name, known_at)


ROUTED = ("elsewhere", "transit", "again", "again", "service", "correct", "void", "merge", "merge", "unmerge", "withdraw", "consent")


def over_centres() -> st.SearchStrategy[list[Step]]:
    step = st.tuples(st.sampled_from(ROUTED), st.integers(0, 2), st.integers(0, 9))
    begun = [(name, who, who if name == "elsewhere" else 4) for who in range(3) for name in ("elsewhere", "register")]
    return st.lists(step, min_size=10, max_size=30).map(lambda rest: begun + rest)


@pytest.mark.timeout(300)
@given(steps=over_centres())
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_as_of_now_is_the_live_figure_whichever_centres_are_asked_and_may_be_seen(model: Any, steps: list[Step]) -> None:
    world = live_through(steps)
    await model.clear()
    await model.apply(world.live())
    now = world.now + timedelta(hours=1)
    # Whoever has a grant at one centre asks for it; whoever sees all may ask for one.
    asked = [(PLACES, WHOLE)] + [
        ([place for place in PLACES if place.centre in centres], reach)
        for centres in ((CENTRES[0],), CENTRES[1:])
        for reach in (WHOLE, f'{{"centres": "{{{",".join(centres)}}}"}}')
    ]
    for places, reach in asked:
        for name in ("01", "16b", "30b"):
            for by in (("CENTRE", "SEX"), ("MONTH",)):
                live = await model.ask(name, "2026", by, places=places, reach=reach)
                assert await model.ask(name, "2026", by, places=places, reach=reach, known_at=now) == live, (name, by, reach)


async def test_a_person_of_two_centres_is_new_at_the_first_alone_also_for_who_sees_the_second(model: Any) -> None:
    world = World(centre=CENTRES[0])
    world.register(ANA, at=datetime(2026, 2, 3, 2, tzinfo=UTC))
    a_transit(world, ANA, "2026-02-03", "same")
    world.centre = CENTRES[1]
    world.register(BEN, at=datetime(2026, 3, 9, 2, tzinfo=UTC))
    a_transit(world, ANA, "2026-03-09", "same")
    world.merge(BEN, ANA, at=datetime(2026, 4, 2, tzinfo=UTC))
    world.unmerge(BEN, ANA, at=datetime(2026, 5, 2, tzinfo=UTC))
    await model.apply(world.live())
    there = [place for place in PLACES if place.centre == CENTRES[1]]
    second: dict[str, Any] = {"places": there, "reach": f'{{"centres": "{{{CENTRES[1]}}}"}}'}
    assert [await model.ask("01", "2026", ("MONTH",), known_at=known(month, 20), **second) for month in (3, 4, 5)] == [
        [{"MONTH": "2026-03", "n": 1}], [], [{"MONTH": "2026-03", "n": 1}]
    ]  # fmt: skip
    assert await model.ask("16b", "2026", known_at=known(5, 20), **second) == []
