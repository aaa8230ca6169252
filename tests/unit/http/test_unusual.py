"""Which readings somebody should look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from shared.http import audit as module
from shared.http.audit import ReadAudit, Reading
from shared.http.unusual import OFF_HOURS, off_hours
from shared.region_centre import Centre, Hours

OFFICE: Any = SimpleNamespace(zone="Asia/Manila", calendar="PH-ANT", hours=Hours())
CENTRE: Centre = OFFICE


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        (datetime(2026, 3, 2, 0, 0, tzinfo=UTC), False),  # Monday, 8:00 in Manila
        (datetime(2026, 3, 2, 8, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 9, 0, tzinfo=UTC), True),  # 17:00
        (datetime(2026, 3, 1, 2, 0, tzinfo=UTC), True),  # Sunday
        (datetime(2026, 12, 25, 2, 0, tzinfo=UTC), True),
    ],
)
def test_a_centre_is_open_in_its_hours_on_its_days(at: datetime, closed: bool) -> None:
    assert off_hours(CENTRE, at) is closed


@pytest.mark.parametrize(("action", "decision"), [("EXPORT", OFF_HOURS), ("READ", "ALLOWED")])
async def test_an_export_while_the_centre_is_closed_says_so_in_its_row(monkeypatch: pytest.MonkeyPatch, action: Any, decision: str) -> None:
    written: list[Reading] = []
    told: list[tuple[str, str, int]] = []

    async def flush(_: ReadAudit, readings: Sequence[Reading]) -> Sequence[None]:
        written.extend(readings)
        return [None] * len(readings)

    monkeypatch.setattr(ReadAudit, "_flush", flush)
    monkeypatch.setattr(module.unusual, "tell", lambda *words: told.append(words))
    audit = ReadAudit(None, service="intake", closed=lambda centre, at: off_hours(CENTRE, at))
    night = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    await audit.write(Reading(at=night, actor="stf-1", role="dpo", action=action, subject_id=[UUID(int=1)]))
    assert [row.decision for row in written] == [decision]
    assert told == ([("export", "stf-1", 1)] if action == "EXPORT" else [])
