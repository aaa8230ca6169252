"""The public pages as files: every link leads to a file that is there, and a file is the page as it is served."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from cli.site import Target, write
from services.reporting.pages.files import still
from services.reporting.releases.manifest import downloaded, faults
from tests.browser.conftest import Site
from tests.browser.office import QUARTER, WITHDRAWN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def as_files(site: Site) -> Iterator[None]:
    """Pages as the command has them, for this test alone."""
    runtime = site.desk.app.state.runtime
    before, runtime.parts = runtime.parts, replace(runtime.parts, still=True)
    yield
    runtime.parts = before


async def written(site: Site, folder: Path) -> Target:
    target = Target.open(folder)
    await write(site.desk.client, target)
    target.close()
    return target


async def test_the_folder_holds_every_page_and_file_that_it_leads_to(site: Site, as_files: None, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    first = await written(site, folder)
    pages = sorted(folder.rglob("*.html"))
    assert {"index.html", "fr/index.html", "fil/releases.html", f"{QUARTER}.html", "tables/PH-2023Q3.0/I01B.html"} <= first.kept
    missing = [f"{page.relative_to(folder)} -> {link}" for page in pages for link in links(page) if not leads(page, link)]
    assert missing == []
    assert {each.relative_to(folder).parts[0] for each in folder.rglob("*.html")} >= {"index.html", "fr", "fil"}
    # What is offered beside the pages is what was signed; of what was withdrawn its manifest alone.
    assert faults(downloaded(folder / "releases")) == []
    gone = [each.name for each in (folder / "releases").glob(f"PH-{WITHDRAWN.replace('-', '')}*/*")]
    assert gone == ["release.json"]
    # As a reader of the server sees it, but for where its links lead.
    address = f"/statistics?lang=fil&period={QUARTER}"
    served = (await site.desk.client.get(address)).text
    assert (folder / f"fil/{QUARTER}.html").read_text(encoding="utf-8") == still(served, address).text
    assert '<figure role="img"' in served
    again = await written(site, folder)
    assert (again.changed, again.removed, again.kept) == (0, 0, first.kept)


async def test_a_file_differs_from_the_served_page_in_its_switches_alone(site: Site, as_files: None) -> None:
    runtime, address = site.desk.app.state.runtime, f"/statistics?lang=en&period={QUARTER}"
    file = (await site.desk.client.get(address)).text
    runtime.parts = replace(runtime.parts, still=False)
    served = (await site.desk.client.get(address)).text
    for switch in ("<form", "theme=dark"):
        assert switch not in file
        assert switch in served
    assert main_of(file) == main_of(served)


def main_of(page: str) -> str:
    """From the key figures to the end."""
    return page[page.index('aria-labelledby="keys"') :]


def links(page: Path) -> Iterator[str]:
    for link in re.findall(r'\s(?:href|src|action)="([^"]*)"', page.read_text(encoding="utf-8")):
        yield unquote(unescape(link))


def leads(page: Path, link: str) -> Any:
    """Whether a link of a page ends at a file, and at a place of it that is there; absolute ones and queries never do."""
    place, _, fragment = link.partition("#")
    target = page.parent / place if place else page
    if not target.is_file() or place.startswith("/"):
        return False
    return not fragment or f'id="{fragment}"' in target.read_text(encoding="utf-8")
