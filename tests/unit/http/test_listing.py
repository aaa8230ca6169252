"""Lists: every row once, in order, by cursors that belong to one list, filter and caller."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.http.command import Answer, Call, CommandRouter
from shared.http.listing import ListQuery, page, position
from tests.unit.http import kit

START = datetime(2026, 3, 2, tzinfo=UTC)
ROWS = [{"id": UUID(int=n), "recorded_at": START + timedelta(seconds=n // 2)} for n in range(23)]


class Filter(ListQuery):
    centre: str | None = None


def router() -> CommandRouter:
    made = CommandRouter("things")

    @made.read("GET", "/v1/things", action="open.read", query=Filter)
    async def list_things(call: Call) -> Answer:
        """List things."""
        at, last = position(call)
        ordered: list[dict[str, Any]] = sorted(ROWS, key=lambda row: (row["recorded_at"], row["id"]), reverse=True)
        rest = [row for row in ordered if at is None or (row["recorded_at"], row["id"]) < (at, last)]
        return await page(call, rest[: call.query.limit + 1], key="id", as_of=START)

    return made


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "router", router)


async def test_every_row_comes_once_and_in_order(things: None) -> None:
    async with kit.running() as service:
        person, path, seen = service.person("reception"), "/v1/things?limit=5&centre=PH-ANT-01", []
        while path:
            answer = await service.get(path, person)
            seen += [row["id"] for row in answer.json()["items"]]
            assert len(answer.json()["items"]) <= 5
            path = answer.links["next"]["url"] if "next" in answer.links else ""
            assert bool(path) == (answer.json()["next"] is not None)
    assert seen == [str(UUID(int=n)) for n in reversed(range(23))]
    assert answer.headers["gabay-as-of"] == "2026-03-02T00:00:00.000Z"
    assert int(answer.headers["gabay-lag"]) > 0


async def test_a_cursor_of_another_filter_or_caller_is_refused(things: None) -> None:
    async with kit.running() as service:
        person = service.person("reception")
        cursor = (await service.get("/v1/things?limit=5", person)).json()["next"]
        answers = [
            await service.get(f"/v1/things?limit=5&cursor={cursor}", person),
            await service.get(f"/v1/things?limit=9&cursor={cursor}", person),
            await service.get(f"/v1/things?limit=5&centre=X&cursor={cursor}", person),
            await service.get(f"/v1/things?limit=5&cursor={cursor}", service.person("caseworker")),
            await service.get(f"/v1/things?limit=5&cursor={cursor}x", person),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 400, 400]
    assert {answer.json()["code"] for answer in answers[2:]} == {"cursor-invalid"}


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1e3"])
async def test_a_page_has_a_size(things: None, limit: str) -> None:
    async with kit.running() as service:
        answer = await service.get(f"/v1/things?limit={limit}", service.person("reception"))
    assert (answer.status_code, answer.json()["where"]) == (400, "limit")
