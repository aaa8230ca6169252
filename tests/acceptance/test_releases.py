"""People in through the public API, a release out: every public cell within the gate's rules, in every format, for ever.

T0 of the statistics chapter, section 15: June to September 2020 of the Honduran table, 895 persons. And the attacks that
need a running system: A5 (one person more), A6 (probing).
"""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from cli.data import published
from cli.demo import people
from services.reporting.indicators.public import TABLES
from services.reporting.releases.manifest import downloaded, faults
from services.reporting.releases.secrets import draw, dump
from services.reporting.releases.work import _wishes, open_office
from shared.errors import Rejected
from shared.settings import Settings
from tests.acceptance.test_published_tables import AGE, by_group, by_nationality, register
from tests.harness.region import Region
from tests.harness.wait import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
MONTHS = ["2020-06", "2020-07", "2020-08", "2020-09"]
QUARTER = "2020-Q3"
REACH = 7
SECRETS = dump([draw(2026, ())])


@asynccontextmanager
async def office(region: Region) -> AsyncIterator[Any]:
    """What the worker freezes with, with secrets of this test."""
    environment = region.stack.env("reporting", "worker") | {"GABAY_STATISTICS_SECRETS": SECRETS}
    environment.pop("GABAY_STATISTICS_SECRETS_FILE", None)
    async with open_office(Settings.load("reporting", "worker", environment)) as opened:
        yield opened


async def ask(http: httpx.AsyncClient, method: str, path: str, body: dict[str, Any], version: int | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid4())} | ({"If-Match": f'"{version}"'} if version else {})
    return await http.request(method, path, json={"purpose": "STATISTICS"} | body, headers=headers)


def _freezes(region: Region) -> bool:
    """Whether the worker began with secrets. Verbs that other tests try may have made some since, of which it does not know."""
    name = "GABAY_STATISTICS_SECRETS_FILE"
    if pid := region.stack.pid("reporting-worker"):
        return f"{name}=".encode() in Path(f"/proc/{pid}/environ").read_bytes()
    return name in region.stack.env("reporting", "worker")


async def frozen(region: Region, period: str, cutoff: datetime) -> str:
    """Ask for a release as a statistician does, as soon as everything is known; do the worker's part where it has no secrets."""
    await region.settled()
    freezes = _freezes(region)
    async with region.client("reporting", "statistician") as http:
        named = (await ask(http, "POST", "/v1/statistics/releases", {"period": period})).json()["release"]
    async with office(region) as worker:

        async def waiting() -> int:
            return int((await region.rows("reporting", "select count(*) from ledger.wish where done_at is null"))[0][0])

        async def tried() -> str | None:
            async with region.client("reporting", "statistician") as http:
                answer = await ask(http, "POST", f"/v1/statistics/releases/{named}:freeze", {"cutoff": cutoff.isoformat()})
            assert answer.status_code == 202, answer.text
            if not freezes:
                await _wishes(worker, worker.pool)
            await eventually(waiting, lambda wishes: wishes == 0, what="an answer of who freezes", seconds=100)
            rows = await region.rows("reporting", "select problem from ledger.wish order by done_at desc limit 1")
            return str(rows[0][0]) if rows[0][0] else None

        await eventually(tried, lambda problem: problem is None, what=f"{named} frozen", seconds=150, pause=2)
    return str(named)


async def publish(region: Region, release: str) -> None:
    """With what was frozen before it by the calendar: releases go out in the order of their chain."""
    rows = await region.rows("reporting", "select id from ledger.release where state = 'FROZEN' order by place")
    named = [row[0] for row in rows]
    async with region.client("reporting", "dpo", step_up=True) as http:
        for each in named[: named.index(release) + 1]:
            answer = await ask(http, "POST", f"/v1/statistics/releases/{each}:publish", {}, version=1)
            assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
async def releases(region: Region) -> list[str]:
    """Four monthly releases and the quarterly one, published."""
    await register(region, MONTHS)
    await region.quiet()
    cutoff = datetime.now(UTC)
    made = []
    for period in (*MONTHS, QUARTER):
        release = await frozen(region, period, cutoff)
        await publish(region, release)
        made.append(release)
    return made


async def read(region: Region, path: str, **headers: str) -> httpx.Response:
    async with region.client("reporting", "integrator") as http:
        return await http.get(f"/v1/statistics/{path}", headers=headers)


def rows(told: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told.decode(), newline="")))


def within(n: int, row: dict[str, str]) -> bool:
    """The gate's rules for a true count, whatever the secret."""
    if row["OBS_STATUS"] == "Q":
        return row["OBS_VALUE"] == "" and n < 10 + REACH
    value = int(row["OBS_VALUE"])
    return n <= REACH if value == 0 else value >= 10 and n >= 10 and abs(value - n) <= REACH


