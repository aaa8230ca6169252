"""The stories of `gabay demo --story`: each leaves exactly the facts that it should."""

from __future__ import annotations

import pytest

from cli.demo.stories import STORIES, Seen, Stage
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


@pytest.mark.parametrize("name", STORIES)
async def test_a_story_leaves_exactly_its_facts(region: Region, name: str) -> None:
    story, stack = STORIES[name], region.stack

    async def person(role: str, centre: str | None, org: str | None) -> tuple[str, str]:
        return staff_id(role, centre=centre, org=org), await mint(stack, role, centre=centre, org=org)

    urls = {service: stack.api_url(service) for service in ("intake", "casework", "referrals", "reporting")}
    async with Stage(urls, person, stack.bootstrap, Quiet()) as stage:
        await story.play(stage)
        for service, names in story.leaves.items():
            assert tuple(stage.left(service)) == tuple(names), service
