"""An erasure goes through although every process that carries it out dies once at each of its steps."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from deploy.embedded.stack import WORKERS
from tests.acceptance.test_forgetting import command, complete, on_the_way, version_of
from tests.chaos.conftest import Ground
from tests.harness.journey import CENTRE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_whoever_dies_between_two_steps_the_person_is_forgotten(ground: Ground) -> None:
    region = ground.region
    for mark in ground.plantable.stack.home.path.glob("died-*"):
        mark.unlink()
    way = await on_the_way(region)
    path = f"/v1/clients/{way.client}"
    ask = {"erasure_basis": "SUBJECT_REQUEST"}
    asked = (await command(region, f"{path}/erasure", ask, await version_of(region, way.client), "supervisor", centre=CENTRE)).json()
    async with ground.plantable.planted("erasure_dies", "intake-api", *WORKERS):
        await region.ready()
        body = {"request_id": asked["request_id"], "force": True}
        # The api stores the fact and dies before it destroys a key: nobody repeats the command.
        with pytest.raises(httpx.HTTPError):
            await command(region, f"{path}:erase", body, asked["version"], "dpo", step_up=True)
        told = await complete(region, way)
        assert {each["service"] for each in told["acknowledged"]} == {"keyring", "intake", "casework", "referrals", "reporting"}
        died = {mark.name.removeprefix("died-") for mark in ground.plantable.stack.home.path.glob("died-*")}
    assert {"intake-api-keys", "intake-worker-barred", "intake-worker-acknowledged", "casework-worker-purged"} <= died
    subjects = [UUID(way.client), UUID(way.referral)]
    assert await region.rows("keyring", "select class from subject_key where subject_id = any($1)", subjects) == []
    await region.quiet()
    for database, table in (("casework", "caseload.case_file"), ("referrals", "board.referral"), ("intake", "running.open_item")):
        query = f"select count(*) from {table} where client_id = $1"  # from the list above
        assert (await region.rows(database, query, UUID(way.client)))[0][0] == 0, table
