"""T1 and T2 of the statistics chapter, section 15: the heaviest month of the Honduran table, and all of it, in and out again.

In through the public API; out as true counts, again after a rebuild, and as a release in every format within the gate's rules.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime

import openpyxl
import pytest

from cli.data import published
from cli.demo import people
from deploy.embedded.stack import ROOT
from tests.acceptance.test_published_tables import AGE, every_cell, register
from tests.acceptance.test_releases import frozen, publish, read, rows, within
from tests.harness.region import Region

HEAVIEST = "2023-10"
T1 = [HEAVIEST]
FORMATS = ("json-stat", "sdmx-csv", "xlsx", "hxl")

pytestmark = [pytest.mark.slow, pytest.mark.long]


@pytest.mark.parametrize(
    "months",
    [
        pytest.param(T1, id="T1", marks=pytest.mark.timeout(1800)),
        pytest.param(list(published.load().months), id="T2", marks=pytest.mark.timeout(4 * 3600)),
    ],
)
async def test_whole_months_come_back_cell_by_cell_and_through_every_format(region: Region, months: list[str]) -> None:
    taken, _ = await register(region, months)
    assert taken == sum(published.load().total(month) for month in months)
    await region.quiet(seconds=600)
    await every_cell(region, months)
    await rebuild(region)
    await every_cell(region, months)
    release = await frozen(region, HEAVIEST, datetime.now(UTC))
    await publish(region, release)
    await released_within_the_rules(region, release)
    await every_format_says_the_same(region, release)


async def rebuild(region: Region) -> None:
    """`gabay rebuild`, and until the new generation has read all."""
    before = (await region.live("16b", HEAVIEST, ["SEX"]))["generation"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GABAY_")}
    environ |= {"GABAY_HOME": str(region.stack.home.path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "cli", "rebuild", "reporting.facts"]
    done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    await region.quiet(seconds=600)
    assert (await region.live("16b", HEAVIEST, ["SEX"]))["generation"] > before


async def released_within_the_rules(region: Region, release: str) -> None:
    true = Counter({(people.SEX[group], AGE[group]): n for group, n in published.load().by_group[HEAVIEST].items()})
    seen = 0
    for row in rows((await read(region, f"releases/{release}/tables/I16A")).content):
        if row["MEASURE"] == "B" and row["REF_AREA"] == "_T":
            n = sum(count for (sex, age), count in true.items() if row["SEX"] in (sex, "_T") and row["AGE"] in (age, "_T"))
            assert within(n, row), (row, n)
            seen += n > 0
    assert seen == 9, f"{seen} cells of sex and age: the table is not whole"


async def every_format_says_the_same(region: Region, release: str) -> None:
    """Every table of the release, value by value, in the order of the code lists; HXL is wide, and is held to as a heap."""
    manifest = (await read(region, f"releases/{release}")).json()["manifest"]
    assert manifest["tables"]
    for table in manifest["tables"]:
        path = f"releases/{release}/tables/{table}"
        values = [row["OBS_VALUE"] for row in rows((await read(region, path)).content)]
        told = {kind: (await read(region, f"{path}?format={kind}")).content for kind in FORMATS}
        stat = json.loads(told["json-stat"])["value"]
        assert ["" if value is None else str(value) for value in stat] == values, table
        assert [row["OBS_VALUE"] for row in rows(told["sdmx-csv"])] == values, table
        sheet = openpyxl.load_workbook(io.BytesIO(told["xlsx"]), read_only=True)[table]
        head, *body = sheet.iter_rows(values_only=True)
        column = head.index("OBS_VALUE")
        assert ["" if line[column] is None else str(line[column]) for line in body] == values, table
        _, tags, *wide = csv.reader(io.StringIO(told["hxl"].decode(), newline=""))
        heap = [value for line in wide for tag, value in zip(tags, line, strict=True) if tag.startswith("#reached")]
        assert sorted(heap) == sorted(values), table
