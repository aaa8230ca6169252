"""`gabay demo --story NAME`: people's ways through the centres, played over the public APIs, with what each service did and why."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from cli.demo.stories import boy, domestic, family, returnee, trafficking, youth
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
    "domestic": Story("At night, from an employer: a domestic worker on the route", domestic.play, domestic.LEAVES),
    "boy": Story("Alone at the border: an unaccompanied boy", boy.play, boy.LEAVES),
    "family": Story("Left behind: a family that lives on remittances", family.play, family.LEAVES),
    "youth": Story("Before departure: a youth and an agency without a licence", youth.play, youth.LEAVES),
    "trafficking": Story("Told once: a suspicion of trafficking", trafficking.play, trafficking.LEAVES),
}
