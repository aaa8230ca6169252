"""A5: somebody asks all that is public, has one person registered or erased, and asks again. A6: somebody asks for what is not there."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.reporting import api
from services.reporting.facts import zones
from services.reporting.facts.projection import facts
from services.reporting.releases.freeze import Office, in_thread
from services.reporting.releases.ledger import Ledger
from services.reporting.releases.render import Draft, Rendered
from services.reporting.releases.secrets import Secret
from tests.attack.published import TABLE
from tests.integration.casework.desk import Desk, open_desk
from tests.integration.reporting.conftest import REGION
from tests.integration.reporting.world import World, some_id
from tests.planted import tables_of_the_day, withheld_is_told, withheld_takes_longer

MONTH, NOW = "2026-02", datetime(2026, 4, 20, 15, tzinfo=UTC)
RELEASE = "PH-202602.0"
BELOW = ("", "/structure", "/zip", "/tables/I01A", "/tables/I01A?format=json-stat", "/tables/I01A?format=hxl", "/flow/en")
PATHS = (
    *(f"/v1/statistics/releases/{RELEASE}{path}" for path in BELOW), "/v1/statistics/releases", "/v1/statistics/tables/I01A",
    f"/v1/statistics/latest/tables/I01A?period={MONTH}", "/v1/statistics/key", "/statistics", f"/statistics?period={MONTH}&lang=fil",
    "/statistics/releases", f"/statistics/tables/I01A?period={MONTH}",
)  # fmt: skip
WITHHELD, NEVER_WAS = "I16A", "I99Z"
PROBES = ("I01C", "I29A", "I16A.json", "I16A.csv", "i16a", "cell_secret", WITHHELD)
"""A yearly table asked of a month, an internal one, names of files, a table of the ledger, one that the gate withheld."""
QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("", {}), ("", {"Accept": "application/json"}), ("?format=xlsx", {}), ("?format=hxl", {"Accept-Language": "fil"}),
    ("", {"If-None-Match": "*"}), ("", {"Range": "bytes=0-0"}),
)  # fmt: skip


async def without_one(draft: Draft) -> Rendered:
    """As if the gate could not make a table safe."""
    made = await in_thread(draft)
    files = {name: content for name, content in made.files.items() if not name.startswith(WITHHELD)}
    return replace(made, files=files, tables=tuple(each for each in made.tables if each != WITHHELD), withheld=(WITHHELD,))


class Place:
    """office: freezes, and is what the bug of this attack counts with; world: what centres have told so far."""

    def __init__(self, desk: Desk, office: Office) -> None:
        self.desk, self.office, self.world = desk, office, World()

    async def tell(self) -> None:
        await self.desk.told(facts, *[each.fact() for each in self.world.told])
        self.world.told.clear()

    async def public(self) -> dict[str, tuple[Any, ...]]:
        """Every public answer: status, the headers that say something, the bytes."""
        found: dict[str, tuple[Any, ...]] = {}
        for path in PATHS:
            answer = await self.desk.client.get(path)
            assert answer.status_code in (200, 307), f"{path} answered {answer.status_code}"
            told = {name: answer.headers.get(name) for name in ("etag", "location", "content-length", "cache-control")}
            found[path] = answer.status_code, told, answer.content
        return found

    async def changed(self, change: Callable[[World], object]) -> list[str]:
        """Public answers that are not the same after one person more or less. Prints them."""
        before = await self.public()
        change(self.world)
        await self.tell()
        after = await self.public()
        found = [path for path in PATHS if before[path] != after[path]]
        print(*found, sep="\n")
        return found


@pytest.fixture(scope="module")
async def place(fresh_database: Callable[[str], Any]) -> AsyncIterator[Place]:
    """A published month of eighty clients."""
    zones.follow(lambda: REGION.centres)
    public = {"GABAY_STATISTICS_PUBLIC": "on"}
    async with open_desk("reporting", api, (facts,), fresh_database, region="route-example", settings=public) as desk:
        pool = await asyncpg.create_pool(desk.worker_dsn, min_size=1, max_size=2)
        secret = Secret("s-2026-1", bytes(range(32)), TABLE)
        key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        office = Office(pool=pool, region=REGION, name="PH", secrets={secret.id: secret}, key=key, rendering=without_one)
        place = Place(desk, office)
        draw = Random(5)
        for number in range(80):
            place.world.register(
                some_id(f"client {number}"), at=datetime(2026, 2, draw.randint(1, 27), 3, tzinfo=UTC), sex=draw.choice("FM")
            )
        await place.tell()
        await pool.execute(f"insert into {facts.schema}.watermark (topic, partition, at) values ('t', 0, $1)", NOW)
        release = await place.office.freeze(MONTH, "stf-froze", NOW)
        assert release == RELEASE
        await Ledger(pool).publish(release, "stf-dpo", NOW + timedelta(minutes=1))
        yield place
        await pool.close()


def one_more(name: str) -> Callable[[World], object]:
    return lambda world: world.register(some_id(name), at=datetime(2026, 2, 14, 3, tzinfo=UTC), sex="F")


def one_less(number: int) -> Callable[[World], object]:
    return lambda world: world.erase(some_id(f"client {number}"))


@pytest.mark.parametrize("weak", [False, True], ids=["full-gate", "live-tables"])
async def test_one_person_changes_no_public_answer_until_the_next_release(place: Place, weak: bool) -> None:
    with tables_of_the_day.planted(place.office) if weak else nullcontext():
        found = [await place.changed(one_more(f"late {weak}")), await place.changed(one_less(7 + weak))]
    assert [bool(changed) for changed in found] == [weak, weak]
    came = await place.desk.rows(f"select 1 from {facts.schema}.person_version where client = $1::uuid", some_id(f"late {weak}"))
    assert came, "nobody came: this proves nothing"


async def told_apart(place: Place) -> list[str]:
    """What is not public and is answered otherwise than a table that never was. Prints it."""
    found = []
    for question, headers in QUESTIONS:

        async def answered(name: str, question: str = question, headers: dict[str, str] = headers) -> tuple[Any, ...]:
            answer = await place.desk.client.get(f"/v1/statistics/releases/{RELEASE}/tables/{name}{question}", headers=headers)
            return said(answer, name)

        never = await answered(NEVER_WAS)
        assert never[0] == 404
        found += [f"{name}{question} {headers}" for name in PROBES if await answered(name) != never]
    print(*found, sep="\n")
    return found


def said(answer: httpx.Response, name: str) -> tuple[Any, ...]:
    """All of an answer but what differs from one to the next by itself, and the name that was asked for."""
    body = {member: value for member, value in answer.json().items() if member not in ("trace", "instance")}
    own = {"date", "ratelimit", "content-length", "traceparent", "gabay-trace"}
    headers = {header: value for header, value in answer.headers.items() if header not in own}
    return answer.status_code, repr(body).replace(name, "-"), headers, len(answer.content.replace(name.encode(), b"-"))


@pytest.mark.parametrize("weak", [False, True], ids=["full-gate", "withheld-is-told"])
async def test_what_is_withheld_is_answered_as_what_never_was(place: Place, weak: bool) -> None:
    with withheld_is_told.planted() if weak else nullcontext():
        found = await told_apart(place)
    assert found == [f"{WITHHELD}{question} {headers}" for question, headers in QUESTIONS if weak]


async def guessed_by_time(place: Place, pairs: int) -> tuple[float, float]:
    """(share of pairs in which the slower answer was that of the withheld table, difference of the medians in microseconds).

    Who times answers asks for both in turn, in an order drawn anew each time, so that a busy machine slows either alike.
    """
    draw, took = Random(6), {WITHHELD: [0.0] * pairs, NEVER_WAS: [0.0] * pairs}
    for number in range(-10, pairs):
        for name in draw.sample(tuple(took), 2):
            began = time.perf_counter()
            await place.desk.client.get(f"/v1/statistics/releases/{RELEASE}/tables/{name}")
            if number >= 0:
                took[name][number] = time.perf_counter() - began
    slower = sum(withheld > never for withheld, never in zip(took[WITHHELD], took[NEVER_WAS], strict=True)) / pairs
    apart = 1e6 * (median(took[WITHHELD]) - median(took[NEVER_WAS]))
    print(f"{slower:.1%} of {pairs} pairs, medians {apart:+.0f} us apart")
    return slower, apart


@pytest.mark.parametrize("weak", [False, True], ids=["full-gate", "withheld-takes-longer"])
async def test_no_clock_tells_a_withheld_table_from_one_that_never_was(place: Place, weak: bool) -> None:
    """A guess by the clock is right in one pair of two, give or take what chance does in 400 (4.5 standard deviations)."""
    with withheld_takes_longer.planted(WITHHELD) if weak else nullcontext():
        slower, _ = await guessed_by_time(place, 400)
    assert (abs(slower - 0.5) > 0.1125) is weak, f"right in {slower:.1%} of the pairs"
