"""R5: clocks that are three days off, of services and of devices. Order comes from the sequence, and nobody lags by less than nothing."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from shared.messaging import lag
from tests.chaos.conftest import Ground
from tests.chaos.load import Load
from tests.chaos.truth import findings
from tests.harness.clock import CLOCK
from tests.harness.people import a_registration, new_id
from tests.harness.verdict import Tell
from tests.harness.wait import eventually
from tests.planted import lag_from_the_time_of_the_fact

THREE_DAYS = 3 * 86_400


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_services_with_wrong_clocks_store_send_and_count_the_same(ground: Ground, tell: Tell) -> None:
    """Seen to fail while Kafka refused what a relay of tomorrow sent."""
    region = ground.region
    off = {"intake-worker": THREE_DAYS, "reporting-worker": -THREE_DAYS, "casework-worker": THREE_DAYS}
    answered, wrong = 0, []
    async with AsyncExitStack() as moved:
        for part, seconds in off.items():
            await moved.enter_async_context(ground.plantable.given({CLOCK: str(seconds)}, part))
        for month in ("2019-01", "2019-02"):
            load = Load(region, month=month, seed=7)
            async with load:
                await eventually(lambda load=load: _answered(load), lambda n: n >= 60, what="60 answers", seconds=60)
            wrong += await findings(region, month, load.done, readers=("casework", "reporting"))
            answered += load.answered
            await moved.aclose()  # and back: a step backwards for two of them
    tell("R5", what="relay +3 d, reporting -3 d, casework +3 d, and back", seed=7, counts={"answered": answered}, wrong=wrong)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("seconds", [THREE_DAYS, -THREE_DAYS])
async def test_an_api_with_a_wrong_clock_lets_nobody_in_and_says_why(ground: Ground, tell: Tell, seconds: int) -> None:
    """Tokens are over, or not yet valid. When the clock is right again they count."""
    body, key = a_registration(day="2015-02-05"), new_id()
    async with ground.region.client("intake", "supervisor") as http:
        async with ground.plantable.given({CLOCK: str(seconds)}, "intake-api"):
            answer = await http.post("/v1/clients", json=body, headers={"Idempotency-Key": key})
            wrong = [] if answer.status_code == 401 else [f"answered {answer.status_code}"]
        first = await http.post("/v1/clients", json=body, headers={"Idempotency-Key": key})
        again = await http.post("/v1/clients", json=body, headers={"Idempotency-Key": key})
    statuses = (first.status_code, again.headers.get("Idempotency-Replayed"))
    wrong += [] if statuses == (201, "true") else [f"with the right clock: {statuses}"]
    tell("R5", what=f"api {seconds // 86_400:+d} d: tokens", counts={"requests": 3}, wrong=wrong)


@pytest.mark.slow
async def test_a_device_from_tomorrow_is_told_and_one_from_yesterday_is_believed(ground: Ground, tell: Tell) -> None:
    async def told(days: int) -> Any:
        at = datetime.now(UTC) + timedelta(days=days)
        body = a_registration(day="2015-02-06") | {"occurred_at": at.isoformat()}
        answer = await http.post("/v1/clients", json=body, headers={"Idempotency-Key": new_id()})
        return answer.status_code, answer.json().get("code")

    async with ground.region.client("intake", "supervisor") as http:
        found = {days: await told(days) for days in (3, -3)}
    wrong = [] if found == {3: (422, "date-in-future"), -3: (201, None)} else [f"answers by day: {found}"]
    tell("R5", what="device +3 d and -3 d", counts={"requests": 2}, wrong=wrong)


@pytest.mark.parametrize("bug", [None, "lag_from_the_time_of_the_fact"])
def test_no_reader_lags_by_less_than_nothing_or_by_the_clock_of_a_device(
    tell: Tell, monkeypatch: pytest.MonkeyPatch, bug: str | None
) -> None:
    monkeypatch.setattr(lag, "recorded_at", lag.recorded_at)  # put back at the end
    if bug:
        lag_from_the_time_of_the_fact.plant()
    now = datetime.now(UTC)
    wrong = []
    for days in (3, -3):
        headers = [
            ("ce_time", (now + timedelta(days=days)).isoformat().encode()),
            ("ce_recordedtime", (now - timedelta(seconds=2)).isoformat().encode()),
        ]
        behind = now.timestamp() - (lag.recorded_at(SimpleNamespace(headers=headers)) or 0)
        wrong += [] if 0 <= behind < 10 else [f"a device {days:+d} d off: lag {behind:.0f} s"]
    tell("R5", what="lag of a reader", counts={"records": 2}, wrong=wrong, bug=bug)


async def _answered(load: Load) -> int:
    return load.answered
