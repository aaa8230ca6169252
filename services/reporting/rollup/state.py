"""What a national stack holds of one table of a period, folded from its facts."""

from dataclasses import dataclass
from typing import assert_never

from shared.contracts.reporting.rollup import RollupEvent, TablePublished, TableWithdrawn


@dataclass(frozen=True, slots=True)
class State:
    """release, edition: of what stands; None: nothing does."""

    release: str | None = None
    edition: int | None = None


def evolve(state: State, event: RollupEvent) -> State:
    match event:
        case TablePublished(release=release, edition=edition):
            return State(release, edition)
        case TableWithdrawn():
            return State()
        case _:
            assert_never(event)
