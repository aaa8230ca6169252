"""The worker of a running stack: it says until when everything is counted, and answers as of then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.embedded.stack import Stack
from tests.harness.region import Region
from tests.harness.wait import eventually


async def test_quiet_topics_are_known_up_to_a_minute_ago(whole_stack: Stack) -> None:
    region = Region(whole_stack)
    await region.ready()

    async def age() -> float | None:
        shown = (await region.live("01", "2026-01", []))["watermark"]
        return None if shown is None else (datetime.now(UTC) - datetime.fromisoformat(shown)).total_seconds()

    # 60 s for what is still on its way from a store, and a few for the looks.
    await eventually(age, lambda seconds: seconds is not None and 55 < seconds < 90, what="a watermark of a minute ago")

    long_ago: Any = (datetime.now(UTC) - timedelta(days=30)).date().isoformat()
    answer = await region.live("16b", "2020", ["MONTH"], known_at=long_ago)
    assert answer["cells"] == []
    # The stack is shared: whether somebody withdrew on it meanwhile is for other tests to say.
    assert isinstance(answer["forgotten_since_k"], bool)


async def test_the_page_of_a_running_stack_needs_no_script(whole_stack: Stack) -> None:
    region = Region(whole_stack)
    async with region.client("reporting", "statistician") as http:
        answer = await http.get("/statistics/internal")
    assert answer.status_code == 200, answer.text
    assert "<script" not in answer.text
