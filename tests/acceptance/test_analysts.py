"""What we tell analysts works: the notebook, the R page and the Excel page, each against a published release over HTTP."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import nbformat
import openpyxl
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from services.reporting import api
from services.reporting.facts.projection import facts
from services.reporting.releases import calendar
from services.reporting.releases.freeze import Office
from services.reporting.releases.ledger import Ledger
from services.reporting.releases.render import Draft, Rendered, render
from services.reporting.releases.secrets import Secret
from tests.harness.release import TABLE, a_draft
from tests.harness.release import region as provinces
from tests.integration.casework.desk import Desk, open_desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
DOCS = Path(__file__).resolve().parents[2] / "docs"
NOTEBOOK = DOCS / "tutorial" / "read-a-release.ipynb"
R_PAGE, EXCEL_PAGE = DOCS / "howto" / "read-a-release-with-r.md", DOCS / "howto" / "read-a-release-with-excel.md"
QUARTERS = ("2025-Q3", "2026-Q3")
TABLES = ("I01B", "I09A")


async def rendered(draft: Draft) -> Rendered:
    """People of four provinces in place of those that this database does not have."""
    made = a_draft(draft.period, 0.5, only=TABLES)
    return await asyncio.to_thread(render, replace(draft, grids=made.grids, valued=(), divisions=made.divisions))


async def publish(desk: Desk) -> None:
    pool = await asyncpg.create_pool(desk.worker_dsn, min_size=1, max_size=2)
    secret = Secret("s-2026-1", bytes(range(32)), TABLE)
    office = Office(
        pool=pool, region=provinces(), name="PH", secrets={secret.id: secret}, key=Ed25519PrivateKey.from_private_bytes(bytes(32)),
        rendering=rendered,
    )  # fmt: skip
    for period in QUARTERS:
        day = calendar.publication(period)
        now = datetime(day.year, day.month, day.day, 15, tzinfo=UTC)
        await pool.execute(f"delete from {facts.schema}.watermark")
        await pool.execute(f"insert into {facts.schema}.watermark (topic, partition, at) values ('t', 0, $1)", now)
        await Ledger(pool).publish(await office.freeze(period, "stf-froze", now), "stf-dpo", now + timedelta(minutes=1))
    await pool.close()


@dataclass
class Published:
    """base: what a reader puts before every path."""

    base: str

    async def get(self, path: str, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as http:
            return await http.get(f"{self.base}/{path}", headers=headers)


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
        running = asyncio.create_task(server.serve([held]))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
        server.should_exit = True
        await running


@pytest.fixture(scope="module")
async def published(fresh_database: Callable[[str], Any]) -> AsyncIterator[Published]:
    """Two quarters, a year apart."""
    async with open_desk("reporting", api, (facts,), fresh_database, settings={"GABAY_STATISTICS_PUBLIC": "on"}) as desk:
        await publish(desk)
        async with served(desk.app) as address:
            yield Published(f"{address}/v1/statistics")


async def told(notebook: Any, base: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything that a run of the notebook prints or shows."""
    monkeypatch.setenv("GABAY_STATISTICS", base)
    run = await NotebookClient(notebook, timeout=60).async_execute()
    outputs = [output for cell in run.cells for output in cell.get("outputs", [])]
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


async def test_the_notebook_reads_a_release(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    said = await told(nbformat.read(NOTEBOOK, as_version=4), published.base, monkeypatch)
    print(said)
    line = re.search(r"^(\d+) new clients; their parts say \d+; (\d+)% of all cells", said, re.MULTILINE)
    assert line, said
    csv = (await published.get("latest/tables/I01B?period=2026-Q3")).text
    assert f"Q,_T,_T,_T,2026-Q3,{line[1]},A" in csv
    assert int(line[2]) > 0
    assert "Masbate" in said
    assert "Babae" in said or "Female" in said
    assert "2025-Q3" in said
    assert re.search(r"chain id [0-9a-f]{64}$", said, re.MULTILINE)


async def test_the_notebook_stops_at_a_file_that_was_not_published(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    last = next(cell for cell in reversed(notebook.cells) if cell.cell_type == "code")
    last.source = last.source.replace('tables/I01B")', 'tables/I09A")')
    with pytest.raises(CellExecutionError, match="not the file that was published"):
        await told(notebook, published.base, monkeypatch)


def test_the_notebook_is_kept_without_outputs() -> None:
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in cells] == [[]] * len(cells)
    assert {cell.execution_count for cell in cells} == {None}


async def test_the_r_page_reads_a_release(published: Published, tmp_path: Path) -> None:
    if not shutil.which("Rscript"):
        pytest.skip("no R on this machine: the R page was not run")
    text = R_PAGE.read_text(encoding="utf-8")
    script = tmp_path / "page.R"
    script.write_text("\n".join(re.findall(r"^```r\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)))
    run = await asyncio.create_subprocess_exec(
        "Rscript", "--vanilla", str(script), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(tmp_path), "GABAY_STATISTICS": published.base},
    )  # fmt: skip
    said = (await run.communicate())[0].decode()
    if "there is no package called" in said:
        pytest.skip("R lacks a package that the page names: it was not run")
    print(said)
    assert run.returncode == 0, said
    csv = (await published.get("latest/tables/I01B?period=2026-Q3")).text
    total = re.search(r"^Q,_T,_T,_T,2026-Q3,(\d+),A", csv, re.MULTILINE)
    assert total
    assert f"{total[1]} new clients" in said
    assert "Babae" in said


async def test_the_workbook_is_as_the_excel_page_says(published: Published) -> None:
    """Power Query itself is not to be had here: addresses, names of sheets, tables and columns are what can be held to."""
    text = EXCEL_PAGE.read_text(encoding="utf-8")
    answer = await published.get("latest/tables/I01B?period=2026-Q3&format=xlsx")
    assert "latest/tables/I01B?period=2026-Q3&format=xlsx" in text
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheets = re.findall(r"^- `(\w+)`: ", text, re.MULTILINE)
    assert sheets == book.sheetnames
    table = book["I01B"].tables["tbl_I01B"]
    assert "`tbl_I01B`" in text
    columns = re.findall(r'\{"(\w+)", (?:type \w+|Int64\.Type)\}', text)
    header = (await published.get("latest/tables/I01B?period=2026-Q3")).text.split("\r\n")[0].split(",")
    assert columns == header
    assert set(header) <= {column.name for column in table.tableColumns}
