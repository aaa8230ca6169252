"""Stories on a terminal: each step in words, and below it what each service put on record, and because of what."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rich.text import Text

from cli.demo.report import Screen
from cli.demo.stories import STORIES, Seen, Stage
from cli.demo.traffic import Refused

if TYPE_CHECKING:
    from cli.demo import Tokens
    from deploy.embedded.stack import Stack

WHY = {403: "not this role (403)", 404: "for them it does not exist (404)", 410: "erased"}
COLOURS = {"intake": "cyan", "casework": "magenta", "referrals": "yellow"}


class OnScreen:
    """Prints as it happens."""

    def __init__(self, screen: Screen) -> None:
        self._console = screen.console

    def step(self, who: str, text: str) -> None:
        self._console.print()
        self._console.print(Text.assemble((f"{who}: ", "bold"), text), soft_wrap=False)

    def fact(self, fact: Seen, cause: str) -> None:
        own = fact.data.get("ctx", {}).get("actor") == "system"
        why = f"  by itself, because of {cause}" if own and cause else ""
        sealed = ", ".join(sorted(fact.data.get("sealed", {})))
        parts = [
            ("  ", ""), (f"{fact.service:<10}", COLOURS.get(fact.service, "")), (f"{fact.name:<31}", ""),
            (f"sealed: {sealed}" if sealed else "", "dim"), (why, "green"),
        ]  # fmt: skip
        self._console.print(Text.assemble(*parts))

    def refused(self, code: str, title: str) -> None:
        self._console.print(Text.assemble(("  refused   ", "red"), (f"{code:<31}", ""), (title, "dim")))

    def read(self, role: str, status: int) -> None:
        style, word = ("green", "reads it") if status == 200 else ("red", "does not read it: " + WHY.get(status, str(status)))
        self._console.print(Text.assemble((f"  {role.replace('_', ' ')} ", ""), (word, style)))


async def tell(name: str, screen: Screen, stack_of: Callable[[Screen], Awaitable["Stack"]], tokens: "Tokens") -> int:
    """Play a story, or all. Exit status 1 if it did not leave the facts that it should, 2 for a name that is none."""
    if name == "list" or (name != "all" and name not in STORIES):
        for each, story in STORIES.items():
            screen.say(f"{each:<12} {story.title}")
        if name == "list":
            return 0
        print(f"gabay demo: no such story; there are {', '.join(STORIES)}", file=sys.stderr)
        return 2
    stack = await stack_of(screen)
    urls = {service: stack.api_url(service) for service in ("intake", "casework", "referrals", "reporting")}
    return max([await _one(each, screen, stack, urls, tokens) for each in (STORIES if name == "all" else (name,))])


async def _one(name: str, screen: Screen, stack: "Stack", urls: dict[str, str], tokens: "Tokens") -> int:
    story = STORIES[name]
    screen.console.rule(story.title)

    async def person(role: str, centre: str | None, org: str | None) -> tuple[str, str]:
        from cli.demo import subject_of

        token = await tokens.of(role=role, centre=centre, org=org)
        return subject_of(token), token

    async with Stage(urls, person, stack.bootstrap, OnScreen(screen)) as stage:
        try:
            await story.play(stage)
        except Refused as error:
            screen.say(f"\nthe story stopped: {error}")
            return 1
        wrong = [service for service, names in story.leaves.items() if tuple(stage.left(service)) != tuple(names)]
    if wrong:
        screen.say(f"\nother facts than expected in {', '.join(wrong)}")
        return 1
    screen.say(f"\n{len(stage.facts)} facts, as expected; none of them names anybody in readable form.")
    return 0
