"""A statistics office in small: people of fifteen months, counted, frozen, published, one release revised, one withdrawn.

Nationalities are drawn as the published Honduran table has them; everything else with a fixed seed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.data import published
from services.reporting.disclosure.ptable import make
from services.reporting.facts.projection import facts
from services.reporting.releases import calendar
from services.reporting.releases.freeze import Office
from services.reporting.releases.ledger import Ledger
from services.reporting.releases.secrets import Secret
from shared.region import Region
from tests.integration.casework.desk import Desk
from tests.integration.reporting.test_facts import a_departure, a_service, a_transit
from tests.integration.reporting.world import World, some_id

MONTHS = [f"2022-{m:02d}" for m in range(7, 13)] + [f"2023-{m:02d}" for m in range(1, 10)]
QUARTER = "2023-Q3"
REVISED, WITHDRAWN = "2023-06", "2023-07"
TYPES = ("TRANSIT", "TRANSIT", "TRANSIT", "RETURNEE", "PROSPECTIVE")
SERVICES = ("PSS", "LEG", "HEA", "SHE", "EDU")


def people(world: World, scale: int = 500) -> None:
    """One of `scale` of each published month, and half of them needed something."""
    tables, draw = published.load(), Random(7)
    for month in MONTHS:
        first = date.fromisoformat(f"{month}-01")
        for i, (group, nationality) in enumerate(list(tables.people(month))[:: scale if month not in MONTHS[:3] else scale * 2]):
            client = some_id(f"{month} {i}")
            day = first + timedelta(days=draw.randint(0, 27))
            at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
            minor = group in ("boys", "girls")
            world.register(
                client, at=at, sex="F" if group in ("women", "girls") else "M", nationality=[nationality],
                birth_month=f"{day.year - (draw.randint(3, 16) if minor else draw.choice((19, 24, 28, 33, 41, 62)))}-03",
                client_types=[draw.choice(TYPES)], residence_country=nationality,
            )  # fmt: skip
            a_transit(world, client, day.isoformat())
            if draw.random() < 0.5:
                a_service(world, client, day.isoformat())
                world.told[-1].data["service_code"] = draw.choice(SERVICES)
            if draw.random() < 0.2:
                a_departure(world, client, day.isoformat(), destination=draw.choice(("USA", "USA", "MEX", "ESP")))


async def open_for_readers(desk: Desk, region: Region, months: list[str]) -> list[str]:
    """Count, freeze and publish these months and two quarters a year apart; returns the ids of the releases."""
    world = World()
    people(world)
    told = [each.fact() for each in world.told]
    centres = [centre.code for centre in region.centres]
    for fact in told:
        fact.data["ctx"] = {**fact.data["ctx"], "centre": centres[int(fact.stream[-2:], 16) % 2]}
    for start in range(0, len(told), 2000):
        await desk.told(facts, *told[start : start + 2000])
    pool = await asyncpg.create_pool(desk.worker_dsn, min_size=1, max_size=2)
    secret = Secret("s-2023-1", bytes(range(32)), make(5, 3.0))
    office = Office(pool=pool, region=region, name="PH", secrets={secret.id: secret}, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    ledger, made = Ledger(pool), []

    async def publish(period: str, when: datetime, **more: Any) -> str:
        await pool.execute(f"delete from {facts.schema}.watermark")
        await pool.execute(f"insert into {facts.schema}.watermark (topic, partition, at) values ('t', 0, $1)", when)
        release = await office.freeze(period, "stf-froze", when, **more)
        await ledger.publish(release, "stf-dpo", when)
        made.append(release)
        return release

    for period in (*months, "2022-Q3", QUARTER):
        day = calendar.publication(period)
        await publish(period, datetime(day.year, day.month, day.day, 15, tzinfo=UTC))
    late = World()
    for i in range(30):
        late.register(some_id(f"late {i}"), at=datetime(2023, 10, 30, 12, i, tzinfo=UTC), sex="F", nationality=["VEN"])
        late.told[-2].data["registered_on"] = "2023-06-20"
        a_transit(late, some_id(f"late {i}"), "2023-06-20")
    facts_late = [each.fact() for each in late.told]
    for fact in facts_late:
        fact.data["ctx"] = {**fact.data["ctx"], "centre": centres[0]}
    await desk.told(facts, *facts_late)
    now = datetime(2023, 11, 10, 15, tzinfo=UTC)
    await publish(REVISED, now, cutoff=now - timedelta(hours=2))
    gone = next(each for each in made if WITHDRAWN.replace("-", "") in each)
    await ledger.withdraw(gone, "stf-dpo", now, "A centre handed in one month twice.")
    await pool.close()
    return made
