"""R4: the cable between an api or a worker and its databases, or between a worker and the broker, is cut or falls silent, and is mended."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

import httpx
import pytest

from tests.chaos.conftest import Ground
from tests.chaos.load import Load
from tests.chaos.truth import findings
from tests.harness.people import a_registration, new_id
from tests.harness.proxy import ROUTE, Cable, Proxy
from tests.harness.verdict import Tell
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
Question = Callable[[], Awaitable[bool]]
WITHIN_S = 2.0
PROBES = 12
"""More than the pool has connections: the first ones hang with a statement on the way, and the others wait for them."""


async def _unanswered(ground: Ground, http: httpx.AsyncClient, seconds: float) -> list[str]:
    """What is wrong with the answers of an api that has lost its database, once its pool is used up."""
    body = a_registration(day="2020-01-05")
    slow: list[str] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.monotonic()
        try:
            answer = await http.post("/v1/clients", json=body, headers={"Idempotency-Key": new_id()}, timeout=10)
            told = str(answer.status_code)
        except httpx.TimeoutException:
            told = "no answer"
        took = time.monotonic() - began
        if told != "503" or took > WITHIN_S:
            slow.append(f"{told} after {took:.1f} s")
    return slow


@pytest.mark.parametrize(
    ("cable", "month", "bug"),
    [
        (Cable.CUT, "2020-02", None),
        (Cable.SILENT_BACK, "2020-03", None),
        pytest.param(Cable.SILENT, "2020-04", None, marks=pytest.mark.long),
        pytest.param(Cable.SILENT_THERE, "2020-05", None, marks=pytest.mark.long),
        (Cable.SILENT, "2020-06", "pool_waits_for_ever"),
    ],
)
async def test_an_api_without_its_database_says_so_at_once_and_is_whole_when_it_is_back(
    ground: Ground, tell: Tell, cable: Cable, month: str, bug: str | None
) -> None:
    region, stack = ground.region, ground.region.stack
    async with Proxy(stack.port("postgres")) as proxy:
        dsn = stack.postgres.tcp_dsn("intake_app", "intake").replace(f":{proxy.target}/", f":{proxy.port}/")
        async with (
            ground.plantable.planted(bug, "intake-api"),
            ground.plantable.given({"GABAY_DATABASE_URL": dsn}, "intake-api"),
            region.client("intake", "supervisor") as http,
        ):
            load = Load(region, month=month, seed=4, apps=PROBES)
            async with load:
                await eventually(_at_least(load, 20), what="20 answers over a whole cable", seconds=60)
                async with proxy.as_(cable):
                    # The statements that were on the way wait for their answers; whoever comes after them is told.
                    silent = load.answered
                    await eventually(_refused(load), what="tries without an outcome", seconds=60)
                    wrong = await _unanswered(ground, http, 6)
                    assert load.answered - silent <= PROBES
                mended = time.monotonic()
                await eventually(_at_least(load, silent + 3 * PROBES), what="answers over the mended cable", seconds=60)
                caught_up = time.monotonic() - mended
    if bug is None:
        wrong += await findings(region, month, load.done)
    counts = {
        "answered": load.answered,
        "tries without an outcome": sum(load.done.unknown.values()),
        "caught up after": f"{caught_up:.1f} s",
    }
    tell("R4", what=f"api and database, cable {cable.value}", seed=4, counts=counts, wrong=wrong, bug=bug)


@pytest.mark.parametrize(
    ("part", "cable", "month", "seconds"),
    [
        ("intake-worker", Cable.SILENT, "2020-07", 8),
        pytest.param("intake-worker", Cable.CUT, "2020-08", 30, marks=pytest.mark.long),
        pytest.param("intake-worker", Cable.SILENT_BACK, "2020-09", 60, marks=pytest.mark.long),
        pytest.param("casework-worker", Cable.CUT, "2020-10", 8, marks=pytest.mark.long),
        pytest.param("referrals-worker", Cable.SILENT_THERE, "2020-11", 8, marks=pytest.mark.long),
        pytest.param("reporting-worker", Cable.SILENT, "2020-12", 8, marks=pytest.mark.long),
    ],
)
async def test_a_worker_without_its_broker_goes_on_unaided(
    ground: Ground, tell: Tell, part: str, cable: Cable, month: str, seconds: float
) -> None:
    """Of intake's worker it is the relay that is alone. Its planted bug is in test_r02_planted.py: a timed-out send that counts as sent."""
    async with Proxy(ground.region.stack.port("kafka")) as proxy:
        await _alone(ground, tell, part, proxy, {ROUTE: f"{proxy.target}:{proxy.port}"}, "broker", cable, month, seconds)


@pytest.mark.parametrize(
    ("part", "cable", "month", "seconds"),
    [
        ("reporting-worker", Cable.CUT, "2021-02", 8),
        pytest.param("intake-worker", Cable.SILENT, "2021-03", 8, marks=pytest.mark.long),
        pytest.param("casework-worker", Cable.SILENT_BACK, "2021-04", 8, marks=pytest.mark.long),
        pytest.param("referrals-worker", Cable.CUT, "2021-05", 8, marks=pytest.mark.long),
    ],
)
async def test_a_worker_without_its_databases_goes_on_unaided(
    ground: Ground, tell: Tell, part: str, cable: Cable, month: str, seconds: float
) -> None:
    """Its own, that of the keys and that of the grants."""
    stack, service = ground.region.stack, part.removesuffix("-worker")
    async with Proxy(stack.port("postgres")) as proxy:
        named = {
            "GABAY_DATABASE_URL": (f"{service}_worker", service),
            "GABAY_KEYRING_URL": (f"{service}_keyring", "keyring"),
            "GABAY_ACCESS_URL": (f"{service}_access", "access"),
        }
        through = {name: stack.postgres.tcp_dsn(*of).replace(f":{proxy.target}/", f":{proxy.port}/") for name, of in named.items()}
        await _alone(ground, tell, part, proxy, through, "databases", cable, month, seconds)


async def _alone(
    ground: Ground, tell: Tell, part: str, proxy: Proxy, through: Mapping[str, str], other: str, cable: Cable, month: str, seconds: float
) -> None:
    """People go on being registered while the cable is damaged; when it is whole all of them are in the figures once."""
    async with ground.plantable.given(through, part):
        load = Load(ground.region, month=month, seed=5)
        async with load:
            await eventually(_at_least(load, 20), what="20 answers", seconds=60)
            began = time.monotonic()
            async with proxy.as_(cable):
                before = load.answered
                await eventually(_enough(load, before + 20, began + seconds), what="registrations while a worker is alone", seconds=60)
        mended = time.monotonic()
        wrong = await findings(ground.region, month, load.done)
        caught_up = time.monotonic() - mended
    counts = {"answered": load.answered, "caught up after": f"{caught_up:.1f} s"}
    tell("R4", what=f"{part} and {other}, cable {cable.value} for {seconds:.0f} s", seed=5, counts=counts, wrong=wrong)


def _at_least(load: Load, many: int) -> Question:
    async def enough() -> bool:
        return load.answered >= many

    return enough


def _enough(load: Load, many: int, until: float) -> Question:
    async def enough() -> bool:
        return load.answered >= many and time.monotonic() >= until

    return enough


def _refused(load: Load) -> Question:
    before = sum(load.done.unknown.values())

    async def refused() -> bool:
        return sum(load.done.unknown.values()) - before >= PROBES

    return refused
