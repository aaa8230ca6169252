"""State machines as tables: the rows that a decision obeys are the rows that docs/reference/states.md shows.

    MACHINE = Machine("Case", CaseState, (Move("CloseCase", OPEN, CaseState.CLOSED, event="CaseClosed", who="caseworker"), ...))

An aggregate declares its machines in `table.py` beside its decisions, as `MACHINES`; the page finds them there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """One row. sources: from which states (empty: it begins); target: where to, None where the state stays as it is.

    event, who, guard: for the reader of the page; guard in words, the rule itself stands in the decisions.
    """

    command: str
    sources: frozenset[S] = field(default_factory=frozenset)
    target: S | None = None
    event: str = ""
    who: str = ""
    guard: str = ""


@dataclass(frozen=True, slots=True)
class Machine(Generic[S]):
    """All rows of one machine. name: as a heading; states: its code list."""

    name: str
    states: type[S]
    moves: tuple[Move[S], ...]

    def accepts(self, command: str, state: S | None) -> bool:
        """Whether a command may be carried out in a state; None: nothing has begun."""
        return any(move.command == command and _leaves(move, state) for move in self.moves)

    def leads(self, source: S | None, target: S) -> bool:
        """Whether a row leads from one state to another."""
        return any(move.target is target and _leaves(move, source) for move in self.moves)

    def following(self, state: S | None) -> list[S]:
        """The states to which a row leads from here, in the order of the table."""
        return _once(move.target for move in self.moves if move.target is not None and _leaves(move, state))

    def commands(self, state: S | None) -> list[str]:
        """The commands that may be carried out here, in the order of the table."""
        return _once(move.command for move in self.moves if _leaves(move, state))

    def sources(self, command: str) -> frozenset[S]:
        """From which states a command may be carried out."""
        return frozenset(state for move in self.moves if move.command == command for state in move.sources)

    def arrows(self) -> Iterator[tuple[S | None, S, list[str]]]:
        """(from, to, commands): one for each pair of different states, for a diagram. From None: it begins there."""
        for target in self.states:
            for source in (None, *self.states):
                named = _once(m.command for m in self.moves if m.target is target and _leaves(m, source))
                if named and source is not target:
                    yield source, target, named


def _leaves(move: Move[S], state: S | None) -> bool:
    return not move.sources if state is None else state in move.sources


T = TypeVar("T")


def _once(items: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(items))
