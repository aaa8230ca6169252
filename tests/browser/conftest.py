"""One browser, one small office with published releases, for all tests of pages.

The browser's requests are answered by reporting's api in this process: pages, policies and downloads are the real ones.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright

from services.reporting import api
from services.reporting.facts import zones
from services.reporting.facts.projection import facts
from shared.region import load_region
from tests.browser.office import MONTHS, open_for_readers
from tests.integration.casework.desk import Desk, open_desk

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
HOST = "http://statistics.test"
REGION = load_region(ROOT / "deploy" / "regions" / "route-example.toml")


@dataclass
class Site:
    """desk: the api; releases: ids of what was published, in order."""

    desk: Desk
    browser: Browser
    releases: list[str]

    async def context(self, *, staff: str | None = None, **more: Any) -> BrowserContext:
        """A reader's browser; staff: who is logged in, as the proxy of a region would say."""
        context = await self.browser.new_context(**{"locale": "en-US"} | more)

        async def answered(route: Route) -> None:
            request = route.request
            wanted = {"Accept-Language": request.headers.get("accept-language", "en"), "Accept": request.headers.get("accept", "*/*")}
            path = request.url.removeprefix(HOST)
            if staff is None:
                answer = await self.desk.client.get(path, headers=wanted)
            else:
                answer = await self.desk.as_(staff).send("GET", path, **{name.replace("-", "_"): value for name, value in wanted.items()})
            await route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

        await context.route("**/*", answered)
        return context

    async def open(self, path: str, **more: Any) -> Page:
        page = await (await self.context(**more)).new_page()
        await page.goto(HOST + path)
        return page


@pytest.fixture(scope="session")
async def site(fresh_database: Callable[[str], Any], request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    if not (binary := shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("no chromium on this machine: pages were not looked at in a browser")
    zones.follow(lambda: REGION.centres)
    public = {"GABAY_STATISTICS_PUBLIC": "on"}
    async with (
        open_desk("reporting", api, (facts,), fresh_database, region="route-example", settings=public) as desk,
        async_playwright() as playwright,
    ):
        releases = await open_for_readers(desk, REGION, MONTHS if request.config.getoption("--pictures") else MONTHS[-4:])
        browser = await playwright.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-gpu"])
        yield Site(desk, browser, releases)
        await browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The rules, as a script for the page. Skips where the package can't be had."""
    folder = ROOT / ".gabay" / "axe"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    folder.mkdir(parents=True, exist_ok=True)
    mark, lock = folder / "installed", (HERE / "axe" / "package-lock.json").read_text()
    if not mark.exists() or mark.read_text() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "axe" / name, folder / name)
        if not shutil.which("npm"):
            pytest.skip("no npm on this machine: the accessibility rules did not run")
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install axe-core: it did not run ({done.stderr.strip()[-200:]})")
        mark.write_text(lock)
    return script.read_text(encoding="utf-8")