async def test_true_counts_are_exact_and_public_ones_within_the_rules(region: Region, releases: list[str]) -> None:
    tables = published.load()
    for month, release in zip(MONTHS, releases, strict=False):
        assert await by_group(region, month) == Counter(tables.by_group[month])
        assert await by_nationality(region, month) == Counter(tables.by_nationality[month])
        told = rows((await read(region, f"releases/{release}/tables/I16A")).content)
        true = Counter({(people.SEX[group], AGE[group]): n for group, n in tables.by_group[month].items()})
        for row in told:
            if row["MEASURE"] == "B" and row["REF_AREA"] == "_T":
                n = sum(count for (sex, age), count in true.items() if row["SEX"] in (sex, "_T") and row["AGE"] in (age, "_T"))
                assert within(n, row), (month, row, n)
        assert {row["OBS_VALUE"] for row in told if row["MEASURE"] == "A"} == {"0"}
    quarter = Counter[str]()
    for month in MONTHS[1:]:
        quarter.update(tables.by_nationality[month])
    for row in rows((await read(region, f"releases/{releases[-1]}/tables/I16B")).content):
        if row["SEX"] == row["AGE"] == "_T":
            assert within(sum(quarter.values()) if row["NAT"] in ("_T", "_O") else quarter[row["NAT"]], row)


