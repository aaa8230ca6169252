"""`gabay demo --story NAME`: people's ways through the centres, played over the public APIs, with what each service did and why."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from cli.demo.stories import returnee
from cli.demo.stories.stage import Seen, Stage

__all__ = ["STORIES", "Seen", "Stage", "Story"]


@dataclass(frozen=True, slots=True)
class Story:
    """leaves: names of the facts that it must leave, by service, in their order."""

    title: str
    play: Callable[[Stage], Awaitable[None]]
    leaves: Mapping[str, Sequence[str]]


STORIES: Mapping[str, Story] = {
    "returnee": Story("Home from Kuwait: a returnee in Antique", returnee.play, returnee.LEAVES),
}
