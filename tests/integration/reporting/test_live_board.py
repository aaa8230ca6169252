"""Alerts over HTTP, and the live board as a page: internal, per grant, without a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.reporting import api
from services.reporting.facts.projection import facts
from tests.integration.casework.desk import Desk, open_desk

CENTRE, ELSEWHERE = "PH-ANT-01", "HN-EP-01"
ALERT = """
insert into live.surge_alert (centre, metric, span, x, lambda, phi, threshold, level, first_seen, looked_at, above, below)
values ($1, 'registrations', '24h', 61, 20, 1, 35.7, 'CRITICAL', now(), now(), 1, 0) returning id
"""
WINDOW = "insert into live.live_window (metric, centre, point, starts_at, partition, n) values ($1, $2, $3, now(), $4, $5)"
SOURCE = "insert into live.source values ('intake.client.v1', 0, 40, 47, now(), now())"


@pytest.fixture(scope="module")
async def supervisor(fresh_database: Callable[[str], Any]) -> AsyncIterator[Desk]:
    async with open_desk("reporting", api, (facts,), fresh_database) as desk:
        connection = await asyncpg.connect(desk.worker_dsn)
        desk.headers["alert"] = str(await connection.fetchval(ALERT, CENTRE))
        desk.headers["elsewhere"] = str(await connection.fetchval(ALERT, ELSEWHERE))
        for partition, n in enumerate((30, 31)):
            await connection.execute(WINDOW, "registrations", CENTRE, "", partition, n)
        await connection.execute(WINDOW, "observed", CENTRE, "<b>Trojes", 0, 12)
        await connection.execute(WINDOW, "registrations", ELSEWHERE, "", 0, 987)
        await connection.execute(SOURCE)
        await connection.close()
        mine = desk.as_("stf-s1")
        mine.headers.update(desk.headers)
        yield mine


async def test_alerts_are_those_of_the_callers_centres(supervisor: Desk) -> None:
    answer = await supervisor.send("GET", "/v1/statistics/surge")
    assert answer.headers["cache-control"] == "private, no-store"
    (alert,) = answer.json()["items"]
    assert {name: alert[name] for name in ("id", "centre", "window", "x", "lambda", "limit", "level", "acknowledged_by")} == {
        "id": supervisor.headers["alert"], "centre": CENTRE, "window": "24h", "x": 61, "lambda": 20.0, "limit": 35.7, "level": "CRITICAL",
        "acknowledged_by": None,
    }  # fmt: skip


async def test_who_has_no_grant_for_true_counts_sees_neither_alerts_nor_board(supervisor: Desk) -> None:
    caseworker = supervisor.as_("stf-w1")
    for path in ("/v1/statistics/surge", "/statistics/live"):
        assert (await caseworker.send("GET", path)).status_code == 403


async def test_the_board_shows_counts_freshness_and_alerts_and_needs_no_script(supervisor: Desk) -> None:
    told = (("en", "Live board", "Critical"), ("fr", "Tableau en direct", "Critique"), ("fil", "Live na talaan", "Malubha"))
    for lang, title, level in told:
        answer = await supervisor.send("GET", f"/statistics/live?lang={lang}")
        assert answer.status_code == 200, answer.text
        page = answer.text
        assert f"<h1>{title}</h1>" in page
        assert '<meta http-equiv="refresh" content="30">' in page
        assert "<script" not in page
        assert '<td class="n">61</td>' in page
        assert "987" not in page
        assert f">{level}</td>" in page
        assert "<dd>7</dd>" in page
        assert "&lt;b&gt;Trojes" in page
        assert "script-src" not in answer.headers["content-security-policy"]
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")


async def test_the_first_who_acknowledges_an_alert_stands_and_no_one_elsewhere(supervisor: Desk) -> None:
    path = f"/v1/statistics/surge/{supervisor.headers['alert']}:acknowledge"
    told = await supervisor.post(path, {"purpose": "STATISTICS"}, Gabay_Purpose="STATISTICS")
    assert (told["level"], told["acknowledged_by"]) == ("CRITICAL", "stf-s1")
    for other in (supervisor.headers["elsewhere"], str(uuid4()), "none"):
        answer = await supervisor.send("POST", f"/v1/statistics/surge/{other}:acknowledge", {"purpose": "STATISTICS"})
        assert answer.status_code in (404, 422), answer.text