async def test_every_format_says_the_same(region: Region, releases: list[str]) -> None:
    import openpyxl
    from pyjstat import pyjstat

    path = f"releases/{releases[0]}/tables/I16A"
    values = [row["OBS_VALUE"] for row in rows((await read(region, path)).content)]
    stat = await read(region, path, Accept="application/json", **{"Accept-Language": "fr"})
    assert stat.headers["content-type"] == "application/json"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pyjstat.Dataset.read(stat.text).write("dataframe")
    assert ["" if v != v else str(int(v)) for v in frame["value"]] == values
    assert json.loads(stat.text)["dimension"]["SEX"]["label"] == "Sexe"
    sdmx = await read(region, f"{path}?format=sdmx-csv")
    assert [row["OBS_VALUE"] for row in rows(sdmx.content)] == values
    sheet = openpyxl.load_workbook(io.BytesIO((await read(region, f"{path}?format=xlsx")).content))["I16A"]
    column = next(cell.column for cell in sheet[1] if cell.value == "OBS_VALUE")
    cells = [row[column - 1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert ["" if cell is None else str(cell) for cell in cells] == values
    hxl = list(csv.reader(io.StringIO((await read(region, f"{path}?format=hxl")).text, newline="")))
    told = [value for row in hxl[2:] for tag, value in zip(hxl[1], row, strict=True) if tag.startswith("#reached")]
    assert sorted(told) == sorted(values)


async def test_the_catalogue_describes_each_table(region: Region, releases: list[str]) -> None:
    told = (await read(region, "tables/I16A", **{"Accept-Language": "fil"})).json()
    assert [each["dimension"] for each in told["dimensions"]] == ["REF_AREA", "SEX", "AGE"]
    assert {"code": "F", "title": "Babae"} in told["dimensions"][1]["codes"]
    assert told["measures"] == ["A", "B"]
    unknown = await read(region, "tables/I99Z")
    assert (unknown.status_code, unknown.json()["tables"]) == (404, list(TABLES))


async def test_answers_are_cached_by_their_hash(region: Region, releases: list[str]) -> None:
    path = f"releases/{releases[0]}/tables/I16A"
    first = await read(region, path)
    assert first.headers["cache-control"] == "public, max-age=300"
    assert f"{releases[0]}_I16A.csv" in first.headers["content-disposition"]
    metadata = await read(region, first.headers["link"].split(">")[0].removeprefix("</v1/statistics/"))
    assert metadata.json()["url"] == "I16A.csv"
    again = await read(region, path, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    whole = await read(region, f"releases/{releases[0]}/zip")
    piece = await read(region, f"releases/{releases[0]}/zip", Range="bytes=4-9")
    assert piece.status_code == 206
    assert piece.content == whole.content[4:10]
    latest = await read(region, f"latest/tables/I16A?period={MONTHS[0]}")
    assert latest.status_code == 307
    assert latest.headers["location"] == f"/v1/statistics/{path}"
    then = await read(region, f"published/tables/I16A?period={MONTHS[0]}&on=2021-01-01")
    assert then.json()["type"] == "urn:gabay:problem:unknown-release"


async def test_a_download_verifies_without_us(region: Region, releases: list[str], tmp_path: Path) -> None:
    import zipfile

    for release in releases:
        folder = tmp_path / release
        folder.mkdir()
        (folder / "release.json").write_bytes((await read(region, f"releases/{release}")).content)
        packed = (await read(region, f"releases/{release}/zip")).content
        (folder / f"{release}.zip").write_bytes(packed)
        with zipfile.ZipFile(io.BytesIO(packed)) as files:
            files.extractall(folder)
    assert faults(downloaded(tmp_path)) == []


async def test_a5_one_person_more_changes_no_public_answer(region: Region, releases: list[str]) -> None:
    paths = [f"releases/{release}/{what}" for release in releases for what in ("zip", "structure", "tables/I16A", "")]
    paths += ["releases", f"latest/tables/I16A?period={MONTHS[0]}", "tables"]
    before = {
        path: (answer := await read(region, path.rstrip("/"))).content + answer.headers.get("location", "").encode() for path in paths
    }
    await register(region, ["2020-10"])
    await region.quiet()
    for path in paths:
        answer = await read(region, path.rstrip("/"))
        assert answer.content + answer.headers.get("location", "").encode() == before[path] or "trace" in answer.text, path


async def test_a6_nothing_tells_a_withheld_table_from_one_that_never_was(region: Region, releases: list[str]) -> None:
    def same(answer: httpx.Response) -> tuple[Any, ...]:
        body = {name: value for name, value in answer.json().items() if name not in ("trace", "instance")}
        headers = {
            name: value for name, value in answer.headers.items() if name in ("content-type", "cache-control", "etag", "vary", "link")
        }
        return answer.status_code, body, headers

    base = f"releases/{releases[0]}/tables"
    # A yearly table in a monthly release, one of the internal indicator, one that nobody declared, a file's name.
    unlisted = ["I01C", "I29A", "I99Z", "I16A.json", "i16a", "cell_secret"]
    answers = [same(await read(region, f"{base}/{name}")) for name in unlisted]
    assert all(answer == answers[0] for answer in answers), answers
    assert answers[0][0] == 404
    assert answers[0][1]["tables"] == sorted(name for name, table in TABLES.items() if table.frequency == "M")
    for release in ("TEST-2020Q3.0", releases[0].replace(".0", ".1"), "x"):
        assert (await read(region, f"releases/{release}/tables/I16A")).json()["type"] == "urn:gabay:problem:unknown-release"
    refused = await read(region, f"{base}/I16A?format=pdf")
    assert refused.status_code == 406
    assert [each["format"] for each in refused.json()["formats"]] == ["csv", "json-stat", "sdmx-csv", "xlsx", "hxl"]
    # A blank and a figure are equally long in time and headers: the same file, whatever is in it.
    assert (await read(region, f"{base}/I16A?SEX=F")).status_code == 400


async def test_who_freezes_does_not_publish_and_what_is_frozen_is_not_public(region: Region, releases: list[str]) -> None:
    await register(region, ["2020-10"])
    await region.quiet()
    release = await frozen(region, "2020-10", datetime.now(UTC))
    hidden = await read(region, f"releases/{release}/tables/I16A")
    assert hidden.json()["type"] == "urn:gabay:problem:unknown-release"
    async with region.client("reporting", "statistician", step_up=True) as http:
        mine = await ask(http, "POST", f"/v1/statistics/releases/{release}:publish", {}, version=1)
    assert mine.json()["type"] == "urn:gabay:problem:forbidden"
    async with region.client("reporting", "dpo", step_up=True) as http:
        unseen = await ask(http, "POST", f"/v1/statistics/releases/{release}:publish", {})
        stale = await ask(http, "POST", f"/v1/statistics/releases/{release}:publish", {}, version=2)
    assert (unseen.status_code, stale.status_code) == (428, 412)
    async with region.client("reporting", "statistician") as http:
        # What is not public yet stays with who may see it, and the next move of it is seen at once.
        shown = await http.get(f"/v1/statistics/releases/{release}")
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "private, no-store")
        gone = await ask(http, "POST", f"/v1/statistics/releases/{release}:discard", {"reason": "Only frozen by a test"}, version=1)
    assert gone.status_code == 200
    async with office(region) as worker:
        with pytest.raises(Rejected, match="bad-period"):
            await worker.freeze("2020-Q9", "stf-x", datetime.now(UTC))


async def test_a_withdrawn_release_answers_with_its_reason(region: Region, releases: list[str]) -> None:
    release = releases[1]
    async with region.client("reporting", "statistician") as http:
        refused = await ask(http, "POST", f"/v1/statistics/releases/{release}:withdraw", {"reason": "Wrong month in the source"}, version=2)
    assert refused.status_code == 403
    async with region.client("reporting", "dpo") as http:
        answer = await ask(http, "POST", f"/v1/statistics/releases/{release}:withdraw", {"reason": "Wrong month in the source"}, version=2)
    assert answer.status_code == 200, answer.text

    async def answered() -> httpx.Response:
        return await read(region, f"releases/{release}/tables/I16A")

    gone = await eventually(answered, lambda answer: answer.status_code == 410, what="410 of a withdrawn release", seconds=10)
    assert "Wrong month" in gone.text
    assert (await read(region, f"releases/{release}")).json()["state"] == "WITHDRAWN"
