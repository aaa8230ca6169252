"""Which table a region tells a national stack to show, or to show no more (messaging chapter, section 11)."""

from dataclasses import dataclass
from typing import Final

from shared.contracts.reporting.rollup import ROLLUP, TablePublished, TableWithdrawn
from shared.errors import Rejected
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Event

from .state import State, evolve


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishTable:
    """Of a release that is public now."""

    table: TablePublished


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawTable:
    """Because its release was withdrawn, or because the edition that stands has no such table."""

    table: TableWithdrawn


Command = PublishTable | WithdrawTable


def decide(command: Command, state: State) -> list[Event]:
    match command:
        case PublishTable(table=table):
            if state.release == table.release:
                return []
            if state.edition is not None and table.edition < state.edition:
                raise Rejected("invalid-state", "A later edition of this table stands.", state=state.release)
            return [table]
        case WithdrawTable(table=table):
            # A withdrawal takes back its own release alone; a later edition takes back whatever came before it.
            stands = state.release == table.release if table.withdrawn else state.edition is not None and state.edition < table.edition
            return [table] if stands else []


TABLE: Final[Decider[Command, State]] = Decider(aggregate=ROLLUP, initial=State(), decide=decide, evolve=evolve)
