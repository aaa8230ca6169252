"""The pictures of the documents, taken anew by `./gabay test tests/browser/test_pictures.py --pictures`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import HOST, ROOT, Site
from tests.browser.office import QUARTER

IMAGES = ROOT / "docs" / "images"
LARGEST = 200_000


pytestmark = pytest.mark.pictures


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("name", "query", "at", "context"),
    [
        ("dashboard", "", "", {"viewport": {"width": 1180, "height": 1080}}),
        ("dashboard-dark", "&theme=dark&lang=fr", "#i01b-age", {"viewport": {"width": 1180, "height": 640}}),
        ("dashboard-phone", "&lang=fil", "", {"viewport": {"width": 390, "height": 844}}),
    ],
)
async def test_a_picture_is_taken(site: Site, name: str, query: str, at: str, context: dict[str, Any]) -> None:
    page = await site.open("/statistics/method", **context)
    await page.goto(f"{HOST}/statistics?period={QUARTER}{query}{at}")
    await page.wait_for_function("document.querySelectorAll('figure svg').length > 4")
    await page.screenshot(path=IMAGES / f"{name}.png")
    assert (IMAGES / f"{name}.png").stat().st_size < LARGEST
    await page.context.close()
