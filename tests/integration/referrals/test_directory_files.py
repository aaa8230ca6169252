"""`gabay directory`: the directory of one stack, out as HSDS files and in again, over the public API."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.embedded.stack import ROOT, Stack
from tests.harness.journey import CENTRE
from tests.harness.people import new_id
from tests.harness.region import Region
from tests.unit.referrals.test_hsds import FULL, plain

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def region(whole_stack: Stack) -> Region:
    return Region(whole_stack)


async def gabay(region: Region, *words: str, role: str = "directory_steward", **grant: str) -> tuple[int, str]:
    """Exit status and everything that was said."""
    environ = {**os.environ, "TOKEN": await region.token(role, **grant)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "directory", *words, "--url", region.url("referrals"), cwd=ROOT, env=environ,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def shown(region: Region, entry: str) -> dict[str, object]:
    async with region.client("referrals", "directory_steward") as http:
        return dict((await http.get(f"/v1/service-entries/{entry}")).json())


def rename(folder: Path, entry: str, other: str) -> None:
    """Another id for one service of a package, and no other service in it."""
    for file in folder.glob("*.csv"):
        header, *rows = csv.reader(file.read_text().splitlines())
        if file.stem == "service":
            rows = [row for row in rows if row[0] == entry]
        with file.open("w", newline="") as out:
            csv.writer(out).writerows([header, *([other if cell == entry else cell for cell in row] for row in rows)])


async def test_a_directory_goes_out_and_comes_back(region: Region, tmp_path: Path) -> None:
    # Listed anew under another id, so that the import meets nothing that it knows.
    entry, told = new_id(), plain(FULL)
    async with region.client("referrals", "directory_steward") as http:
        headers = {"Idempotency-Key": new_id()}
        made = await http.post("/v1/service-entries", json={"local_id": entry, "centre": CENTRE, **told}, headers=headers)
        assert made.status_code == 201, made.text
        check = {"verified_on": "2026-09-01"}
        headers = {"Idempotency-Key": new_id(), "If-Match": '"1"'}
        assert (await http.post(f"/v1/service-entries/{entry}:verify", json=check, headers=headers)).status_code == 200
    await region.quiet(readers=("referrals",))
    status, said = await gabay(region, "export", str(tmp_path), "--stale")
    assert (status, "entries written" in said) == (0, True), said
    resources = {each["name"] for each in json.loads((tmp_path / "datapackage.json").read_text())["resources"]}
    assert {"organization", "service", "service_area", "phone", "service_capacity"} <= resources

    # Of the stack's directory this service alone: other tests tell the read model of entries that no store holds.
    rename(tmp_path, entry, entry)
    status, said = await gabay(region, "import", str(tmp_path), "--centre", CENTRE)
    assert (status, "0 listed, 0 replaced" in said) == (0, True), said

    # The same service under an id that this directory does not know.
    other = str(uuid4())
    rename(tmp_path, entry, other)
    status, said = await gabay(region, "import", str(tmp_path), "--centre", CENTRE, "--verified")
    assert (status, "1 listed" in said, "1 verified" in said) == (0, True, True), said
    one, copy = await shown(region, entry), await shown(region, other)
    different = {"id", "entry_id", "version"}
    assert {k: v for k, v in one.items() if k not in different} == {k: v for k, v in copy.items() if k not in different}
    assert copy["verified_on"] == "2026-09-01"


async def test_an_import_says_what_does_not_fit_and_who_may_not(region: Region, tmp_path: Path) -> None:
    status, said = await gabay(region, "import", str(tmp_path), "--centre", CENTRE)
    assert (status, "There is no service.csv" in said) == (1, True), said
    (tmp_path / "service.csv").write_text("id,name,status\nx,<typed>,open\n")
    status, said = await gabay(region, "import", str(tmp_path), "--centre", CENTRE)
    assert status == 1
    assert "service.csv, row 1" in said
    assert "<typed>" not in said
    await region.quiet(readers=("referrals",))
    await gabay(region, "export", str(tmp_path / "more"), "--stale")
    status, said = await gabay(region, "import", str(tmp_path / "more"), "--centre", CENTRE, role="caseworker", centre=CENTRE)
    assert (status, "row 1" in said) == (1, True), said
