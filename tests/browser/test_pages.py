"""Every page as readers have it: with any eyes, by keyboard, on a phone, on paper, without script, in three languages."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import HOST, Site
from tests.browser.office import MONTHS, QUARTER, REVISED, WITHDRAWN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

STAFF = "stf-e2"
FIGURES = f"/statistics?period={QUARTER}"
TABLE = f"/statistics/tables/I16A?period={REVISED}"
INTERNAL = f"/statistics/internal?from={MONTHS[-3]}&to={MONTHS[-1]}"
PUBLIC = (FIGURES, TABLE, "/statistics/releases", "/statistics/method", f"/statistics?period={WITHDRAWN}")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}


async def faults(page: Page, only: list[str] | None = None) -> list[str]:
    wanted = {"runOnly": {"type": "rule", "values": only}} if only else {"runOnly": {"type": "tag", "values": RULES}}
    found = await page.evaluate("wanted => axe.run(document, wanted)", wanted)
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for fault in found["violations"] for node in fault["nodes"]
    ]


@pytest.mark.parametrize("path", [*PUBLIC, INTERNAL], ids=lambda path: path.removeprefix("/statistics").partition("&")[0] or "figures")
async def test_a_page_keeps_wcag_2_2_aa_light_dark_and_on_a_phone(site: Site, axe: str, path: str) -> None:
    page = await site.open(path, staff=STAFF if path == INTERNAL else None, viewport=DESK, color_scheme="light")
    await page.evaluate(axe)
    found = {"light": await faults(page)}
    await page.emulate_media(color_scheme="dark")
    found["dark"] = await faults(page, ["color-contrast", "link-in-text-block"])
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(244, 246, 248)"
    await page.set_viewport_size(PHONE)
    found["phone"] = await faults(page)
    assert not any(found.values()), json.dumps(found, indent=1)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await page.context.close()


async def test_nothing_is_loaded_and_nothing_is_blocked(site: Site) -> None:
    said: list[str] = []
    page = await site.open("/statistics/method")
    page.on("console", lambda message: said.append(message.text))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(HOST + FIGURES)
    assert asked == [HOST + FIGURES]
    # By http under a name the browser passes over one header, and says so; behind TLS it does not.
    assert [text for text in said if not text.startswith("The Cross-Origin-Opener-Policy header has been ignored")] == []
    assert await page.evaluate("document.scripts.length") == 0
    assert "default-src 'none'" in (await site.desk.client.get(FIGURES)).headers["content-security-policy"]
    await page.context.close()


async def test_the_page_works_without_script(site: Site) -> None:
    page = await site.open(FIGURES, java_script_enabled=False)
    assert await page.locator("figure svg").count() >= 5
    await page.locator("select[name=period]").select_option(REVISED)
    await page.get_by_role("button", name="Show").click()
    assert "June 2023" in await page.locator("h1").inner_text()
    assert await page.get_by_text("revision 1").count() == 1
    await page.locator("input[name=on]").fill("2023-08-01")
    await page.get_by_role("button", name="Show").click()
    assert await page.get_by_text("as they were public on 1 August 2023").count() == 1
    assert await page.get_by_text("PH-202306.0", exact=True).count() == 1
    await page.get_by_role("link", name="Dark").click()
    assert await page.locator("html").get_attribute("data-theme") == "dark"
    await page.get_by_role("link", name="Français").click()
    assert "on=2023-08-01" in page.url
    assert "juin 2023" in await page.locator("h1").inner_text()
    await page.context.close()


async def test_a_keyboard_reaches_everything_and_sees_where_it_is(site: Site) -> None:
    page = await site.open(FIGURES, viewport=DESK)
    focused: list[str] = []
    for _ in range(40):
        await page.keyboard.press("Tab")
        told: dict[str, Any] = await page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return {what: e.tagName + ' ' + (e.getAttribute('aria-label') || e.innerText || e.name || '').slice(0, 40),"
            " outline: parseFloat(s.outlineWidth) > 0 && s.outlineStyle !== 'none'}; }"
        )
        assert told["outline"], f"{told['what']} has the focus and does not show it"
        focused.append(told["what"])
    assert focused[0].startswith("A Skip to the content")
    assert [what for what in focused if what.startswith("SELECT")]
    assert [what for what in focused if what.startswith("BUTTON Show")]
    assert [what for what in focused if what.startswith("FIGURE Chart: ")]
    assert [what for what in focused if what.startswith("SUMMARY How it is counted")]
    await page.goto(HOST + FIGURES)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "content"
    await page.context.close()


async def test_on_paper_it_is_light_and_whole(site: Site) -> None:
    page = await site.open(f"{FIGURES}&theme=dark", viewport=DESK)
    paper = await page.pdf(format="A4", print_background=True)
    assert paper.startswith(b"%PDF")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 12
    await page.emulate_media(media="print")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not await page.get_by_role("button", name="Show").is_visible()
    assert await page.evaluate("[...document.querySelectorAll('.box')].every(b => getComputedStyle(b).overflow === 'visible')")
    await page.context.close()


@pytest.mark.parametrize(("lang", "words"), [("en", "Quarter 3 of 2023"), ("fr", "3e trimestre 2023"), ("fil", "Ika-3 kuwarter ng 2023")])
async def test_the_page_speaks_the_language_of_its_reader(site: Site, lang: str, words: str) -> None:
    page = await site.open(FIGURES, locale={"en": "en-US", "fr": "fr-FR", "fil": "fil-PH"}[lang], java_script_enabled=False)
    assert await page.locator("html").get_attribute("lang") == lang
    assert words in await page.locator("h1").inner_text()
    await page.context.close()


async def test_no_word_of_a_chart_is_cut_off(site: Site) -> None:
    page = await site.open(f"{FIGURES}&lang=fr", viewport=DESK)
    cut = await page.evaluate(
        "[...document.querySelectorAll('figure svg')].flatMap(svg => { const box = svg.getBoundingClientRect();"
        " return [...svg.querySelectorAll('text')].filter(text => { const at = text.getBoundingClientRect();"
        " return at.left < box.left || at.right > box.right + 1; }).map(text => text.textContent); })"
    )
    assert cut == []
    await page.context.close()


async def test_each_chart_has_its_table_beside_it(site: Site) -> None:
    page = await site.open(FIGURES)
    alone = await page.evaluate(
        "[...document.querySelectorAll('figure')].filter(f => !f.getAttribute('aria-label') ||"
        " !f.parentElement.querySelector('table caption') || !f.parentElement.querySelector('th[scope=row]')).length"
    )
    assert alone == 0
    assert await page.get_by_text("Q", exact=True).count() > 0
    await page.context.close()


async def test_every_link_leads_somewhere(site: Site) -> None:
    page = await site.open(FIGURES)
    links = set(await page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)"))
    fragments = {link.rpartition("#")[2] for link in links if link.startswith(HOST + FIGURES + "#")}
    ids = set(await page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)"))
    assert fragments <= ids
    for link in sorted(links):
        answer = await site.desk.client.get(link.removeprefix(HOST).partition("#")[0])
        assert answer.status_code == 200, (link, answer.status_code)
    assert {f"format={name}" for name in ("csv", "json-stat", "sdmx-csv", "xlsx", "hxl")} <= {link.partition("?")[2] for link in links}
    await page.context.close()


async def test_a_revision_shows_what_it_changed_and_a_withdrawal_says_why(site: Site) -> None:
    page = await site.open(TABLE)
    assert await page.get_by_text("figures differ from the edition before").count() >= 1
    assert await page.locator("#changes-caption").count() == 1
    await page.goto(f"{HOST}/statistics?release=PH-202306.0")
    assert await page.get_by_text("A later edition of this period exists").count() == 1
    gone = await site.desk.client.get(f"/statistics?period={WITHDRAWN}")
    assert gone.status_code == 410
    assert "A centre handed in one month twice." in gone.text
    await page.context.close()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/statistics?period=2019-Q1", 404), ("/statistics?release=PH-2019Q1.0", 404), ("/statistics?release=x", 404),
        (f"/statistics/tables/I99Z?period={QUARTER}", 404), ("/statistics?period=2023-Q9", 422), ("/statistics?on=2023-02-31", 422),
        ("/statistics?on=2001-01-01", 200),
    ],
)  # fmt: skip
async def test_what_is_not_there_is_said_as_a_page(site: Site, path: str, status: int) -> None:
    answer = await site.desk.client.get(path)
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"].startswith("text/html" if status != 422 else "application/problem+json")


async def test_a_page_is_kept_by_its_hash_and_its_first_byte_comes_at_once(site: Site) -> None:
    first = await site.desk.client.get(FIGURES)
    again = await site.desk.client.get(FIGURES, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "public, max-age=300"
