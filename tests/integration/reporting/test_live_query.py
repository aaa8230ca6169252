"""`/v1/statistics` and the internal page, over HTTP, with grants and tokens."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from services.reporting import api
from services.reporting.facts.projection import facts
from services.reporting.indicators.public import TABLES
from services.reporting.parts import Reporting
from shared.codes.label import list_names
from tests.integration.casework.desk import Desk, open_desk
from tests.integration.reporting.conftest import PLACES
from tests.integration.reporting.test_facts import a_service, a_transit
from tests.integration.reporting.world import World, some_id

QUERY = "/v1/statistics/live:query"


@pytest.fixture(scope="module")
async def supervisor(fresh_database: Callable[[str], Any]) -> AsyncIterator[Desk]:
    """A supervisor of Antique's centre, after three people have come in January and one in February; one came to another centre."""
    world = World()
    for number, sex in enumerate("FFM"):
        world.register(some_id(f"person {number}"), sex=sex, birth_month=None, age_band="U", nationality=["VEN"])
        a_transit(world, some_id(f"person {number}"), f"2026-01-{number + 10}")
    world.register(some_id("late"), sex="M")
    a_transit(world, some_id("late"), "2026-02-03")
    a_service(world, some_id("late"), "2026-02-03")
    other = World(centre="HN-EP-01")
    other.register(some_id("elsewhere"))
    a_transit(other, some_id("elsewhere"), "2026-01-10")
    a_service(other, some_id("elsewhere"), "2026-01-10")
    async with open_desk("reporting", api, (facts,), fresh_database) as desk:
        await desk.told(facts, *world.live(), *other.live())
        yield desk.as_("stf-s1")


async def test_a_supervisor_reads_true_counts_of_their_centre(supervisor: Desk) -> None:
    answer = await supervisor.send("POST", QUERY, {"indicator": "16b", "from": "2026-01", "to": "2026-02", "by": ["MONTH", "SEX", "A2"]})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json() == {
        "indicator": "16b",
        "title": "Transit arrivals",
        "from": "2026-01-01",
        "to": "2026-02-28",
        "by": ["MONTH", "SEX", "A2"],
        "cells": [
            {"MONTH": "2026-01", "SEX": "F", "A2": "Y_GE18", "n": 2},
            {"MONTH": "2026-01", "SEX": "M", "A2": "Y_GE18", "n": 1},
            {"MONTH": "2026-02", "SEX": "M", "A2": "Y_GE18", "n": 1},
        ],
        "watermark": None,
        "generation": facts.version,
        "parked_streams": 0,
    }


async def test_series_of_one_indicator_come_apart(supervisor: Desk) -> None:
    answer = await supervisor.post(QUERY, {"indicator": "30", "period": "2026"})
    assert [(cell["MEASURE"], cell["n"]) for cell in answer["cells"]] == [("A", 1), ("B", 1), ("C", 1.5)]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"period": "2026-13"}, 422, "bad-period"),
        ({"period": "2026", "from": "2025", "to": "2026"}, 422, "bad-period"),
        ({"period": None}, 422, "bad-period"),
        ({"by": ["MONTH", "SEX", "A2", "NAT"]}, 422, "too-many-dimensions"),
        ({"by": ["TYPE", "MODE"]}, 422, "too-many-dimensions"),
        ({"by": ["PHONE"]}, 422, "validation"),
        ({"indicator": "25d", "by": ["MONTH"]}, 422, "validation"),
        ({"indicator": "37", "known_at": "2026-01-31"}, 422, "validation"),
        ({"where": {"PHONE": ["x"]}}, 422, "validation"),
        ({"indicator": "41"}, 422, "validation"),
        ({"known_at": "2026-01-31"}, 409, "not-yet-known"),
        ({"where": {"CENTRE": ["PH-MAS-01"]}}, 404, "not-found"),
    ],
)
async def test_what_cannot_be_asked_is_refused(supervisor: Desk, change: dict[str, Any], status: int, code: str) -> None:
    body = {"indicator": "16b", "period": "2026"} | change
    await supervisor.refused(QUERY, {name: value for name, value in body.items() if value is not None}, status, code)


