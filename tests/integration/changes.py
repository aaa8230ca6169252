"""The change feed of a service in this process, read to its end."""

from __future__ import annotations

from typing import Any

from tests.integration.casework.desk import Desk


async def feed(desk: Desk, after: str | None = None, limit: int = 3) -> tuple[list[dict[str, Any]], str]:
    """Everything behind a cursor, page by page, and where it ended."""
    items: list[dict[str, Any]] = []
    while True:
        content = await desk.get(f"/v1/changes?limit={limit}" + (f"&after={after}" if after else ""))
        items, after = items + content["items"], content["next"]
        assert after is not None
        if content["caught_up"]:
            return items, after


async def heard_of(desk: Desk, stream: str, after: str | None = None) -> list[tuple[int, str]]:
    """Version and type of every change of one stream of which somebody hears."""
    items, _ = await feed(desk, after, limit=500)
    return [(item["version"], item["type"].split(".")[2]) for item in items if item["id"] == stream]
