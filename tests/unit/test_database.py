"""How long a statement may take: what the server is told, and how long we wait for its word."""

from typing import Any

import pytest

from shared.eventsourcing import database


@pytest.mark.parametrize(("limit", "waits"), [(15_000, 20), (0, None)])
async def test_we_wait_longer_than_the_server_and_without_a_limit_for_ever(
    monkeypatch: pytest.MonkeyPatch, limit: int, waits: float | None
) -> None:
    opened: dict[str, Any] = {}

    async def pool(dsn: str, **told: Any) -> None:
        opened.update(told)

    monkeypatch.setattr(database, "_pool", pool)
    await database.open_pool("postgresql:///", statement_timeout_ms=limit)
    assert (opened["command_timeout"], opened["server_settings"]["statement_timeout"]) == (waits, str(limit))