@pytest.mark.parametrize(
    ("change", "loc", "codes"),
    [
        ({"indicator": "41"}, "/indicator", "/v1/statistics/tables"),
        ({"by": ["SEX", "PHONE"]}, "/by/1", "/v1/statistics/tables"),
        ({"where": {"PHONE": ["x"]}}, "/where", "/v1/statistics/tables"),
        ({"where": {"SEX": ["F", "FEMALE"]}}, "/where/SEX/1", "/v1/codes/Sex"),
        ({"where": {"A2": ["Y18T24"]}}, "/where/A2/0", "/v1/statistics/tables"),
        ({"where": {"NAT": ["VE"]}}, "/where/NAT/0", "/v1/codes/Country"),
        ({"where": {"AREA": ["Antique"]}}, "/where/AREA/0", "/v1/codes/Psgc"),
    ],
)
async def test_a_refusal_says_where_to_find_what_would_be_allowed(supervisor: Desk, change: dict[str, Any], loc: str, codes: str) -> None:
    answer = await supervisor.send("POST", QUERY, {"indicator": "16b", "period": "2026"} | change)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"loc": loc, "code": "unknown-code", "list": codes}])
    assert codes.rpartition("/")[2] in ("tables", *list_names())


async def test_released_tables_say_what_would_be_allowed(supervisor: Desk) -> None:
    unknown = await supervisor.send("GET", "/v1/statistics/tables/I99Z")
    assert (unknown.status_code, unknown.json()["tables"]) == (404, list(TABLES))
    period = await supervisor.send("GET", "/v1/statistics/releases?period=2026-13")
    assert (period.status_code, period.json()["allowed"]) == (422, ["2026-07", "2026-Q3", "2026"])
    tampered = await supervisor.send("GET", "/v1/statistics/releases?cursor=AAAA")
    assert (tampered.status_code, tampered.json()["code"]) == (400, "cursor-invalid")
    assert "List from the start" in tampered.text


@pytest.mark.parametrize("indicator", ["16b", "01", "30b"])
async def test_a_route_that_forgets_whose_centres_are_asked_shows_none_of_another(
    supervisor: Desk, monkeypatch: pytest.MonkeyPatch, indicator: str
) -> None:
    monkeypatch.setattr(Reporting, "places", lambda parts, subject: PLACES)
    answer = await supervisor.send("POST", QUERY, {"indicator": indicator, "period": "2026", "by": ["CENTRE"]})
    assert [cell["CENTRE"] for cell in answer.json()["cells"]] == ["PH-ANT-01"]


async def test_true_counts_need_a_grant(supervisor: Desk) -> None:
    await supervisor.as_("stf-r1").refused(QUERY, {"indicator": "01", "period": "2026"}, 403, "forbidden")
    assert (await supervisor.as_("stf-w1").send("GET", "/statistics/internal")).status_code == 403


async def test_the_catalogue_names_what_can_be_asked(supervisor: Desk) -> None:
    items = (await supervisor.get("/v1/statistics/tables"))["items"]
    numbers = [item["indicator"] for item in items]
    assert numbers == sorted(numbers)
    assert {"01", "02", "16", "25", "39"} <= set(numbers)
    french = await supervisor.send("GET", "/v1/statistics/tables", Accept_Language="fr")
    assert french.json()["items"][0]["title"] == "Nouveaux clients"
    assert french.headers["cache-control"] == "public, max-age=300"


async def test_the_page_shows_each_chart_with_its_table_and_loads_nothing(supervisor: Desk) -> None:
    answer = await supervisor.send("GET", "/statistics/internal?from=2026-01&to=2026-02")
    page = answer.text
    assert answer.status_code == 200
    assert "<script" not in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    assert page.count("<caption>") == page.count("<section")
    assert page.count('<figure role="img"') >= 4
    assert "Most in January 2026 (3), fewest in February 2026 (1)." in page
    assert re.search(r'<th scope="row">January 2026</th><td>2</td><td>1</td><td>0</td><td>0</td><td>3</td>', page)


async def test_the_page_speaks_three_languages(supervisor: Desk) -> None:
    for lang, word in {"en": "Internal", "fr": "Interne", "fil": "Panloob"}.items():
        page = (await supervisor.send("GET", f"/statistics/internal?lang={lang}")).text
        assert f'<html lang="{lang}">' in page
        assert f"<strong>{word}</strong>" in page
