"""Two records of one person count once, and taken apart every figure is as it was (statistics chapter, sections 2 and 5)."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

from tests.integration.reporting.test_facts import a_departure, a_service, n
from tests.integration.reporting.world import World, some_id

ANA, BEN, EVA = some_id("ana"), some_id("ben"), some_id("eva")
NAMES = (("01", ("MONTH", "SEX", "A11", "AREA")), ("30a", ("MONTH", "SEX")), ("30b", ()), ("09", ("SEX", "AREA")), ("01", ("NAT",)))


async def figures(model: Any) -> list[Any]:
    return [await model.ask(number, "2026", by) for number, by in NAMES] + [await model.cells()]


async def of_persons(model: Any) -> set[Any]:
    return {cell for cell in await model.cells() if cell[0] == "person"}


def two_records() -> World:
    """The worked example of indicator 01: registered on 3 February, and on 9 March once more."""
    world = World()
    world.register(ANA, at=datetime(2026, 2, 3, 2, tzinfo=UTC), sex="F")
    a_service(world, ANA, "2026-02-04", "one")
    world.register(BEN, at=datetime(2026, 3, 9, 2, tzinfo=UTC), sex="M", psgc_mun="0504100000")
    a_service(world, BEN, "2026-03-10", "two")
    a_departure(world, BEN, "2026-03-11")
    return world


async def test_merged_in_april_there_is_one_new_client_in_february_and_taken_apart_there_are_two(model: Any) -> None:
    world = two_records()
    await model.apply(world.live())
    before = await figures(model)
    world.merge(BEN, ANA, at=datetime(2026, 4, 2, tzinfo=UTC))
    await model.apply(world.live()[-2:])
    assert await model.ask("01", "2026", ("MONTH", "SEX")) == [{"MONTH": "2026-02", "SEX": "M", "n": 1}]
    assert await n(model, "30a", "2026") == 2
    assert await n(model, "30b", "2026") == 1
    assert await of_persons(model) == await model.counted_again()
    world.unmerge(BEN, ANA, at=datetime(2026, 5, 2, tzinfo=UTC))
    await model.apply(world.live()[-2:] * 2)
    assert await figures(model) == before
    known = [datetime(2026, month, 20, tzinfo=UTC) for month in (3, 4, 5)]
    assert [(await model.ask("01", "2026", known_at=at))[0]["n"] for at in known] == [2, 1, 2]
    assert [(await model.ask("30b", "2026", known_at=at))[0]["n"] for at in known] == [2, 1, 2]
    assert await model.ask("01", "2026", ("MONTH", "SEX"), known_at=known[1]) == [{"MONTH": "2026-02", "SEX": "M", "n": 1}]


async def test_what_is_recorded_in_between_stays_where_it_was_recorded(model: Any) -> None:
    world = two_records()
    world.merge(ANA, BEN, at=datetime(2026, 4, 2, tzinfo=UTC))
    a_service(world, ANA, "2026-04-03", "three")
    world.unmerge(ANA, BEN, at=datetime(2026, 5, 2, tzinfo=UTC))
    await model.apply(world.live())
    assert await model.ask("30a", "2026", ("SEX",)) == [{"SEX": "F", "n": 2}, {"SEX": "M", "n": 1}]


async def test_a_chain_is_one_person_in_whatever_order_it_is_heard(model: Any) -> None:
    world = two_records()
    world.register(EVA, at=datetime(2026, 3, 20, 2, tzinfo=UTC))
    a_service(world, EVA, "2026-03-21", "four")
    world.merge(BEN, ANA, at=datetime(2026, 4, 2, tzinfo=UTC))
    world.merge(EVA, BEN, at=datetime(2026, 4, 9, tzinfo=UTC))
    streams = {name: [told.fact() for told in world.told if told.stream == name] for name in dict.fromkeys(t.stream for t in world.told)}
    seen = []
    for order in itertools.permutations([ANA, BEN, EVA]):
        await model.clear()
        others = [fact for name, facts in streams.items() if name not in order for fact in facts]
        await model.apply([fact for name in order for fact in streams[name]] + others, batch=3)
        assert (await n(model, "01", "2026"), await n(model, "30b", "2026"), await n(model, "30a", "2026")) == (1, 1, 3)
        aliases = await model.connection.fetch("select * from alias order by record, since")
        seen.append((await figures(model), [tuple(row) for row in aliases]))
        assert await of_persons(model) == await model.counted_again()
    assert all(each == seen[0] for each in seen)
    world.unmerge(BEN, ANA)
    await model.apply(world.live()[-2:])
    assert await n(model, "30b", "2026") == 2


async def test_both_halves_must_allow_it_until_the_client_is_asked_again(model: Any) -> None:
    world = World()
    world.register(ANA)
    world.register(BEN, consent=False)
    a_service(world, ANA, "2026-01-06")
    await model.apply(world.live())
    before = await figures(model)
    world.merge(ANA, BEN)
    await model.apply(world.live()[-2:])
    assert (await n(model, "01", "2026"), await n(model, "30a", "2026")) == (0, 0)
    world.unmerge(ANA, BEN)
    await model.apply(world.live()[-2:])
    assert await figures(model) == before
    world.merge(ANA, BEN)
    world.consent(ANA)
    await model.apply(world.live()[-4:])
    assert (await n(model, "01", "2026"), await n(model, "30a", "2026")) == (1, 1)


async def test_who_takes_consent_back_leaves_with_both_records(model: Any) -> None:
    world = two_records()
    world.merge(ANA, BEN)
    world.withdraw(ANA)
    await model.apply(world.live())
    assert (await n(model, "01", "2026"), await n(model, "30a", "2026"), await model.cells()) == (0, 0, set())


async def test_a_forgotten_duplicate_leaves_the_person_counted_as_it_was(model: Any) -> None:
    world = two_records()
    world.merge(ANA, BEN)
    world.erase(BEN)
    await model.apply(world.live())
    assert (await n(model, "01", "2026"), await n(model, "30a", "2026")) == (1, 1)
    assert await n(model, "01", "2026", known_at=world.now) == 1
    assert await of_persons(model) == await model.counted_again()

    # One that said no says no for ever.
    await model.clear()
    refused = World()
    refused.register(ANA)
    refused.register(BEN, consent=False)
    refused.merge(ANA, BEN)
    refused.erase(BEN)
    await model.apply(refused.live())
    assert await n(model, "01", "2026") == 0
    refused.consent(ANA)
    await model.apply(refused.live()[-2:])
    assert await n(model, "01", "2026") == 1
