"""The change feed of intake: every change of the caller's centres once, in pages, ids and codes only."""

from __future__ import annotations

from typing import Any

from tests.harness.people import CENTRE, a_registration, new_id
from tests.integration.intake.conftest import Desk


async def feed(desk: Desk, after: str | None = None, limit: int = 3) -> tuple[list[dict[str, Any]], str]:
    """Everything behind a cursor, page by page, and where it ended."""
    items: list[dict[str, Any]] = []
    while True:
        answer = await desk.send("GET", f"/v1/changes?limit={limit}" + (f"&after={after}" if after else ""))
        assert answer.status_code == 200, answer.text
        content = answer.json()
        items, after = items + content["items"], content["next"]
        if content["caught_up"]:
            return items, after


async def test_every_change_is_told_once_in_pages_of_any_size(desk: Desk) -> None:
    made = [await desk.register(a_registration(local_id=new_id())) for _ in range(4)]
    met = {"centre": CENTRE, "purpose": "CASE_MANAGEMENT", "channel": "PHONE", "topics": ["LEG"], "minutes": 5,
           "immediate_need": False, "info_given": True}  # fmt: skip
    encounter = (await desk.post("/v1/encounters", met)).json()["id"]
    await desk.catch_up()
    small, end = await feed(desk, limit=3)
    large, _ = await feed(desk, limit=500)
    assert small == large
    assert len({(item["id"], item["version"]) for item in small}) == len(small)
    for client in made:
        assert [item["version"] for item in small if item["id"] == client["id"]] == [1, 2, 3, 4]
    assert [item["aggregate"] for item in small if item["id"] == encounter] == ["encounter"]
    assert set(small[0]) == {"aggregate", "id", "version", "type", "recorded_at"}

    assert (await feed(desk, end))[0] == []
    late = await desk.register(a_registration(local_id=new_id(), arrival=False))
    await desk.catch_up()
    await desk.catch_up()
    new, _ = await feed(desk, end)
    assert [(item["id"], item["version"]) for item in new] == [(late["id"], 1), (late["id"], 2), (late["id"], 3)]


async def test_a_centre_hears_of_its_own_records_only(desk: Desk) -> None:
    await desk.register(a_registration(local_id=new_id()))
    other = await desk.as_("caseworker", "HN-CH-01").register(a_registration(local_id=new_id(), centre="HN-CH-01"))
    await desk.catch_up()
    items, _ = await feed(desk.as_("reception", "HN-CH-01"), limit=500)
    assert {item["id"] for item in items} == {other["id"]}


async def test_a_cursor_is_its_callers_own(desk: Desk) -> None:
    _, end = await feed(desk, limit=500)
    foreign = await desk.as_("reception").send("GET", f"/v1/changes?after={end}")
    assert (foreign.status_code, foreign.json()["code"]) == (400, "cursor-invalid")
    assert (await desk.send("GET", "/v1/changes?after=nonsense")).json()["code"] == "cursor-invalid"


async def test_an_old_cursor_says_so(desk: Desk) -> None:
    caller = f"user:http://127.0.0.1:9|{desk.staff}"
    cursors = desk.client._transport.app.state.runtime.cursors  # type: ignore[attr-defined]
    generation = await desk.parts.pool.fetchval("select version from generation where model = 'changes' and state = 'LIVE'")
    old = cursors.write([0, {}], bound_to=f"changes\n{caller}", generation=generation)
    answer = await desk.send("GET", f"/v1/changes?after={old}")
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor-expired")
