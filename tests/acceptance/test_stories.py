"""The stories of `gabay demo --story`: each leaves exactly the facts that it should."""

from __future__ import annotations

import pytest

from cli.demo.stories import STORIES, Seen, Stage
from tests.harness.journey import CENTRE, today
from tests.harness.region import Region
from tests.harness.tokens import mint, staff_id

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


class Quiet:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step(self, who: str, text: str) -> None:
        self.lines.append(f"{who}: {text}")

    def fact(self, fact: Seen, cause: str) -> None:
        self.lines.append(f"  {fact.service} {fact.name} {cause}")

    def refused(self, code: str, title: str) -> None:
        self.lines.append(f"  refused {code}")

    def read(self, role: str, status: int) -> None:
        self.lines.append(f"  {role} {status}")


async def played(region: Region, name: str) -> None:
    """Play a story; it leaves exactly its facts."""
    story, stack = STORIES[name], region.stack

    async def person(role: str, centre: str | None, org: str | None) -> tuple[str, str]:
        return staff_id(role, centre=centre, org=org), await mint(stack, role, centre=centre, org=org)

    urls = {service: stack.api_url(service) for service in ("intake", "casework", "referrals", "reporting")}
    async with Stage(urls, person, stack.bootstrap, Quiet()) as stage:
        await story.play(stage)
        for service, names in story.leaves.items():
            assert tuple(stage.left(service)) == tuple(names), service


@pytest.mark.parametrize("name", [name for name in STORIES if name != "returnee"])
async def test_a_story_leaves_exactly_its_facts(region: Region, name: str) -> None:
    await played(region, name)


async def test_the_worked_journey_leaves_its_facts_and_its_figures(region: Region) -> None:
    """The end of section 8 of the events chapter: what reporting must read from it."""
    wanted = {
        "01": (1, None), "02": (1, None), "10": (1, None), "19": (1, 1), "25a": (1, None), "25c": (1, None), "25d": (0, None),
        "26": (1, None), "27": (2, 2), "28": (1, 1), "31": (1, 1), "37": (1, 1), "38": (1, None), "39a": (1, 1), "39b": (1, 0),
    }  # fmt: skip
    await region.quiet()
    before = {name: await figure(region, name) for name in wanted}
    await played(region, "returnee")
    await region.quiet()
    after = {name: await figure(region, name) for name in wanted}
    gained = {name: tuple(a - b if a is not None else None for a, b in zip(after[name], before[name], strict=True)) for name in wanted}
    assert gained == wanted


async def figure(region: Region, name: str) -> tuple[int, int | None]:
    """(figure, how many of it went well) at the story's centre, over this year and the next: some limits lie ahead."""
    year = today()[:4]
    query = {"indicator": name, "from": year, "to": str(int(year) + 1), "where": {"CENTRE": [CENTRE]}}
    async with region.client("reporting", "statistician") as http:
        answer = await http.post("/v1/statistics/live:query", json=query)
    assert answer.status_code == 200, answer.text
    cells = answer.json()["cells"]
    well = [cell["num"] for cell in cells if "num" in cell]
    share = name in ("19", "27", "28", "31", "37", "39a", "39b")
    return sum(cell["n"] for cell in cells), sum(well) if share else None
