"""New clients by municipality (01): where they lived when they registered, whatever was known of it when (section 4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.reporting.disclosure.cells import TOTAL
from services.reporting.disclosure.ptable import make
from services.reporting.facts.projection import facts
from services.reporting.indicators.public import TABLES
from services.reporting.releases.count import Counting
from services.reporting.releases.secrets import Secret
from tests.integration.reporting.conftest import REGION
from tests.integration.reporting.world import World, some_id

ANA, BEN = some_id("ana"), some_id("ben")
SAN_JOSE, HAMTIC, ANTIQUE = "0600613000", "0600606000", "0600600000"
MASBATE_CITY = "0504111000"


def known(month: int) -> datetime:
    return datetime(2026, month, 28, tzinfo=UTC)


async def test_a_correction_moves_a_new_client_and_a_removal_does_not(model: Any) -> None:
    world = World()
    world.register(ANA, at=datetime(2026, 1, 5, tzinfo=UTC))
    world.register(BEN, at=datetime(2026, 1, 6, tzinfo=UTC), psgc_mun=ANTIQUE)
    world.amend(ANA, "CORRECTION", at=datetime(2026, 3, 1, tzinfo=UTC), psgc_mun=HAMTIC)
    world.amend(ANA, "NEW_FACT", at=datetime(2026, 4, 1, tzinfo=UTC), psgc_mun=MASBATE_CITY)
    await model.apply(world.live(), batch=1)
    expected = [{"MUN": ANTIQUE, "n": 1}, {"MUN": HAMTIC, "n": 1}]
    assert await model.ask("01", "2026", ("MUN",)) == expected
    # Of Ben no more than the province is known.
    assert await model.ask("01", "2026", ("MUN",), known_at=known(2)) == [{"MUN": ANTIQUE, "n": 1}, {"MUN": SAN_JOSE, "n": 1}]
    await model.clear()
    await model.apply(world.later(["intake.client.v1"]))
    assert await model.ask("01", "2026", ("MUN",)) == expected, "rebuilt"


async def test_a_later_consent_brings_the_town_of_the_registration(model: Any) -> None:
    world = World()
    world.register(ANA, consent=False, at=datetime(2026, 1, 5, tzinfo=UTC))
    world.consent(ANA)
    await model.apply(world.live(), batch=1)
    assert await model.ask("01", "2026", ("MUN",)) == [{"MUN": SAN_JOSE, "n": 1}]


async def test_the_yearly_table_has_every_town_of_the_provinces_and_adds_up_to_them(model: Any) -> None:
    """Who lives elsewhere in the country or abroad has no row of a town."""
    world = World()
    places = [SAN_JOSE] * 5 + [HAMTIC] * 3 + [ANTIQUE] * 2 + [MASBATE_CITY, None]
    for number, place in enumerate(places):
        abroad = {"residence_country": "HND"} if place is None else {}
        world.register(some_id(f"in town {number}"), at=datetime(2026, 2, 2, number, tzinfo=UTC), psgc_mun=place, **abroad)
    await model.apply(world.live())
    secret = Secret("s", bytes(32), make(5, 3.0))
    async with model.connection.transaction():
        await model.connection.execute(f"set local search_path = {facts.schema}, facts, public")
        counting = Counting(model.connection, REGION, secret, known(12))
        (towns, areas), _, divisions = await counting.grids([TABLES["I01F"], TABLES["I01C"]], "2026")
    found = {codes[0]: count.n for codes, count in towns.cells.items()}
    assert found == {SAN_JOSE: 5, HAMTIC: 3, ANTIQUE: 2, "_O": 1, "_F": 1, TOTAL: 12}
    within = divisions["I01F"][0][0].axis.within["AREA"]
    assert sum(area == ANTIQUE for area in within.values()) == 18 + 1
    for area in {*within.values()}:
        assert sum(n for town, n in found.items() if within.get(town) == area) == areas[area, TOTAL, TOTAL].n
        assert sum(towns[town,].ksum for town in within if within[town] == area) == areas[area, TOTAL, TOTAL].ksum
