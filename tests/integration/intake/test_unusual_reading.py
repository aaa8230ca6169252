"""Readings that somebody should look at, from the request to what the alert `UnusualReading` counts: nobody is stopped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared import telemetry
from shared.http import volume
from tests.harness.people import a_registration, new_id
from tests.integration.intake.conftest import Desk

SUNDAY_NIGHT = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)  # half past eleven in Danlí, after the doors are closed
MONDAY_NOON = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Reasons that the metric behind the alert was raised for."""
    found: list[str] = []
    monkeypatch.setattr(telemetry.READS_UNUSUAL, "add", lambda amount, labels: found.append(labels["reason"]))
    return found


async def decisions(desk: Desk, client: str, action: str) -> list[str]:
    query = "select decision from read_audit where action = $1 and $2 = any(subject_id) order by at"
    return [row[0] for row in await desk.parts.pool.fetch(query, action, UUID(client))]


async def test_who_reads_a_stranger_for_whom_nothing_is_open_is_told(
    desk: Desk, counted: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    await desk.read(client)  # who registered them has to do with them
    await desk.as_("supervisor").read(client)
    assert counted == []
    stranger = desk.as_("reception")
    await stranger.read(client)
    assert counted == ["relation"]
    assert await decisions(desk, client, "READ") == ["ALLOWED", "ALLOWED", "NO_RELATION"]
    [line] = [each for each in capfd.readouterr().err.splitlines() if "sec_unusual_reading" in each]
    assert stranger.staff in line
    assert client not in line


@pytest.mark.parametrize(("at", "decision"), [(SUNDAY_NIGHT, "OFF_HOURS"), (MONDAY_NOON, "ALLOWED")])
async def test_an_export_is_told_that_leaves_while_the_centre_is_closed(
    desk: Desk, counted: list[str], monkeypatch: pytest.MonkeyPatch, at: datetime, decision: str
) -> None:
    client = (await desk.register(a_registration(local_id=new_id())))["id"]
    monkeypatch.setattr(desk.runtime, "now", lambda: at)
    answer: Any = await desk.as_("dpo", strong=True).send("GET", f"/v1/clients/{client}/export", Gabay_Purpose="SUBJECT_REQUEST")
    assert answer.status_code == 200, answer.text
    assert await decisions(desk, client, "EXPORT") == [decision]
    assert counted == (["export"] if decision == "OFF_HOURS" else [])


async def test_who_reads_unusually_many_people_is_told_once(
    desk: Desk, counted: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume, "PERSONS", 3)
    there = "HN-CH-01"
    reader, told = desk.as_("supervisor", there), []
    for _ in range(6):
        client = (await desk.as_("caseworker", there).register(a_registration(local_id=new_id(), centre=there)))["id"]
        await reader.read(client)
        await reader.read(client)  # the same person again is nobody more
        told.append(counted.count("volume"))
    assert told == [0, 0, 0, 1, 1, 1]
    [line] = [each for each in capfd.readouterr().err.splitlines() if "sec_unusual_reading" in each and "volume" in each]
    assert reader.staff in line
    assert client not in line
