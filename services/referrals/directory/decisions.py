"""What comes of a command on a directory entry (domain chapter, section 8): fresh for ninety days after each check."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.codes import EntryRetireReason
from shared.contracts.referrals.service_entry import (
    FRESH,
    SERVICE_ENTRY,
    Capacity,
    ServiceEntryListed,
    ServiceEntryRetired,
    ServiceEntryVerified,
)
from shared.errors import Rejected
from shared.eventsourcing.decider import Decider
from shared.eventsourcing.event import Event

from .state import State, evolve


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """List an entry, or put another text in its place."""

    entry: ServiceEntryListed


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyEntry:
    """today: local day of the command; verified_on: day of the check, not after it."""

    verified_on: date
    today: date
    by: str
    capacity: Capacity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireEntry:
    reason: EntryRetireReason


Command = ListEntry | VerifyEntry | RetireEntry


def decide(command: Command, state: State) -> list[Event]:
    if state.retired:
        raise Rejected("invalid-state", "List it anew: a retired entry stays retired.", state="RETIRED", allowed=[])
    match command:
        case ListEntry(entry=entry):
            return [] if entry == state.listed else [entry]
        case VerifyEntry(verified_on=day):
            if day > command.today:
                raise Rejected("date-in-future", "Verify an entry once somebody has asked.", fields=["/verified_on"])
            if state.verified_on is not None and day < state.verified_on:
                return []  # an older check tells nothing new
            return [ServiceEntryVerified(verified_on=day, by=command.by, capacity=command.capacity, next_due=day + FRESH)]
        case RetireEntry(reason=reason):
            return [ServiceEntryRetired(reason=reason)]


ENTRY: Final[Decider[Command, State]] = Decider(aggregate=SERVICE_ENTRY, initial=State(), decide=decide, evolve=evolve)
